"""How one number is doing: what its page in admin shows (C33)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from conversations.models import Channel, ChannelHealth, Message, MessageStatus

WAITS = [MessageStatus.SCHEDULED, MessageStatus.HELD, MessageStatus.QUEUED, MessageStatus.SENDING]
MANY = 1000  # counted no further


@dataclass(frozen=True, slots=True)
class Vitals:
    last_in: datetime | None
    last_out: datetime | None
    backlog: dict[str, int]  # status -> how many wait, up to MANY
    health: ChannelHealth | None
    messaging_limit: int | None


def vitals(channel: Channel) -> Vitals:
    rows = Message.objects.outbound().filter(channel=channel)
    backlog = {str(status): rows.filter(status=status)[:MANY].count() for status in WAITS}
    sent = rows.filter(sent_at__isnull=False).order_by("-pk")  # down the key: the newest is near
    return Vitals(
        last_in=channel.last_inbound_at,
        last_out=sent.values_list("sent_at", flat=True).first(),
        backlog={status: count for status, count in backlog.items() if count},
        health=ChannelHealth.objects.filter(channel=channel).first(),
        messaging_limit=channel.portfolio.messaging_limit,
    )
