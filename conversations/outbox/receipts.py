"""What Meta says became of a message: statuses, in any order, any number of times (C12, facts §5)."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable

from django.db import connection, transaction

from conversations import clock
from conversations.actions import costs, entry_points
from conversations.actor import Actor
from conversations.bulk import update_rows
from conversations.journal.kinds import Kind
from conversations.journal.record import draft, record_all
from conversations.models import Attempt, Channel, Direction, EarlyStatus, Event, Message, MessageStatus
from conversations.outbox import effects, group_receipts
from conversations.outbox.failure import REFUSED, refuse
from conversations.whatsapp.errors import rule_of
from conversations.whatsapp.payloads import Sender, StatusUpdate

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
MARK = re.compile(r"sportello-(?P<message>[0-9]{1,18})(?:/(?P<attempt>[0-9]{1,5}))?")  # Attempt.opaque
CHANGED = ["sent_at", "delivered_at", "read_at", "played_at", "pricing", *REFUSED]
ARRIVED = {"delivered", "read", "played"}
WAITING = {MessageStatus.SCHEDULED, MessageStatus.HELD, MessageStatus.QUEUED, MessageStatus.CANCELLED}


def apply(statuses: Iterable[tuple[Channel, StatusUpdate]]) -> None:
    """Apply a batch in the caller's transaction. A status whose message is not known yet is kept as early."""
    wanted = list(statuses)
    if not wanted:
        return
    by_wamid, by_pk = _messages([status for _channel, status in wanted])
    wanted, charged = group_receipts.fold(
        wanted, lambda status: by_wamid.get(status.wamid) or by_pk.get(_mark(status.opaque)[0])
    )
    attempts = _attempts(wanted, by_wamid, by_pk)
    changed: dict[int, Message] = {message.pk: message for message in charged}
    events: list[Event] = []
    early: list[EarlyStatus] = []
    refused: list[tuple[Message, StatusUpdate]] = []
    for channel, status in wanted:
        message = by_wamid.get(status.wamid) or by_pk.get(_mark(status.opaque)[0])
        if message is None or message.channel_id != channel.pk:
            early.append(_early(channel, status))
            continue
        message.channel, changed[message.pk] = channel, message
        kinds = _take(message, status, attempts.get(message.pk, []))
        if Kind.MESSAGE_FAILED in kinds or Kind.MESSAGE_REQUEUED in kinds:
            refused.append((message, status))
        code = code_of(status) if status.status == "failed" else ""
        events += [
            draft(kind, by=META, conversation=message.conversation, message=message.pk, code=code) for kind in kinds
        ]
    if changed:
        update_rows(changed.values(), CHANGED)
        update_rows(
            [one for rows in attempts.values() for one in rows], ["wamid", "delivered_at", "error_code", "detail"]
        )
        costs.settle(changed.values())
        entry_points.follow(changed.values())
    record_all(events)
    if early:
        EarlyStatus.objects.bulk_create(early, ignore_conflicts=True)
    for message, status in refused:
        effects.apply(
            message,
            code=code_of(status),
            detail=status.error_detail,
            at=status.timestamp,
            of_group_member=status.is_group,
        )


def _messages(statuses: list[StatusUpdate]) -> tuple[dict[str, Message], dict[int, Message]]:
    no_key = connection.features.has_select_for_no_key_update
    rows = (
        Message.objects.select_for_update(no_key=no_key, of=("self",) if no_key else ())
        .select_related("conversation")
        .filter(direction=Direction.OUTBOUND)
        .order_by("pk")
    )
    by_wamid = {str(row.wamid): row for row in rows.filter(wamid__in={status.wamid for status in statuses})}
    known = {row.pk: row for row in by_wamid.values()}
    pks = {_mark(status.opaque)[0] for status in statuses if status.wamid not in by_wamid} - {0}
    by_pk = {row.pk: row for row in rows.filter(pk__in=pks - set(known))} if pks - set(known) else {}
    return by_wamid, {**known, **by_pk}


def _attempts(
    wanted: list[tuple[Channel, StatusUpdate]], by_wamid: dict[str, Message], by_pk: dict[int, Message]
) -> dict[int, list[Attempt]]:
    """Of the messages of which more must be known than that one attempt went well, in order."""
    unsure = [status for _channel, status in wanted if status.status == "failed" or status.wamid not in by_wamid]
    found = [by_wamid.get(status.wamid) or by_pk.get(_mark(status.opaque)[0]) for status in unsure]
    pks = {message.pk for message in found if message is not None}
    attempts: dict[int, list[Attempt]] = {}
    for row in Attempt.objects.filter(message__in=pks).order_by("message", "number") if pks else []:
        attempts.setdefault(row.message_id, []).append(row)
    return attempts


def _mark(opaque: str) -> tuple[int, int]:
    """Message and number of the attempt that our own mark names; 0 for what it does not name."""
    found = MARK.fullmatch(opaque)
    return (int(found["message"]), int(found["attempt"] or 0)) if found else (0, 0)


