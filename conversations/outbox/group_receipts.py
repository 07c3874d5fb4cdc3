"""Messages to a group: how far each participant got, and what the message itself shows (facts §5, §7).

As in WhatsApp: a message is delivered when everybody in the group has it, read when everybody has read it. Who left, and whom it cannot
reach, is waited for no longer; when nobody could be reached, it has failed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from conversations.cost.markets import country_of
from conversations.models import Channel, GroupParticipant, Identity, Message, MessageStatus, Receipt
from conversations.whatsapp import numbers
from conversations.whatsapp.payloads import Sender, StatusUpdate

STAMPS = {"delivered": "delivered_at", "read": "read_at", "played": "played_at", "failed": "failed_at"}
LEVELS = ("delivered", "read", "played")
Pair = tuple[Channel, StatusUpdate]


def fold(statuses: list[Pair], find: Callable[[StatusUpdate], Message | None]) -> tuple[list[Pair], list[Message]]:
    """Write down what is told of participants, and put in its place what it means for the message: four statements, however many.

    `find` gives the locked message of a status. Statuses of others, and those about no participant, stay as they are. Also returns the
    messages whose pricing it changed: each delivery is charged (facts §7).
    """
    about: dict[int, list[StatusUpdate]] = defaultdict(list)
    messages: dict[int, tuple[Channel, Message]] = {}
    rest: list[Pair] = []
    for channel, status in statuses:
        message = find(status) if status.participant.is_known and status.status in STAMPS else None
        if message is None or message.conversation.group_id is None or message.channel_id != channel.pk:
            rest.append((channel, status))
        else:
            about[message.pk].append(status)
            messages[message.pk] = (channel, message)
    if not about:
        return rest, []
    contacts = _contacts([(channel, status.participant) for channel, status in statuses])
    receipts = {
        pk: {row.contact_id: row for row in rows}
        for pk, rows in _by_message(Receipt.objects.filter(message__in=about)).items()
    }
    changed: dict[tuple[int, int], Receipt] = {}
    for pk, told in about.items():
        channel, message = messages[pk]
        mine = receipts.setdefault(pk, {})
        for status in told:
            contact = _find(contacts, channel.portfolio_id, status.participant)
            if contact is None:  # somebody who never wrote, joined or was named: nobody to write it down for
                continue
            row = mine.setdefault(contact, Receipt(message=message, contact_id=contact, status="sent"))
            _move(row, status)
            changed[(pk, contact)] = row
    if changed:
        columns = ["status", *STAMPS.values(), "error_code", "pricing"]
        Receipt.objects.bulk_create(
            changed.values(),
            update_conflicts=True,
            unique_fields=["message", "contact"],
            update_fields=columns,
            batch_size=80,
        )
    members = _members({message.conversation.group_id or 0 for _channel, message in messages.values()})
    for pk, (channel, message) in messages.items():
        present = members.get(message.conversation.group_id or 0, [])
        rest += [(channel, status) for status in _of_message(message, about[pk][0], receipts[pk], present)]
        message.pricing = {**message.pricing, "recipients": _charged(receipts[pk])}
    return rest, [message for _channel, message in messages.values()]


def _charged(receipts: dict[int, Receipt]) -> dict[str, dict[str, Any]]:
    """Who was told of with a price, by contact: what the ledger settles by."""
    return {str(pk): {**row.pricing, "status": row.status} for pk, row in sorted(receipts.items()) if row.pricing}


def _move(row: Receipt, status: StatusUpdate) -> None:
    stamp = STAMPS[status.status]
    held = getattr(row, stamp)
    setattr(row, stamp, min(held, status.timestamp) if held else status.timestamp)
    if status.pricing:
        country = country_of(status.participant.wa_id, status.participant.user_id)
        row.pricing = {**status.pricing, "country": country}
    if Message.RANK[MessageStatus(status.status)] > Message.RANK[MessageStatus(row.status)]:
        row.status = status.status
        row.error_code = status.error_code if status.status == "failed" else ""


def _of_message(
    message: Message, told: StatusUpdate, receipts: dict[int, Receipt], members: list[GroupParticipant]
) -> list[StatusUpdate]:
    """What all together have reached; nothing when somebody is still waited for."""
    written = message.timestamp
    waited_for = {member.contact_id for member in members if member.was_present(written)}
    gone = {member.contact_id for member in members if not member.is_present}
    failed = {pk: row for pk, row in receipts.items() if row.status == "failed"}
    counted = (waited_for | set(receipts)) - gone - set(failed)
    plain = replace(told, participant=Sender(), pricing={}, error_code="", error_detail="")
    if not counted:
        if not failed:
            return []
        last = max(failed.values(), key=lambda row: row.failed_at or written)
        return [replace(plain, status="failed", timestamp=last.failed_at or written, error_code=last.error_code)]
    is_sent = Message.RANK[MessageStatus(message.status)] >= Message.RANK[MessageStatus.SENT]
    found = [] if is_sent else [replace(plain, status="sent")]  # Meta has it: so much is sure
    for number, level in enumerate(LEVELS):
        times = [_reached(receipts.get(pk), LEVELS[number:]) for pk in counted]
        if any(time is None for time in times):
            break
        found.append(replace(plain, status=level, timestamp=max(time for time in times if time is not None)))
    return found


def _reached(row: Receipt | None, levels: tuple[str, ...]) -> datetime | None:
    """When it got so far: reading implies delivery (facts §5)."""
    times = [getattr(row, STAMPS[level]) for level in levels] if row is not None else []
    return min((time for time in times if time is not None), default=None)


def _contacts(people: list[tuple[Channel, Sender]]) -> dict[tuple[int, str, str], int]:
    wanted = Q()
    for channel, person in people:
        for kind, key in _keys(person):
            wanted |= Q(portfolio=channel.portfolio_id, kind=kind, key=key)
    rows = Identity.objects.filter(wanted).select_related("contact") if wanted else []
    return {
        (row.portfolio_id, row.kind, row.key): row.contact.merged_into_id or row.contact_id
        for row in rows
        if row.ended_at is None
    }


def _keys(person: Sender) -> list[tuple[str, str]]:
    keys = [(Identity.Kind.BSUID.value, person.user_id)] if person.user_id else []
    return [*keys, *([(Identity.Kind.WA_ID.value, numbers.key(person.wa_id))] if person.wa_id else [])]


def _find(contacts: dict[tuple[int, str, str], int], portfolio: int, person: Sender) -> int | None:
    return next((contacts[(portfolio, *key)] for key in _keys(person) if (portfolio, *key) in contacts), None)


def _members(groups: set[int]) -> dict[int, list[GroupParticipant]]:
    found: dict[int, list[GroupParticipant]] = defaultdict(list)
    for member in GroupParticipant.objects.filter(group__in=groups):
        found[member.group_id].append(member)
    return found


def _by_message(rows: Iterable[Receipt]) -> dict[int, list[Receipt]]:
    found: dict[int, list[Receipt]] = defaultdict(list)
    for row in rows:
        found[row.message_id].append(row)
    return found
