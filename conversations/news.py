"""What is told later counts, in whatever order it comes (facts §0)."""

from __future__ import annotations

from datetime import datetime, timedelta

from conversations import clock

AHEAD = timedelta(minutes=5)  # known from later than this: written under a clock that was moved back since


def is_news(known_at: datetime | None, at: datetime, *, asked: bool = False) -> bool:
    """Webhooks count whole seconds: of two from one second the one that comes later counts. `asked`: what we asked for in that
    second may have been read before it."""
    if known_at is None or known_at > clock.now() + AHEAD:
        return True
    known_at, at = known_at.replace(microsecond=0), at.replace(microsecond=0)
    return known_at < at if asked else known_at <= at