def code_of(status: StatusUpdate) -> str:
    return status.error_code or "no_reason"


def _take(message: Message, status: StatusUpdate, attempts: list[Attempt]) -> list[Kind]:
    """Changes the message, and the attempt that the status is about, in memory. Returns what to record.

    A message may have been tried again while nobody knew whether it had arrived: then there are two copies at Meta, each with statuses of
    its own. The message is about the copy that reached the customer first, or else about the last one.
    """
    attempt = _attempt(attempts, status)
    if attempt is not None:
        attempt.wamid = attempt.wamid or status.wamid
    if status.status == "failed":
        return _fail(message, status, attempt, is_last=attempt is None or attempt is attempts[-1])
    arrived = status.status in ARRIVED
    kinds: list[Kind] = []
    if not arrived and attempt is not None and attempt.has_failed:
        return []  # its `sent`, come late
    if message.wamid not in (None, status.wamid):  # of another copy
        if not arrived:
            return []
        if message.delivered_at is None:
            message.wamid = status.wamid
        elif attempt is not None and attempt.delivered_at is None:
            kinds.append(Kind.MESSAGE_DOUBLED)
            for one in attempts:
                one.delivered_at = message.delivered_at if one.wamid == message.wamid else one.delivered_at
    if attempt is not None:
        attempt.error_code = "" if attempt.error_code == "unconfirmed" else attempt.error_code
        attempt.delivered_at = (attempt.delivered_at or status.timestamp) if arrived else attempt.delivered_at
    moved = _move(message, status)
    return [*kinds, KINDS[moved]] if moved is not None else kinds


def _attempt(attempts: list[Attempt], status: StatusUpdate) -> Attempt | None:
    number = _mark(status.opaque)[1]
    named = [one for one in attempts if one.number == number or (one.wamid and one.wamid == status.wamid)]
    return named[0] if named else None


def _fail(message: Message, status: StatusUpdate, attempt: Attempt | None, *, is_last: bool) -> list[Kind]:
    """The attempt's copy did not arrive. The message has failed with it, or is tried again, unless another attempt decides."""
    if attempt is not None:
        if attempt.has_failed:
            return []  # told twice
        attempt.error_code, attempt.detail = code_of(status), status.error_detail[:500]
    its_own = message.wamid == status.wamid or (message.wamid is None and is_last)
    if not its_own or message.status in WAITING or _move(message, status) is None:
        return []
    rule = None if status.is_group else rule_of(status.error_code)
    if rule is None:
        return [Kind.MESSAGE_FAILED]
    refuse(message, rule=rule, code=message.error_code, detail=message.error_detail)
    return [Kind.MESSAGE_FAILED if message.status == MessageStatus.FAILED else Kind.MESSAGE_REQUEUED]


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
        message.error_code, message.error_detail = code_of(status), status.error_detail
    else:
        message.error_code = message.error_detail = ""
    return new


def _keep_pricing(message: Message, status: StatusUpdate, of: MessageStatus) -> None:
    """As it came, with the status it came with: the furthest one's counts, whichever arrived first."""
    held = (
        MessageStatus(message.pricing.get("status", MessageStatus.QUEUED)) if message.pricing else MessageStatus.QUEUED
    )
    free_until = status.pricing.get("free_until") or message.pricing.get("free_until")  # only "sent" names it
    if Message.RANK[of] >= Message.RANK[held]:
        message.pricing = {**status.pricing, "status": of.value}
    if free_until:
        message.pricing = {**message.pricing, "free_until": free_until}


def _early(channel: Channel, status: StatusUpdate) -> EarlyStatus:
    return EarlyStatus(
        channel=channel,
        wamid=status.wamid,
        status=_early_name(status),
        received_at=clock.machine_now(),
        data={
            "timestamp": status.timestamp.timestamp(),
            "opaque": status.opaque,
            "error_code": status.error_code,
            "error_detail": status.error_detail,
            "pricing": status.pricing,
            "participant": [status.participant.wa_id, status.participant.user_id],
            "is_group": status.is_group,
        },
    )


def _early_name(status: StatusUpdate) -> str:
    """Each participant of a group has statuses of their own."""
    if not status.participant.is_known:
        return status.status[:24]
    who = hashlib.sha256(repr(status.participant).encode()).hexdigest()[:10]
    return f"{status.status[:12]}@{who}"


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
    wa_id, user_id = row.data.get("participant") or ("", "")
    return StatusUpdate(
        wamid=row.wamid,
        status=row.status.partition("@")[0],
        timestamp=clock.from_unix(row.data["timestamp"]),
        opaque=row.data["opaque"],
        error_code=row.data["error_code"],
        error_detail=row.data["error_detail"],
        pricing=row.data["pricing"],
        raw={},
        is_group=row.data.get("is_group", False),
        participant=Sender(wa_id=wa_id, user_id=user_id),
    )
