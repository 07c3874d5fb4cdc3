"""What is told later counts, in whatever order it comes (facts §0)."""

from __future__ import annotations

from datetime import datetime, timedelta

from conversations import clock

AHEAD = timedelta(minutes=5)  # known from later than this: written under a clock that was moved back since


def is_news(known_at: datetime | None, at: datetime) -> bool:
    return known_at is None or known_at <= at or known_at > clock.now() + AHEAD
