"""The arithmetic of a channel's pace, without Redis or database (C30, facts §9). Times are seconds of one clock; all shares are of 1.

A token is a moment at which one call may begin. A moment is given where it follows the last by GAP of an even pace, and where within
SPAN before it there are fewer than `rate`: so in no second of Meta's there are more, whoever takes them, however long nobody did; and
what a busy worker missed is made up for within the second. (A bucket that fills up while nobody takes lets twice the rate through.)
Moments are booked a little ahead, so that a worker that is busy with the database does not lose them.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import asdict, dataclass, field
from typing import Any

SPAN = 1.04  # seconds over which a second's messages are spread: what two ways to Meta may differ by
GAP = 0.95  # of an even pace, between two moments: a twentieth of each second may be made up for
AHEAD = 0.2  # seconds that may be booked ahead: as long as an agent's answer may wait behind what is booked
LEAST = 0.05  # of the rate: never nothing, or nobody would notice that it is over
RECOVERY = 0.01  # of the rate, regained each second without a refusal
ONCE = 2.0  # seconds in which refusals count as one: the calls were under way together
KEPT = 2.5  # seconds of booked moments that are kept: more than a SPAN, in case the rate rises


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages a second: what the business sends at most, and what Meta takes, in and out together."""

    own: float
    meta: float


@dataclass(slots=True)
class Bucket:
    """What is kept of a channel."""

    booked: list[float] = field(default_factory=list)  # moments, the last one last
    share: float = 1.0  # of the rate, since Meta refused at `cut_at`
    cut_at: float = 0.0
    code: int = 0  # of that refusal
    paused: float = 0.0  # nothing goes before
    second: int = 0  # customers' messages, this second's and the one's before
    inbound: int = 0
    before: int = 0

    def as_values(self) -> dict[str, Any]:
        return asdict(self)

    # --- the rate now -----------------------------------------------------------------------------------------------------

    def share_now(self, now: float) -> float:
        return min(1.0, self.share + max(0.0, now - max(self.cut_at, self.paused)) * RECOVERY)

    def inbound_now(self, now: float) -> float:
        """Customers' messages in the last second: this one's, and the part of the one before that still counts."""
        this, passed = int(now), now - int(now)
        if self.second == this:
            return self.inbound + self.before * (1 - passed)
        return self.inbound * (1 - passed) if self.second == this - 1 else 0.0

    def rate(self, limits: Limits, now: float) -> float:
        """Messages a second that may go now."""
        left = min(limits.own, limits.meta - self.inbound_now(now))
        return max(left * self.share_now(now), limits.own * LEAST)

    # --- booking ----------------------------------------------------------------------------------------------------------

    def room(self, limits: Limits, now: float) -> tuple[int, float]:
        """How many moments within AHEAD are free; when none, the seconds until there is one."""
        found = Bucket(booked=list(self.booked), paused=self.paused)
        rate, count = self.rate(limits, now), 0
        while (first := found._next(rate, now)) <= now + AHEAD:
            found.booked.append(first)
            count += 1
        return count, 0.0 if count else first - now - AHEAD

    def book(self, limits: Limits, now: float, count: int) -> list[float]:
        """The next `count` moments, on the clock of `now`."""
        rate, kept = self.rate(limits, now), bisect_left(self.booked, now - KEPT)
        self.booked = self.booked[min(kept, max(0, len(self.booked) - 1)) :]
        for _ in range(count):
            self.booked.append(self._next(rate, now))
        return self.booked[len(self.booked) - count :]

    def book_again(self, limits: Limits, now: float, missed: float) -> float:
        """Another moment for one that was `missed`: nobody used it."""
        place = bisect_left(self.booked, missed)
        if self.booked:
            self.booked.pop(min(place, len(self.booked) - 1))
        return self.book(limits, now, 1)[0]

    def _next(self, rate: float, now: float) -> float:
        least = max(now, self.paused)
        if not self.booked:
            return least
        most = max(1, int(rate))  # in a span; below one a second, the span is longer
        found = max(least, self.booked[-1] + GAP * SPAN / rate)
        return max(found, self.booked[-most] + SPAN * most / rate) if len(self.booked) >= most else found

    # --- what happens meanwhile -------------------------------------------------------------------------------------------

    def came_in(self, now: float, count: int) -> None:
        this = int(now)
        if self.second != this:
            self.before = self.inbound if self.second == this - 1 else 0
            self.second, self.inbound = this, 0
        self.inbound += count

    def slow_down(self, now: float, *, code: int, share: float, pause: float) -> bool:
        """Meta refused: less from now on, and nothing for `pause` seconds. True when this was news."""
        if now < max(self.cut_at + ONCE, self.paused) and self.code == code:
            return False
        was = self.share_now(now)
        self.share, self.cut_at, self.code, self.paused = max(LEAST, was * share), now, code, now + pause
        return was == 1.0
