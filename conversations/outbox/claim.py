"""Take messages that this process alone may send now: the last look at halts and windows, and the attempt, in one commit (C30, D3, D5)."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction

from conversations import clock, window
from conversations.models import (
    Attempt,
    Channel,
    Consent,
    Halt,
    Identity,
    Message,
    MessageStatus,
    Origin,
    Template,
)
from conversations.models.message import MessageQuerySet
from conversations.outbox import files, pairs
from conversations.outbox.caps import Hold, holding, taking
from conversations.outbox.caps.words import Cap
from conversations.outbox.failure import fail
from conversations.outbox.files import File
from conversations.reach import access_to
from conversations.whatsapp import outgoing
from conversations.whatsapp.transport import Access

logger = logging.getLogger("sportello.outbox")

LOOK = 200  # how far down the queue a claim looks: a first part by index, whatever the statistics say
LOOK_AGAIN = timedelta(minutes=15)  # at a paused template whose end is not known; the webhook of its end comes before
TOO_LATE = timedelta(hours=1)  # as for what falls due (A15): an automatic reply is for the moment it was written for
AUTOMATIC = {Origin.RULE, Origin.FLOW, Origin.CAMPAIGN}
Known = dict[int, dict[str, str]]  # contact -> kind of identity -> value


@dataclass(slots=True)
class Claimed:
    """A message to be sent by nobody else, with its committed attempt."""

    message: Message
    attempt: Attempt
    access: Access
    payload: dict[str, Any]
    files: list[File]


def sendable(channel: Channel) -> MessageQuerySet:
    return Message.objects.filter(channel=channel, channel__status=Channel.Status.ACTIVE).sendable(
        business=clock.now(), machine=clock.machine_now()
    )


def waiting_channels() -> models.QuerySet[Channel]:
    """Numbers that send, with something queued. In the order of the index, so that no statistics make it a scan of all messages."""
    queued = Message.objects.filter(status=MessageStatus.QUEUED, channel=models.OuterRef("pk"))
    first = models.Subquery(queued.order_by("lane", "turn", "id").values("pk")[:1])
    return Channel.objects.sending().annotate(first_queued=first).filter(first_queued__isnull=False)


def claim(channel: Channel, limit: int = 1) -> list[Claimed]:
    """Up to `limit` messages of a channel, moved to `sending` with their attempts. Those that may not go are failed or held back
    on the way."""
    access = access_to(channel)  # before the attempts: what fails here has sent nothing
    near = list(sendable(channel).values_list("pk", "conversation_id")[:LOOK])
    if not near:
        return []
    owed = pairs.look(channel.pk, [conversation for _pk, conversation in near])
    waits = pairs.waits(owed)
    with transaction.atomic():
        _let_wait(near, waits)
        rows = _lock(channel, [pk for pk, conversation in near if conversation not in waits], limit)
        claimed = _take(channel, rows, access)
    pairs.took(channel.pk, owed, [one.message.conversation_id for one in claimed])
    return claimed


def _take(channel: Channel, rows: list[Message], access: Access) -> list[Claimed]:
    """Those of the locked rows that pass the last look and the caps."""
    if not rows:
        return []
    now, halts, known, unwanted = clock.now(), _halts(rows), _identities(channel, rows), _unwanted(rows)
    uploads = files.find(channel, [message.payload for message in rows])
    uploaded = files.handles(channel, uploads.values())
    ready: list[tuple[Message, dict[str, Any], list[File]]] = []
    for message in rows:
        message.channel = channel
        refused, payload = _looked_at(message, now, halts, known, unwanted)
        try:
            filled, needed = files.prepare(payload, uploads, uploaded)
        except files.FileGone:
            refused, filled = "file_gone", {}
        if filled:
            ready.append((message, filled, needed))
        else:
            fail(message, code=refused or "no_address")
    paused = _paused([message for message, _payload, _files in ready], now)
    free = [message for message, _payload, _files in ready if message.pk not in paused]
    held = paused | taking.take(channel, free, now)
    if held:
        _hold_back(channel, [(message, held[message.pk]) for message, *_rest in ready if message.pk in held])
        ready = [one for one in ready if one[0].pk not in held]
    attempts = _begin([message for message, _payload, _files in ready])
    for message, payload, _needed in ready:
        payload["biz_opaque_callback_data"] = attempts[message.pk].opaque
    return [Claimed(message, attempts[message.pk], access, payload, needed) for message, payload, needed in ready]


def _paused(messages: list[Message], now: datetime) -> dict[int, Hold]:
    """Meta lets a paused template go again by itself: its messages wait for that (facts §8)."""
    return {
        message.pk: Hold(Cap.TEMPLATE_PAUSED, max(message.template.paused_until or now, now + LOOK_AGAIN))
        for message in messages
        if message.template is not None and message.template.refusal == Cap.TEMPLATE_PAUSED
    }


def _hold_back(channel: Channel, holds: list[tuple[Message, Hold]]) -> None:
    stale = [message for message, hold in holds if holding.is_stale(message, hold.until)]
    for message in stale:
        fail(message, code="cap_reached")
    holding.put_aside([(message, hold) for message, hold in holds if message not in stale])
    full = [hold.until for _message, hold in holds if hold.code == Cap.DAILY and hold.until is not None]
    if full:
        holding.put_rest_aside(channel, full[0])


def _let_wait(near: list[tuple[int, int]], waits: dict[int, float]) -> None:
    """Meta's pair rate: nothing more to these customers for now. It is no try, and needs nobody to look at it again."""
    for conversation, seconds in waits.items():
        Message.objects.filter(
            pk__in=[pk for pk, other in near if other == conversation], status=MessageStatus.QUEUED
        ).update(retry_at=clock.machine_now() + timedelta(seconds=seconds), error_code="pair_rate", error_detail="")


