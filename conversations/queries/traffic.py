"""How a number sends at this moment: its pace, its day, what it holds back and why (C24, C30)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min

from conversations import clock
from conversations.models import Channel, DayTally, Message, ReachTally
from conversations.outbox import pacing
from conversations.outbox.caps import days
from conversations.outbox.caps.rules import reach_limit
from conversations.outbox.pacing import Pace
from conversations.whatsapp.errors import describe


@dataclass(frozen=True, slots=True)
class Held:
    """What one cap holds back, and when the first of it goes."""

    code: str
    count: int
    next_at: datetime


@dataclass(frozen=True, slots=True)
class Traffic:
    pace: Pace
    sent: int
    expected: int
    cap: int | None
    batching_since: datetime | None
    reached: int
    reach_limit: int | None
    held: list[Held]

    @property
    def why_slow(self) -> str:
        """Why it sends more slowly than it is set to, with Meta's code; "" when it does not."""
        if not self.pace.code:
            return ""
        return f"{describe(str(self.pace.code))} ({self.pace.code})"


def traffic(channel: Channel) -> Traffic:
    tally = DayTally.objects.filter(channel=channel, day=days.day_of(channel, clock.now())).first()
    limit = reach_limit(channel)
    reached = ReachTally.objects.filter(portfolio=channel.portfolio_id).values_list("reached", flat=True).first()
    return Traffic(
        pace=pacing.state(channel),
        sent=tally.sent if tally else 0,
        expected=tally.expected if tally else 0,
        cap=channel.daily_cap,
        batching_since=tally.batching_since if tally else None,
        reached=reached or 0,
        reach_limit=limit,
        held=held_by_cap(channel),
    )


def held_by_cap(channel: Channel) -> list[Held]:
    rows = Message.objects.held().filter(channel=channel).order_by("hold_code").values("hold_code")
    found = rows.annotate(count=Count("pk"), next_at=Min("not_before"))
    return [Held(row["hold_code"], row["count"], row["next_at"]) for row in found]
