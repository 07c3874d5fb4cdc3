"""What Meta says became of a message: statuses, in any order, any number of times (C12, facts §5)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial

from django.db import connection, transaction

from conversations import clock
from conversations.actions import channels
from conversations.actions.messages import wait_again
from conversations.actor import Actor
from conversations.bulk import update_rows
from conversations.journal.kinds import Kind
from conversations.journal.record import draft, record, record_all
from conversations.models import Channel, Contact, Direction, EarlyStatus, Event, Message, MessageStatus, Origin
from conversations.whatsapp.errors import TABLE, Class
from conversations.whatsapp.payloads import StatusUpdate

logger = logging.getLogger("sportello.outbox")

META = Actor.system("meta")
KINDS = {
    MessageStatus.SENT: Kind.MESSAGE_SENT,
    MessageStatus.DELIVERED: Kind.MESSAGE_DELIVERED,
    MessageStatus.READ: Kind.MESSAGE_READ,
    MessageStatus.PLAYED: Kind.MESSAGE_PLAYED,
    MessageStatus.FAILED: Kind.MESSAGE_FAILED,
}
STAMPS = {
    MessageStatus.SENT: "sent_at",
    MessageStatus.DELIVERED: "delivered_at",
    MessageStatus.READ: "read_at",
    MessageStatus.PLAYED: "played_at",
    MessageStatus.FAILED: "failed_at",
}
OPAQUE = "sportello-"
CHANGED = [
    "status",
    "wamid",
    "sent_at",
    "delivered_at",
    "read_at",
    "played_at",
    "failed_at",
    "error_code",
    "error_detail",
    "pricing",
]
UNREACHABLE = "131026"


def apply(statuses: Iterable[tuple[Channel, StatusUpdate]]) -> None:
    """Apply a batch in the caller's transaction. A status whose message is not known yet is kept as early."""
    wanted = list(statuses)
    if not wanted:
        return
    by_wamid, by_pk = _messages([status for _channel, status in wanted])
    changed: dict[int, Message] = {}
    events: list[Event] = []
    early: list[EarlyStatus] = []
    failures: list[tuple[Message, str]] = []
    for channel, status in wanted:
        message = by_wamid.get(status.wamid) or by_pk.get(_pk_of(status.opaque))
        if message is None or message.channel_id != channel.pk:
            early.append(_early(channel, status))
            continue
        moved = _move(message, status)
        changed[message.pk] = message
        if moved is None:
            continue
        if moved == MessageStatus.FAILED:
            failures.append((message, status.error_code))
        events.append(
            draft(
                KINDS[moved],
                by=META,
                conversation=message.conversation,
                message=message.pk,
                code=status.error_code,
            )
        )
    if changed:
        update_rows(changed.values(), CHANGED)
    record_all(events)
    if early:
        EarlyStatus.objects.bulk_create(early, ignore_conflicts=True)
    for message, code in failures:
        _effects(message, code)


def _messages(statuses: list[StatusUpdate]) -> tuple[dict[str, Message], dict[int, Message]]:
    no_key = connection.features.has_select_for_no_key_update
    rows = (
        Message.objects.select_for_update(no_key=no_key, of=("self",) if no_key else ())
        .select_related("conversation")
        .filter(direction=Direction.OUTBOUND)
        .order_by("pk")
    )
    by_wamid = {str(row.wamid): row for row in rows.filter(wamid__in={status.wamid for status in statuses})}
    pks = {_pk_of(status.opaque) for status in statuses if status.wamid not in by_wamid} - {0}
    by_pk = {row.pk: row for row in rows.filter(pk__in=pks)} if pks else {}
    return by_wamid, by_pk


def _pk_of(opaque: str) -> int:
    number = opaque.removeprefix(OPAQUE)
    return int(number) if opaque.startswith(OPAQUE) and number.isdecimal() and len(number) < 19 else 0


