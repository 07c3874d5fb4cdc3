"""How fast a channel sends: one bucket per channel, shared by all workers and machines through Redis (C30).

Without Redis (SQLite, one worker process) the bucket is the process's own. The arithmetic is in bucket.py.
"""

from __future__ import annotations

import json
import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

import redis
from django.conf import settings

from conversations import clock
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Channel
from conversations.outbox.bucket import Bucket, Limits
from conversations.transactions import afterwards

logger = logging.getLogger("sportello.outbox")
Found = TypeVar("Found")

DELIVERY = Actor.system("delivery")
KEPT = 6 * 3600  # seconds a bucket is kept after its last use: longer than any pause
RELIED_ON = 30.0  # seconds for which Redis' clock is known by one answer


@dataclass(frozen=True, slots=True)
class Slowness:
    """What a refusal asks for: this share of the rate, after a pause of so many seconds."""

    share: float
    pause: float


# The rate limit is of this very second; the call rate of an hour, of which nobody tells the rest (facts §10).
REFUSALS: dict[int, Slowness] = {
    130429: Slowness(0.5, 1),
    **dict.fromkeys((4, 17, 613, 80007), Slowness(0.5, 60)),
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How a channel sends now, for people: messages a second, the share that Meta's refusals leave of it, and why."""

    rate: float
    share: float
    code: int  # Meta's, of the last refusal; 0 when nothing is held back
    paused_until: datetime | None
    inbound: float  # customers' messages in the last second


def room(channel: Channel) -> tuple[int, float]:
    """How many messages may be taken up now; when none, the seconds until one may."""
    limits = _limits(channel)
    return _with(channel.pk, lambda bucket, now: bucket.room(limits, now), changes=False)


def book(channel: Channel, count: int) -> list[float]:
    """The moments at which so many calls may begin, by this process' monotonic clock. They are spent, whether used or not."""
    limits = _limits(channel)
    return [_ours(moment) for moment in _with(channel.pk, lambda bucket, now: bucket.book(limits, now, count))]


def book_again(channel: Channel, missed: float) -> float:
    """The next moment instead of one that was missed."""
    limits, theirs = _limits(channel), missed + _Clock.ahead
    return _ours(_with(channel.pk, lambda bucket, now: bucket.book_again(limits, now, theirs)))


def came_in(channel_id: int, count: int) -> None:
    """Customers wrote: Meta counts in and out together (facts §9)."""
    _with(channel_id, lambda bucket, now: bucket.came_in(now, count))


def count_after_commit(channel_ids: Iterable[int]) -> None:
    """The same, one for each of these, when the running transaction has kept their messages."""

    def tell(counts: Counter[int]) -> None:
        for channel_id, count in counts.items():
            came_in(channel_id, count)

    afterwards(tell, Counter(channel_ids))


def slow_down(channel_id: int, code: int = 130429) -> None:
    """Meta refused a call of this channel: all workers slow down, and recover slowly. Codes that say nothing of pace do nothing."""
    asked = REFUSALS.get(code)
    if asked is None:
        return
    news = _with(channel_id, lambda bucket, now: bucket.slow_down(now, code=code, share=asked.share, pause=asked.pause))
    if news:
        logger.warning("pacing.slowed", extra={"channel_id": channel_id, "code": code})
        record(Kind.CHANNEL_SLOWED, by=DELIVERY, channel=Channel(pk=channel_id), code=str(code))


def state(channel: Channel) -> Pace:
    limits = _limits(channel)

    def look(bucket: Bucket, now: float) -> Pace:
        share, left = bucket.share_now(now), bucket.paused - now
        paused = clock.from_unix(clock.machine_now().timestamp() + left) if left > 0 else None
        code = bucket.code if share < 1 or paused else 0
        return Pace(bucket.rate(limits, now), share, code, paused, bucket.inbound_now(now))

    return _with(channel.pk, look, changes=False)


def forget() -> None:
    """What this process keeps, between tests."""
    with _Own.lock:
        _Own.buckets.clear()


def _limits(channel: Channel) -> Limits:
    return Limits(channel.throughput, max(channel.meta_throughput, 1))


# --- where buckets are kept -------------------------------------------------------------------------------------------------


class _Own:
    lock = threading.Lock()
    buckets: dict[int, Bucket] = {}


@lru_cache(maxsize=1)
def shared() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2, decode_responses=True)


class _Clock:
    """By how much Redis' clock is ahead of our monotonic one, as the quickest of the last answers shows: what a slow one says is as
    wrong as it is slow."""

    ahead = 0.0
    took = 1e9  # seconds, of that answer
    at = -1e9

    @classmethod
    def learn(cls, asked: float, theirs: float) -> None:
        heard = clock.monotonic()
        if heard - asked <= cls.took or heard - cls.at > RELIED_ON:
            cls.ahead, cls.took, cls.at = theirs - (asked + heard) / 2, heard - asked, heard


def _ours(moment: float) -> float:
    return moment - _Clock.ahead


def _with(channel_id: int, work: Callable[[Bucket, float], Found], *, changes: bool = True) -> Found:
    """Do something with a channel's bucket and Redis' clock, so that machines agree; atomically, by WATCH."""
    if settings.REDIS_URL:
        try:
            return _in_redis(f"sportello:pace:{channel_id}", work, changes=changes)
        except redis.RedisError as problem:  # pacing by this process alone is better than not sending
            logger.warning("pacing.redis_away", extra={"problem": type(problem).__name__})
    with _Own.lock:
        return work(_Own.buckets.setdefault(channel_id, Bucket()), clock.monotonic() + _Clock.ahead)


def _in_redis(key: str, work: Callable[[Bucket, float], Found], *, changes: bool) -> Found:
    pipe: Any
    with shared().pipeline(transaction=True) as pipe:
        while True:
            if not changes:
                pipe.get(key)
                pipe.time()
                return work(*_read(*pipe.execute()))
            try:
                pipe.watch(key)
                text, asked = pipe.get(key), clock.monotonic()
                found, now = _read(text, pipe.time())
                _Clock.learn(asked, now)
                answer = work(found, now)
                pipe.multi()
                pipe.set(key, json.dumps(found.as_values()), ex=KEPT)
                pipe.execute()
                return answer
            except redis.WatchError:  # another worker was faster: look again
                continue


def _read(text: Any, time: Any) -> tuple[Bucket, float]:
    return Bucket(**json.loads(text)) if text else Bucket(), int(time[0]) + int(time[1]) / 1_000_000
