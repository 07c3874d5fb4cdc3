"""The arithmetic of a channel's pace, without Redis or database (C30, facts §9). Times are seconds of one clock; all shares are of 1.

A token bucket of depth one: each token is a moment, and one moment is SPAN / rate after the other. So in no second of Meta's there
are more than `rate`, whoever takes them and however long nobody did; a deeper bucket lets twice the rate through after a rest.
Moments are booked a little ahead, so that a worker that is busy with the database does not lose them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

SPAN = 1.04  # seconds over which a second's messages are spread: what two ways to Meta may differ by
AHEAD = 0.2  # seconds that may be booked ahead: as long as an agent's answer may wait behind what is booked
LEAST = 0.05  # of the rate: never nothing, or nobody would notice that it is over
RECOVERY = 0.01  # of the rate, regained each second without a refusal
ONCE = 2.0  # seconds in which refusals count as one: the calls were under way together


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages a second: what the business sends at most, and what Meta takes, in and out together."""

    own: float
    meta: float


@dataclass(slots=True)
class Bucket:
    """What is kept of a channel."""

    next: float = 0.0  # the first moment that nobody has booked
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
        step, first = SPAN / self.rate(limits, now), max(now, self.next, self.paused)
        if first > now + AHEAD:
            return 0, first - now - AHEAD
        return int((now + AHEAD - first) / step) + 1, 0.0

    def book(self, limits: Limits, now: float, count: int) -> list[float]:
        """The next `count` moments, as seconds from now."""
        step, first = SPAN / self.rate(limits, now), max(now, self.next, self.paused)
        self.next = first + count * step
        return [first + place * step - now for place in range(count)]

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
