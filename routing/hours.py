"""When a business is open: the arithmetic of calendars, without the database (R20).

A day has any number of intervals in minutes since local midnight; an end past 1440 runs into the next day. Instants
are aware UTC.
Over daylight saving an opening keeps its time on the wall: it begins at the first, and ends at the last moment the
wall shows that time.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import holidays

Minutes = tuple[int, int]  # start and end, since local midnight
Span = tuple[datetime, datetime]  # aware UTC, end excluded

DAY = 1440
LOOK_AHEAD = 400  # days after which "never opens" is said
LOOK_BACK = 15
NIGHT_ENDS, NIGHT_BEGINS = 8 * 60, 22 * 60  # A7: after hours is 22:00–8:00 where no calendar is set


def overlap(openings: list[tuple[int, int, int]]) -> bool:
    """Whether two openings, (weekday, start, end), of one day share a minute. A late night may run into the next day's."""
    rows = sorted(openings)
    return any(day == next_day and end > start for (day, _s, end), (next_day, start, _e) in pairwise(rows))


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A holiday: closed, or with hours of its own. `yearly` looks at month and day only; the range may run over New
    Year."""

    first: date
    last: date
    yearly: bool = False
    hours: tuple[Minutes, ...] = ()

    def covers(self, day: date) -> bool:
        if not self.yearly:
            return self.first <= day <= self.last
        begin, end, today = (self.first.month, self.first.day), (self.last.month, self.last.day), (day.month, day.day)
        return begin <= today <= end if begin <= end else today >= begin or today <= end


@dataclass(frozen=True, slots=True)
class Hours:
    """A calendar. `week` holds the intervals of Monday to Sunday; `special` days win over public holidays, those
    over the week."""

    zone: ZoneInfo
    week: tuple[tuple[Minutes, ...], ...]
    special: tuple[SpecialDay, ...] = ()
    country: str = ""

    def on(self, day: date) -> tuple[Minutes, ...]:
        """The intervals that begin on this local day."""
        for dated_first in (False, True):
            for special in self.special:
                if special.yearly is dated_first and special.covers(day):
                    return special.hours
        if self.country and day in public_holidays(self.country, day.year):
            return ()
        return self.week[day.weekday()]

    def is_open(self, at: datetime) -> bool:
        day = at.astimezone(self.zone).date()
        return any(start <= at < end for start, end in self._begun(day - timedelta(days=1), days=2))

    def next_opening(self, at: datetime) -> datetime | None:
        """When it opens next; `at` itself while it is open; None when it does not open within 400 days."""
        for start, end in self._openings(at, days=LOOK_AHEAD):
            if end > at:
                return max(start, at)
        return None

    def closing(self, at: datetime) -> datetime | None:
        """When the opening that holds `at` ends; None while closed, or when it does not close within two weeks."""
        horizon = at + timedelta(days=LOOK_BACK)
        for start, end in self._openings(at, days=LOOK_BACK + 2):
            if start <= at < end:
                return end if end < horizon else None
        return None

    def last_closing(self, at: datetime) -> datetime | None:
        """The latest closing up to `at`, while it is closed; None while open, or when it was closed for two weeks."""
        before = [end for start, end in self.spans(at - timedelta(days=LOOK_BACK), at + timedelta(days=2)) if end <= at]
        return None if self.is_open(at) or not before else before[-1]

    def opened(self, at: datetime) -> datetime | None:
        """When the opening that holds `at` began; None while closed, or when it has been open for two weeks."""
        first = at - timedelta(days=LOOK_BACK)
        for start, end in self.spans(first, at + timedelta(days=2)):
            if start <= at < end:
                return start if start > first else None
        return None

    def spans(self, start: datetime, end: datetime) -> list[Span]:
        """The openings that touch this stretch of time, whole, joined where they meet."""
        days = (end - start).days + 2
        return [span for span in self._openings(start, days=days) if span[1] > start and span[0] < end]

    def _openings(self, at: datetime, days: int) -> Iterator[Span]:
        """Openings from the local day before `at` on, in order, joined where they meet."""
        current: Span | None = None
        for start, end in self._begun(at.astimezone(self.zone).date() - timedelta(days=1), days + 1):
            if current is not None and start <= current[1]:
                current = current[0], max(current[1], end)
                continue
            if current is not None:
                yield current
            current = start, end
        if current is not None:
            yield current

    def _begun(self, day: date, days: int) -> Iterator[Span]:
        for number in range(days):
            today = day + timedelta(days=number)
            for first, last in sorted(self.on(today)):
                start, end = instant(today, first, self.zone), instant(today, last, self.zone, late=True)
                if start < end:
                    yield start, end


def by_day(zone: ZoneInfo) -> Hours:
    """Open 8:00–22:00 every day: what holds where nobody has set a calendar (A7)."""
    return Hours(zone, tuple(((NIGHT_ENDS, NIGHT_BEGINS),) for _ in range(7)))


def instant(day: date, minute: int, zone: ZoneInfo, *, late: bool = False) -> datetime:
    """The UTC moment at which the wall shows this local time; of two the first (`late`: the last); in a gap, the
    gap's end."""
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minute)
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if first <= second:
        return second if late else first
    return _jump(second, first, zone)


def _jump(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The minute between the two at which the zone's offset changes."""
    offset = after.astimezone(zone).utcoffset()
    while after - before > timedelta(minutes=1):
        middle = before + timedelta(minutes=(after - before) // timedelta(minutes=2))
        if middle.astimezone(zone).utcoffset() == offset:
            after = middle
        else:
            before = middle
    return after


@lru_cache(maxsize=64)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Public holidays by ISO country code; none for a country the library does not know."""
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()
