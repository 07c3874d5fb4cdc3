"""When to try again, and how long a connection rests. Pure.

Delays are those of Standard Webhooks ("Deliverability and reliability"): ten tries over about three days. crm_sync/README.md tells staff.
"""

from __future__ import annotations

import random
from datetime import timedelta

SECOND, MINUTE, HOUR = 1, 60, 3600
DELAYS = (5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)
LAST_TRY = len(DELAYS) + 1
JITTER = 0.2  # a delay is up to this much longer, so that what failed together does not come back together

RESTS_AFTER = 5  # unreachable in a row
SHORTEST_REST, LONGEST_REST = timedelta(seconds=15), timedelta(minutes=15)


def delay(refusals: int) -> timedelta | None:
    """How long to wait after the n-th try that counted (1 is the first); None: it was the last.

    >>> delay(10) is None
    True
    """
    if refusals >= LAST_TRY:
        return None
    return _jittered(timedelta(seconds=DELAYS[max(refusals, 1) - 1]))


def soon(failures: int) -> timedelta:
    """How long a job waits after the n-th time that nobody was reachable: 5 s, doubling to 15 min."""
    return _jittered(min(timedelta(seconds=DELAYS[0]) * 2 ** min(max(failures, 1) - 1, 10), LONGEST_REST))


def rest(failures: int) -> timedelta | None:
    """How long a connection rests after this many unreachable in a row: 15 s, doubling to 15 min; None: not yet."""
    if failures < RESTS_AFTER:
        return None
    doubled = SHORTEST_REST * 2 ** min(failures - RESTS_AFTER, 10)
    return _jittered(min(doubled, LONGEST_REST))


def _jittered(span: timedelta) -> timedelta:
    return span * (1 + random.uniform(0, JITTER))
