"""Meta's pair rate: how often one customer may be written to, looked at before sending (C24, C30, facts §9).

One message in six seconds; or a burst of up to 45 within six seconds, which borrows from the future: nothing more until six seconds
for each of them have passed. Kept in Redis for all workers, in the process without.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterable
from dataclasses import dataclass

import redis
from django.conf import settings

from conversations import clock
from conversations.outbox.pacing import shared

logger = logging.getLogger("sportello.outbox")

EACH = 6.0  # seconds for one message
BURST = 45  # messages that may borrow
LATE = 1.0  # seconds by which a call may reach Meta later than it was allowed here


@dataclass(slots=True)
class Pair:
    """What is owed to one customer: since when, for how many messages."""

    began: float = 0.0
    count: int = 0

    @property
    def paid(self) -> float:
        """When all of it is paid back. 0: nothing is owed."""
        return self.began + self.count * EACH + LATE if self.count else 0.0

    def wait(self, now: float) -> float:
        """Seconds until the next message may go."""
        borrows = now - self.began < EACH - LATE and self.count < BURST
        return 0.0 if borrows else max(0.0, self.paid - now)

    def take(self, now: float) -> None:
        if now >= self.paid:
            self.began, self.count = now, 0
        self.count += 1


class _Own:
    lock = threading.Lock()
    pairs: dict[tuple[int, int], Pair] = {}


Pairs = dict[int, Pair]  # conversation -> what is owed


def look(channel_id: int, conversations: Iterable[int]) -> Pairs:
    """What is owed in these conversations of a channel."""
    wanted = list(dict.fromkeys(conversations))
    if not wanted:
        return {}
    if settings.REDIS_URL:
        try:
            found = shared().mget([_key(channel_id, one) for one in wanted])
            return {one: Pair(*json.loads(text)) if text else Pair() for one, text in zip(wanted, found, strict=True)}
        except redis.RedisError as problem:
            logger.warning("pacing.redis_away", extra={"problem": type(problem).__name__})
    with _Own.lock:
        return {one: _Own.pairs.get((channel_id, one), Pair()) for one in wanted}


def took(channel_id: int, pairs: Pairs, conversations: Iterable[int]) -> None:
    """A message of each of these goes. A conversation sends one at a time, so that nobody else changes its pair meanwhile."""
    now = _now()
    chosen = {one: pairs.get(one) or Pair() for one in conversations}
    for pair in chosen.values():
        pair.take(now)
    if settings.REDIS_URL:
        try:
            with shared().pipeline(transaction=False) as pipe:
                for one, pair in chosen.items():
                    pipe.set(
                        _key(channel_id, one), json.dumps([pair.began, pair.count]), px=int((pair.paid - now) * 1000)
                    )
                pipe.execute()
            return
        except redis.RedisError as problem:
            logger.warning("pacing.redis_away", extra={"problem": type(problem).__name__})
    with _Own.lock:
        _Own.pairs = {key: pair for key, pair in _Own.pairs.items() if pair.paid > now}
        _Own.pairs.update({(channel_id, one): pair for one, pair in chosen.items()})


def waits(pairs: Pairs) -> dict[int, float]:
    """Of those who must wait, the seconds."""
    now = _now()
    found = {one: pair.wait(now) for one, pair in pairs.items()}
    return {one: wait for one, wait in found.items() if wait > 0}


def forget() -> None:
    """What this process keeps, between tests."""
    with _Own.lock:
        _Own.pairs.clear()


def _now() -> float:
    return clock.machine_now().timestamp()


def _key(channel_id: int, conversation: int) -> str:
    return f"sportello:pair:{channel_id}:{conversation}"
