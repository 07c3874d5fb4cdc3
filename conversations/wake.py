"""Doorbells: tell a worker that there is work. The row is the truth; a lost ring costs at most one beat sweep (ARCHITECTURE).

Rings of one process are coalesced: at most one per bell and WAIT, the last one never swallowed.
"""

from __future__ import annotations

import logging
import threading
from enum import StrEnum
from functools import lru_cache

import redis
from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from conversations import clock

logger = logging.getLogger("sportello.wake")

WAIT = 0.05  # seconds between two rings of one bell from one process


class Bell(StrEnum):
    """Values are the task names that answer."""

    INGEST = "conversations.process_deliveries"
    PIPELINE = "conversations.run_pipeline"
    DELIVER = "conversations.deliver_outbox"
    READERS = "conversations.read_journal"
    MEDIA = "conversations.fetch_media"
    SIGNALS = "conversations.send_signals"
    TEMPLATES = "conversations.sync_templates"


WAITS = {Bell.READERS: 0.5}  # they have time, and read in batches


class _Rings:
    lock = threading.Lock()
    last: dict[Bell, float] = {}
    pending: dict[Bell, threading.Timer] = {}


def on_commit(bell: Bell) -> None:
    """Ring after the current transaction commits (at once outside one), once per transaction however often it is asked."""
    connection = transaction.get_connection()
    if connection.in_atomic_block and any(getattr(hook[1], "bell", None) == bell for hook in connection.run_on_commit):
        return

    def later() -> None:
        ring(bell)

    later.bell = bell  # type: ignore[attr-defined]
    transaction.on_commit(later)


def ring(bell: Bell) -> None:
    """Ring now, or shortly if this process has just rung this bell."""
    with _Rings.lock:
        if bell in _Rings.pending:
            return
        wait = _Rings.last.get(bell, -1e9) + WAITS.get(bell, WAIT) - clock.monotonic()
        if wait > 0:
            timer = threading.Timer(wait, _late, args=(bell,))
            timer.daemon = True
            _Rings.pending[bell] = timer
            timer.start()
            return
        _Rings.last[bell] = clock.monotonic()
    _send(bell)


def _late(bell: Bell) -> None:
    with _Rings.lock:
        _Rings.pending.pop(bell, None)
        _Rings.last[bell] = clock.monotonic()
    _send(bell)


def _send(bell: Bell) -> None:
    """Replaceable by `settings.WAKE` (a dotted path taking the bell), which tests use to drain in order."""
    custom = getattr(settings, "WAKE", "")
    if custom:
        import_string(custom)(bell)
        return
    try:
        if _hangs_already(bell):
            return
        current_app.send_task(bell.value, ignore_result=True, retry=False, expires=60)
    except Exception:  # a broker that is down must not undo what is committed: the sweep finds the row
        logger.warning("wake.lost", extra={"bell": bell.value})


# --- one ring in the queue is enough, whoever rang -------------------------------------------------------------------------

HANGS = 2000  # ms after which a ring that nobody answered is given up


@lru_cache(maxsize=1)
def _redis() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def _hangs_already(bell: Bell) -> bool:
    """Whether a ring of this bell waits in the queue: its worker has not looked yet, so it will see what we committed."""
    return bool(settings.REDIS_URL) and not _redis().set(f"sportello:bell:{bell}", 1, nx=True, px=HANGS)


def answered(bell: Bell) -> None:
    """The worker's first act: from now on a new ring is news."""
    if settings.REDIS_URL:
        try:
            _redis().delete(f"sportello:bell:{bell}")
        except redis.RedisError:
            logger.warning("wake.redis_away", extra={"bell": bell.value})
