"""How a worker keeps at it: gather a little, work in batches, linger, and let go now and then.

Work that is taken up the moment it comes is taken up one row at a time, at the full fixed price of a batch each. And a task that ends
leaves the next ring to Celery, which hears it up to half a second later: under load it is better not to end.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from celery.worker import state

from conversations import clock, wake

GATHER = 0.04  # seconds between two rounds: nobody notices, and a round finds ten times as much
LINGER = 0.6  # seconds without work after which a worker ends
TURN = 30.0  # seconds after which it rings for itself and ends, so that nothing depends on one task for ever


def keep_at_it(work: Callable[[], int], bell: wake.Bell, *, gather: float) -> int:
    """Call `work`, which says how much it did, until it does nothing; with `gather` (seconds between two rounds, for workers) until
    it has done nothing for LINGER. Returns the sum."""
    total = 0
    began = busy_at = clock.monotonic()
    while True:
        count = work()
        total += count
        now = clock.monotonic()
        if count:
            busy_at = now
        elif not gather or now - busy_at > LINGER:
            return total
        if gather:
            if now - began > TURN or state.should_stop is not None:
                wake.ring(bell)
                return total
            time.sleep(gather)
