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

# KEYS[1] bucket; ARGV: rate per second, capacity, how many. Redis' own clock, so that machines agree. Returns how many were taken,
# and the seconds until there is one, as text.
TAKE = """
local now = redis.call('TIME')
local at = tonumber(now[1]) + tonumber(now[2]) / 1000000
local rate, capacity, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local state = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(state[1]) or capacity
tokens = math.min(capacity, tokens + (at - (tonumber(state[2]) or at)) * rate)
local taken = math.min(wanted, math.floor(tokens))
local wait = 0
if taken < 1 then wait = (1 - tokens) / rate end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens - taken), 'at', tostring(at))
redis.call('PEXPIRE', KEYS[1], 60000)
return {taken, tostring(wait)}
"""
GIVE_BACK = "redis.call('HINCRBYFLOAT', KEYS[1], 'tokens', ARGV[1])"


class _Own:
    lock = threading.Lock()
    buckets: dict[int, tuple[float, float]] = {}


@lru_cache(maxsize=1)
def _scripts() -> tuple[Any, Any]:
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)
    return client.register_script(TAKE), client.register_script(GIVE_BACK)


def _key(channel_id: int) -> str:
    return f"sportello:pace:{channel_id}"


def take(channel_id: int, rate: float, wanted: int) -> tuple[int, float]:
    """Take up to `wanted` tokens. Returns how many there were and, when none, the seconds until there may be one."""
    capacity = max(1.0, rate * BURST_SECONDS)
    if settings.REDIS_URL:
        try:
            taken, wait = _scripts()[0](keys=[_key(channel_id)], args=[rate, capacity, wanted])
            return int(taken), float(wait)
        except redis.RedisError as problem:  # pacing by this process alone is better than not sending
            logger.warning("pacing.redis_away", extra={"problem": type(problem).__name__})
    with _Own.lock:
        now = clock.monotonic()
        tokens, at = _Own.buckets.get(channel_id, (capacity, now))
        tokens = min(capacity, tokens + (now - at) * rate)
        taken = min(wanted, int(tokens))
        _Own.buckets[channel_id] = (tokens - taken, now)
        return taken, 0.0 if taken else (1 - tokens) / rate


def give_back(channel_id: int, count: int) -> None:
    """Tokens taken for messages that there were not."""
    if count <= 0:
        return
    if settings.REDIS_URL:
        try:
            _scripts()[1](keys=[_key(channel_id)], args=[count])
        except redis.RedisError:
            logger.warning("pacing.redis_away")
        return
    with _Own.lock:
        if channel_id in _Own.buckets:
            tokens, at = _Own.buckets[channel_id]
            _Own.buckets[channel_id] = (tokens + count, at)


def slow_down(channel_id: int) -> None:
    """Meta says that it is too fast (130429 and its like): the bucket is empty for a second."""
    logger.info("pacing.slower", extra={"channel_id": channel_id})
    take(channel_id, 1.0, 1_000_000)
