"""Business time as the desk tells it, machine time for everything that waits (D24)."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any


def machine_now() -> float:
    """Unix seconds that nobody moves: delays, backoff, expiries of links."""
    return time.time()


class Clock:
    """The desk's business time, run on by ourselves between two looks at it."""

    def __init__(self) -> None:
        self._business = self._seen = machine_now()
        self.rate = 1.0
        self.moved = False

    def now(self) -> float:
        """Business time in unix seconds; machine time as long as no desk told another."""
        return self.after(0)

    def after(self, seconds: float) -> float:
        """Business time when so many machine seconds will have passed."""
        return self._business + (machine_now() + seconds - self._seen) * self.rate

    def told(self, answer: dict[str, Any]) -> bool:
        """Take over what GET /demo/clock/ answered; True when that was a jump, not the ticking we expected."""
        business = datetime.fromisoformat(answer["now"]).timestamp()
        rate, moved = float(answer.get("rate", 1.0)), bool(answer.get("moved"))
        jumped = abs(business - self.now()) > 1.5 * max(rate, 1) or rate != self.rate or moved != self.moved
        self._business, self._seen, self.rate, self.moved = business, machine_now(), rate, moved
        return jumped

    def as_json(self) -> dict[str, Any]:
        return {"now": self.now(), "rate": self.rate, "moved": self.moved, "machine": machine_now()}


def iso(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat()


def seconds_of(timestamp: str | float) -> float:
    """Unix seconds, as a number or its text, or ISO 8601 → unix seconds. Raises ValueError."""
    try:
        return float(timestamp)
    except ValueError:
        return datetime.fromisoformat(str(timestamp)).timestamp()
