"""Heartbeats of processes and periodic jobs, and the lease by which only one beat sends (D23, O3, O9)."""

from __future__ import annotations

import functools
import logging
import os
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction

from conversations import clock
from conversations.models.stamp import Heartbeat
from conversations.problem_text import say

logger = logging.getLogger("sportello.beat")

LEASE = timedelta(seconds=15)
LAPSE = timedelta(
    seconds=20
)  # of a job's claim on SQLite, when its process was killed; jobs there are shorter, and repeatable
ME = f"{socket.gethostname()}:{os.getpid()}"


def beat(name: str, *, seconds: float | None = None, problem: str = "") -> None:
    """Note that `name` is alive now."""
    now = clock.machine_now()
    values = {"at": now, "seconds": seconds, "problem": problem[:500]}
    if not Heartbeat.objects.filter(name=name).update(**values):
        Heartbeat.objects.get_or_create(name=name, defaults=values)


def age(name: str) -> timedelta | None:
    """How long ago `name` was last alive; None: never."""
    at = Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
    return clock.machine_now() - at if at else None


def hold_beat() -> bool:
    """Take or renew the beat lease by conditional update; False while another process holds it."""
    now = clock.machine_now()
    mine = Heartbeat.objects.filter(name="beat", problem=ME).update(at=now)
    if mine:
        return True
    if Heartbeat.objects.filter(name="beat", at__lt=now - LEASE).update(at=now, problem=ME):
        logger.info("beat.taken_over", extra={"holder": ME})
        return True
    _row, created = Heartbeat.objects.get_or_create(name="beat", defaults={"at": now, "problem": ME})
    return created


def let_beat_go() -> None:
    """A beat that ends in order does not make the next one wait."""
    Heartbeat.objects.filter(name="beat", problem=ME).update(at=clock.machine_now() - LEASE)


def periodic(name: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    """A clock job that never overlaps itself: a doubled run is skipped and says so; its length and failure are kept (STYLE habit 9)."""

    def wrap(job: Callable[[], Any]) -> Callable[[], Any]:
        @functools.wraps(job)
        def run() -> Any:
            with _Claim(name) as claimed:
                if not claimed:
                    logger.info("periodic.skipped", extra={"job": name})
                    return None
                started = clock.monotonic()
                try:
                    result = job()
                except Exception as problem:
                    beat(name, seconds=clock.monotonic() - started, problem=say(problem))
                    raise
                beat(name, seconds=clock.monotonic() - started)
                return result

        return run

    return wrap


class _Claim:
    """PostgreSQL: a session advisory lock, gone with the process. SQLite: a claim row that lapses."""

    def __init__(self, name: str) -> None:
        self.name = f"job:{name}"

    def __enter__(self) -> bool:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [self.name])
                self.held = bool(cursor.fetchone()[0])
            return self.held
        now = clock.machine_now()
        with transaction.atomic():
            _row, created = Heartbeat.objects.get_or_create(name=self.name, defaults={"at": now, "problem": ME})
            self.held = created or bool(
                Heartbeat.objects.filter(name=self.name, at__lt=now - LAPSE).update(at=now, problem=ME)
            )
        return self.held

    def __exit__(self, *_: object) -> None:
        if not self.held:
            return
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [self.name])
        else:
            Heartbeat.objects.filter(name=self.name, problem=ME).delete()