def _move(message: Message, status: StatusUpdate) -> MessageStatus | None:
    """Changes the message in memory; the new status when it moved forward, never back."""
    if not message.wamid:
        message.wamid = status.wamid
    try:
        new = MessageStatus(status.status)
        stamp = STAMPS[new]
    except (ValueError, KeyError):  # "deleted", "warning", or what Meta thinks of next
        logger.info("status.unknown", extra={"message_id": message.pk, "status": status.status[:24]})
        return None
    implied = (
        ["delivered_at"] if new in {MessageStatus.READ, MessageStatus.PLAYED} else []
    )  # a read implies it (facts §5)
    for name in {stamp, *implied}:
        setattr(message, name, min(getattr(message, name) or status.timestamp, status.timestamp))
    if status.pricing:
        _keep_pricing(message, status, new)
    if Message.RANK[new] <= Message.RANK[MessageStatus(message.status)]:
        return None
    message.status = new
    if new == MessageStatus.FAILED:
        message.error_code, message.error_detail = status.error_code, status.error_detail
    else:
        message.error_code = message.error_detail = ""
    return new


def _keep_pricing(message: Message, status: StatusUpdate, of: MessageStatus) -> None:
    """As it came, with the status it came with: the furthest one's counts, whichever arrived first."""
    held = (
        MessageStatus(message.pricing.get("status", MessageStatus.QUEUED)) if message.pricing else MessageStatus.QUEUED
    )
    if Message.RANK[of] >= Message.RANK[held]:
        message.pricing = {**status.pricing, "status": of.value}


def _early(channel: Channel, status: StatusUpdate) -> EarlyStatus:
    return EarlyStatus(
        channel=channel,
        wamid=status.wamid,
        status=status.status[:24],
        received_at=clock.machine_now(),
        data={
            "timestamp": status.timestamp.timestamp(),
            "opaque": status.opaque,
            "error_code": status.error_code,
            "error_detail": status.error_detail,
            "pricing": status.pricing,
        },
    )


def apply_early(wamids: list[str] | None = None, *, limit: int = 200) -> int:
    """Apply kept statuses whose message has become known: of these wamids, or any (the sweep). Returns how many."""
    waiting = EarlyStatus.objects.select_related("channel").exclude(status__contains=":")  # those are ingest/early.py's
    if wamids is not None:
        waiting = waiting.filter(wamid__in=wamids)
    else:
        waiting = waiting.filter(wamid__in=Message.objects.filter(direction=Direction.OUTBOUND).values("wamid"))
    if not waiting.exists():
        return 0
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        rows = list(waiting.select_for_update(of=("self",) if skip else (), skip_locked=skip).order_by("id")[:limit])
        apply([(row.channel, _restored(row)) for row in rows])
        EarlyStatus.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _restored(row: EarlyStatus) -> StatusUpdate:
    return StatusUpdate(
        wamid=row.wamid,
        status=row.status,
        timestamp=clock.from_unix(row.data["timestamp"]),
        opaque=row.data["opaque"],
        error_code=row.data["error_code"],
        error_detail=row.data["error_detail"],
        pricing=row.data["pricing"],
        raw={},
    )


def after_failure(message: Message, code: str) -> None:
    """Journal a failure that we found ourselves, and its effects."""
    record(Kind.MESSAGE_FAILED, by=META, conversation=message.conversation, message=message.pk, code=code)
    _effects(message, code)


def _effects(message: Message, code: str) -> None:
    """What a code means beyond the message: the contact cannot be reached, the channel must stop (facts §10)."""
    if code == UNREACHABLE and message.conversation.contact_id:
        Contact.objects.filter(pk=message.conversation.contact_id).update(is_unreachable=True)
    if message.origin == Origin.AGENT:  # afterwards: a conversation is locked before its messages, never after
        transaction.on_commit(partial(wait_again, message.conversation_id), robust=True)
    rule = TABLE.get(int(code)) if code.isdigit() else None
    if rule is not None and rule.what is Class.ALARM:
        channels.stop(channel=message.conversation.channel, by=META, code=code, reason=rule.sentence)
