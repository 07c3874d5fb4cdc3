"""How fast a channel sends: one token bucket per channel, shared by all workers through Redis (C30).

Without Redis (SQLite, one worker process) the bucket is the process's own.
"""

from __future__ import annotations

import logging
import threading
from functools import lru_cache
from typing import Any

import redis
from django.conf import settings

from conversations import clock

logger = logging.getLogger("sportello.outbox")

BURST_SECONDS = 1.0  # a bucket holds what a channel may send in this time

# KEYS[1] bucket; ARGV: rate per second, capacity. Redis' own clock, so that machines agree. Returns seconds to wait, as text.
TAKE = """
local now = redis.call('TIME')
local at = tonumber(now[1]) + tonumber(now[2]) / 1000000
local rate, capacity = tonumber(ARGV[1]), tonumber(ARGV[2])
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(state[1]) or capacity
tokens = math.min(capacity, tokens + (at - (tonumber(state[2]) or at)) * rate)
local wait = 0
if tokens >= 1 then tokens = tokens - 1 else wait = (1 - tokens) / rate end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(at))
redis.call('PEXPIRE', KEYS[1], 60000)
return tostring(wait)
"""


GIVE_BACK = "redis.call('HINCRBYFLOAT', KEYS[1], 'tokens', 1)"


class _Own:
    lock = threading.Lock()
    buckets: dict[int, tuple[float, float]] = {}


@lru_cache(maxsize=1)
def _scripts() -> tuple[Any, Any]:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    return client.register_script(TAKE), client.register_script(GIVE_BACK)


def _key(channel_id: int) -> str:
    return f"sportello:pace:{channel_id}"


def take(channel_id: int, rate: float) -> float:
    """Take one token: 0 when there was one, else the seconds until there may be."""
    capacity = max(1.0, rate * BURST_SECONDS)
    if settings.REDIS_URL:
        try:
            return float(_scripts()[0](keys=[_key(channel_id)], args=[rate, capacity]))
        except redis.RedisError as problem:  # pacing by this process alone is better than not sending
            logger.warning("pacing.redis_away", extra={"problem": type(problem).__name__})
    with _Own.lock:
        now = clock.monotonic()
        tokens, at = _Own.buckets.get(channel_id, (capacity, now))
        tokens = min(capacity, tokens + (now - at) * rate)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / rate
        _Own.buckets[channel_id] = (tokens - 1 if tokens >= 1 else tokens, now)
        return wait


def give_back(channel_id: int) -> None:
    """A token taken for a message that another worker had already claimed."""
    if settings.REDIS_URL:
        try:
            _scripts()[1](keys=[_key(channel_id)])
        except redis.RedisError:
            logger.warning("pacing.redis_away")
        return
    with _Own.lock:
        if channel_id in _Own.buckets:
            tokens, at = _Own.buckets[channel_id]
            _Own.buckets[channel_id] = (tokens + 1, at)
