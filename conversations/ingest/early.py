"""Reactions, edits, deletions, and files of the past that overtook their message: kept until it comes (in any order, facts §0).

They wait in the table of early statuses, whose `status` is then "reaction:…", and are thrown away with them after a week.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

from conversations import clock
from conversations.models import Channel, EarlyStatus
from conversations.whatsapp.payloads import EditChange, InboundMessage, Media, ReactionChange, RevokeChange, Sender

Change = ReactionChange | EditChange | RevokeChange | InboundMessage
KINDS: dict[str, type[Change]] = {
    "reaction": ReactionChange,
    "edit": EditChange,
    "revoke": RevokeChange,
    "file": InboundMessage,
}
MARK = ":"  # in `status`; no status of Meta's has one


def keep(channel: Channel, change: Change) -> None:
    """Once, however often it is delivered."""
    kind = next(name for name, shape in KINDS.items() if isinstance(change, shape))
    print_ = hashlib.sha256(change.wamid.encode()).hexdigest()[:12]
    EarlyStatus.objects.get_or_create(
        wamid=change.wamid if isinstance(change, InboundMessage) else change.target,
        status=f"{kind}{MARK}{print_}",
        defaults={
            "channel": channel,
            "received_at": clock.machine_now(),
            "data": {**asdict(change), "timestamp": change.timestamp.timestamp()},
        },
    )


def take(wamids: list[str]) -> list[tuple[Channel, Change]]:
    """What waited for these messages, which are known now; it waits no longer."""
    rows = list(
        EarlyStatus.objects.select_related("channel__portfolio")
        .filter(wamid__in=wamids, status__contains=MARK)
        .order_by("id")
    )
    if rows:
        EarlyStatus.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return [(row.channel, _restored(row.status.partition(MARK)[0], dict(row.data))) for row in rows]


def _restored(kind: str, data: dict[str, Any]) -> Change:
    data["timestamp"] = clock.from_unix(data["timestamp"])
    if "sender" in data:
        data["sender"] = Sender(**data["sender"])
    if "media" in data:
        data["media"] = tuple(Media(**one) for one in data["media"])
    return KINDS[kind](**data)
