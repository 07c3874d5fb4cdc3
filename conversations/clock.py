"""The desk's two clocks (D24). Nothing else in the project asks what time it is.

Business time: what people see and rules judge (windows, calendars, caps, timestamps). The simulator can move it through one row.
Machine time: claims, heartbeats, backoff, pacing. It is never moved.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import DatabaseError

SHIFT_CACHE_SECONDS = 0.25  # how stale another process's view of a moved clock may be

_travel: ContextVar[datetime | None] = ContextVar("travel", default=None)


@dataclass(frozen=True, slots=True)
class Shift:
    """business = business_base + (machine - machine_base) * rate"""

    machine_base: datetime
    business_base: datetime
    rate: float

    def at(self, machine: datetime) -> datetime:
        return self.business_base + (machine - self.machine_base) * self.rate


class _Cache:
    read_at: float = -1e9
    shift: Shift | None = None


def machine_now() -> datetime:
    """Aware UTC; for claims, heartbeats, backoff and pacing."""
    return datetime.now(UTC)


def from_unix(seconds: float) -> datetime:
    """Unix seconds to aware UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def monotonic() -> float:
    """Seconds that only grow, for measuring how long something took."""
    return time.monotonic()


def now() -> datetime:
    """Business time, aware UTC. Equal to machine time unless the simulator moved it or this process travels (seeder, tests)."""
    travelled = _travel.get()
    if travelled is not None:
        return travelled
    machine = machine_now()
    shift = _current_shift()
    return shift.at(machine) if shift else machine


@contextmanager
def travel(to: datetime) -> Iterator[None]:
    """Business time stands at `to` in this thread: for the seeder (D26) and for tests. Nested calls override."""
    token = _travel.set(to)
    try:
        yield
    finally:
        _travel.reset(token)


def forget() -> None:
    """Read the shift anew at the next call (after moving the clock, and between tests)."""
    _Cache.read_at = -1e9


def _current_shift() -> Shift | None:
    if not settings.SIMULATOR:
        return None
    if time.monotonic() - _Cache.read_at < SHIFT_CACHE_SECONDS:
        return _Cache.shift
    from conversations.models.clock_shift import ClockShift  # noqa: PLC0415  models need the app registry, the clock does not

    try:
        row = ClockShift.objects.filter(pk=1).first()
    except DatabaseError:  # before the first migration
        return None
    _Cache.shift = Shift(row.machine_base, row.business_base, row.rate) if row else None
    _Cache.read_at = time.monotonic()
    return _Cache.shift


def move(*, advance: timedelta | None = None, to: datetime | None = None, rate: float | None = None) -> datetime:
    """Move business time for every process (simulator only). Returns the new business time.

    Raises RuntimeError where the simulator is off: a production clock cannot be moved.
    """
    from conversations.models.clock_shift import ClockShift  # noqa: PLC0415

    if not settings.SIMULATOR:
        raise RuntimeError("business time moves in the simulator only")
    forget()
    current, machine = _current_shift(), machine_now()
    business = current.at(machine) if current else machine
    target = to if to is not None else business + (advance or timedelta())
    new_rate = rate if rate is not None else (current.rate if current else 1.0)
    ClockShift.objects.update_or_create(
        pk=1, defaults={"machine_base": machine, "business_base": target, "rate": new_rate}
    )
    forget()
    return target


def reset() -> datetime:
    """Back to real time."""
    from conversations.models.clock_shift import ClockShift  # noqa: PLC0415

    ClockShift.objects.filter(pk=1).delete()
    forget()
    return machine_now()
