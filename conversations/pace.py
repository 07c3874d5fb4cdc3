"""How a worker keeps at it: gather a little, work in batches, and let go now and then.

Work that is taken up the moment it comes is taken up one row at a time, at the full fixed price of a batch each.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from conversations import clock, wake

GATHER = 0.04  # seconds between two rounds under load: nobody notices, and a round finds ten times as much
TURN = 5.0  # seconds after which a worker rings for itself and ends, so that a stop never waits for a calm moment


def keep_at_it(work: Callable[[], int], bell: wake.Bell, *, gather: float) -> int:
    """Call `work`, which says how much it did, until it did nothing. Returns the sum."""
    total, began = 0, clock.monotonic()
    while count := work():
        total += count
        if gather:
            if clock.monotonic() - began > TURN:
                wake.ring(bell)
                break
            time.sleep(gather)
    return total