def _lock(channel: Channel, near: list[int], limit: int) -> list[Message]:
    """The heads of the conversations' queues, in order of lane and turn; rows another worker is taking are passed over."""
    found = _heads(sendable(channel).filter(pk__in=near), limit) if near else []
    if not found and len(near) == LOOK:  # all of them wait behind others, in backoff perhaps: the rest may not
        found = _heads(sendable(channel), limit)
    return found


def _heads(among: MessageQuerySet, limit: int) -> list[Message]:
    skip = connection.features.has_select_for_update_skip_locked
    rows = (
        among.heads(machine=clock.machine_now())
        .select_related("conversation__group", "template")
        .select_for_update(of=("self",) if skip else (), skip_locked=skip)
    )
    return list(rows[:limit])


def _begin(messages: list[Message]) -> dict[int, Attempt]:
    """Attempts are numbered on from all before: a person's retry begins counting tries anew, not attempts."""
    if not messages:
        return {}
    now, pks = clock.machine_now(), [message.pk for message in messages]
    counted = Attempt.objects.filter(message__in=pks).values_list("message").annotate(last=models.Max("number"))
    last: dict[int, int] = dict(counted)
    Message.objects.filter(pk__in=pks).update(status=MessageStatus.SENDING, claimed_at=now, tries=models.F("tries") + 1)
    for message in messages:
        message.status, message.claimed_at, message.tries = MessageStatus.SENDING, now, message.tries + 1
    rows = [Attempt(message=message, number=last.get(message.pk, 0) + 1, started_at=now) for message in messages]
    Attempt.objects.bulk_create(rows)
    return {row.message_id: row for row in rows}


def _halts(rows: Iterable[Message]) -> list[Halt]:
    automatic = any(row.origin in AUTOMATIC for row in rows)
    return list(Halt.objects.standing(clock.now())) if automatic else []


def _identities(channel: Channel, rows: Iterable[Message]) -> Known:
    contacts = {row.conversation.contact_id for row in rows} - {None}
    known: Known = {}
    current = Identity.objects.current().filter(contact__in=contacts, portfolio=channel.portfolio_id)
    for contact, kind, value in current.values_list("contact_id", "kind", "value"):
        known.setdefault(contact, {})[kind] = value
    return known


def _unwanted(rows: Iterable[Message]) -> set[int]:
    """Contacts who do not want the marketing that waits for them; their latest word counts (C53)."""
    asked = {
        row.conversation.contact_id
        for row in rows
        if row.template is not None and row.template.category == Template.Category.MARKETING
    } - {None}
    if not asked:
        return set()
    said = Consent.objects.filter(contact__in=asked, topic="marketing").order_by("at", "pk")
    latest = dict(said.values_list("contact_id", "state"))
    return {contact for contact, state in latest.items() if state == Consent.State.OPT_OUT}


def _looked_at(
    message: Message, now: datetime, halts: list[Halt], known: Known, unwanted: set[int]
) -> tuple[str, dict[str, Any]]:
    """Our error code, or what to send. A row that cannot be read must not stand in the others' way."""
    try:
        refused = _refusal(message, now, halts, unwanted)
        return refused, {} if refused else _payload(message, known)
    except (AttributeError, KeyError, TypeError, ValueError):
        logger.exception("send.unreadable", extra={"message_id": message.pk})
        return "invalid", {}


def _refusal(message: Message, now: datetime, halts: list[Halt], unwanted: set[int]) -> str:
    """The last look before the call: our error code, or ""."""
    margin = message.channel.window_margin_seconds
    ends_at = message.conversation.window_ends_at
    if message.type != "template" and not window.may_send_free_form(ends_at, now, margin):
        return "window_closed"
    halted = message.origin in AUTOMATIC and any(
        halt.covers(channel_id=message.channel_id, trigger=message.trigger, rule_key=message.rule_key) for halt in halts
    )
    if halted:
        return "halted"
    is_marketing = message.template is not None and message.template.category == Template.Category.MARKETING
    if is_marketing and message.conversation.contact_id in unwanted:
        return "opted_out"
    if message.template is not None and message.template.refusal not in {"", Cap.TEMPLATE_PAUSED}:
        return message.template.refusal
    return "too_late" if message.origin == Origin.RULE and _is_stale(message, now) else ""


def _is_stale(message: Message, now: datetime) -> bool:
    return message.not_before is not None and message.not_before < now - TOO_LATE


def _payload(message: Message, known: Known) -> dict[str, Any]:
    """The body of the request; {} when the customer has no address on this channel."""
    conversation = message.conversation
    identities = known.get(conversation.contact_id or 0, {})
    wa_id = identities.get(Identity.Kind.WA_ID) or identities.get(Identity.Kind.PHONE) or ""
    user_id = identities.get(Identity.Kind.BSUID) or ""
    group_id = conversation.group.group_id if conversation.group else ""
    if not (wa_id or user_id or group_id):
        return {}
    return outgoing.request(
        type_=message.type,
        content=message.payload,
        wa_id=wa_id,
        user_id=user_id,
        group_id=group_id,
        reply_to=message.reply_to_wamid,
    )
