"""A customer's call becomes a message of the thread (D21): one per call, whichever of its webhooks comes first."""

from __future__ import annotations

from conversations.actor import Actor
from conversations.bulk import update_rows
from conversations.journal.kinds import Kind
from conversations.journal.record import draft
from conversations.models import Channel, Event, Message
from conversations.whatsapp.payloads import CallUpdate, InboundMessage

META = Actor.system("meta")
Update = tuple[Channel, CallUpdate]
RANK = {"ringing": 0, "missed": 1, "completed": 2}


def as_messages(updates: list[Update]) -> list[tuple[Channel, InboundMessage]]:
    """Calls of customers; those the business began elsewhere are only noted."""
    found: dict[tuple[int, str], tuple[Channel, InboundMessage]] = {}
    for channel, call in sorted(updates, key=lambda pair: pair[1].timestamp):
        if not call.by_customer:
            continue
        key = (channel.pk, call.call_id)
        held = found.get(key)
        message = InboundMessage(
            wamid=call.call_id,
            sender=call.sender,
            timestamp=held[1].timestamp if held else call.timestamp,
            type="call",
            text="",
            content=_merged(held[1].content if held else {}, call),
        )
        found[key] = (channel, message)
    return list(found.values())


def complete(updates: list[Update]) -> list[Event]:
    """What a call's later webhook adds to its message; two statements."""
    known = {
        (row.channel_id, str(row.wamid)): row
        for row in Message.objects.filter(wamid__in={call.call_id for _channel, call in updates}, type="call")
        .select_related("conversation")
        .order_by("pk")
    } if updates else {}  # fmt: skip
    changed: dict[int, Message] = {}
    for channel, call in updates:
        row = known.get((channel.pk, call.call_id))
        if row is not None and (merged := _merged(row.payload, call)) != row.payload:
            row.payload = merged
            changed[row.pk] = row
    update_rows(changed.values(), ["payload"])
    return [
        draft(Kind.CALL_ENDED, by=META, conversation=row.conversation, message=row.pk, status=row.payload["status"])
        for row in changed.values()
    ]


def _merged(held: dict[str, object], call: CallUpdate) -> dict[str, object]:
    merged = dict(held)
    if RANK[call.status] >= RANK.get(str(held.get("status")), -1):
        merged["status"] = call.status
    if call.duration is not None:
        merged["duration"] = call.duration
    if call.payload:
        merged["payload"] = call.payload
    return merged
