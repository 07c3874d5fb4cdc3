"""What the desk did for one customer, in sentences, newest first: for the phone page's "What the desk did"."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from autoreply.models import Rule
from conversations.journal.kinds import Kind
from conversations.models import (
    Conversation,
    Delivery,
    Department,
    Direction,
    Event,
    LedgerEntry,
    Message,
    MessageStatus,
    Origin,
)
from conversations.outbox.caps.words import sentence as why_held
from conversations.reasons import WITHHELD, sentence
from conversations.whatsapp.errors import describe

MESSAGES = 30  # newest of the conversation
EVENTS = 120
ONE_DECISION = timedelta(seconds=1)  # routing and assignment by one rule
DELIVERIES = 200  # newest webhooks in which a message's own is looked for

TOLD = (  # of the journal, besides messages
    Kind.CONVERSATION_ROUTED,
    Kind.CONVERSATION_ASSIGNED,
    Kind.CONVERSATION_RELEASED,
    Kind.CONVERSATION_HANDED_OVER,
    Kind.CONVERSATION_REOPENED,
    Kind.CONVERSATION_RESOLVED,
    Kind.RULE_SKIPPED,
    Kind.WINDOW_CHANGED,
    Kind.MESSAGE_EDITED,
    Kind.MESSAGE_REVOKED,
    Kind.MESSAGE_REACTED,
    Kind.MESSAGE_UNCONFIRMED,
    Kind.MESSAGE_REQUEUED,
    Kind.MESSAGE_DOUBLED,
    Kind.LOCK_TAKEN,
    Kind.LOCK_RELEASED,
    Kind.NOTE_ADDED,
    Kind.CONVERSATION_TAGGED,
    Kind.CONTACT_RENUMBERED,
)


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime  # business time
    text: str


def entries(conversation: Conversation) -> list[Entry]:
    messages = list(
        Message.objects.filter(conversation=conversation)
        .select_related("sender_user", "cost")
        .order_by("-timestamp", "-pk")[:MESSAGES]
    )
    told: list[Entry] = []
    stored = [message.created_at for message in messages if message.direction == Direction.INBOUND]
    if conversation.window_ends_at and stored:
        told.append(Entry(max(stored), _("Service window open until %(when)s") % {"when": _when(conversation)}))
    told += [*_of_journal(conversation), *_of_messages(messages)]
    return sorted(told, key=lambda entry: entry.at, reverse=True)


def _when(conversation: Conversation) -> str:
    ends = conversation.window_ends_at
    return date_format(ends.astimezone(conversation.channel.zone), "D H:i") if ends else ""


def _of_messages(messages: list[Message]) -> Iterator[Entry]:
    rules = dict(Rule.objects.filter(key__in={message.rule_key for message in messages}).values_list("key", "name"))
    taken = _processing_times([str(message.wamid) for message in messages if message.direction == Direction.INBOUND])
    for message in messages:
        if message.direction == Direction.INBOUND:
            ms = taken.get(str(message.wamid))
            if ms is None:
                yield Entry(message.created_at, _("Webhook stored and acknowledged"))
            else:
                yield Entry(message.created_at, _("Webhook stored and acknowledged, read %(ms)s ms later") % {"ms": ms})
            continue
        if message.origin == Origin.AGENT:
            who = message.sender_user.get_full_name() if message.sender_user else _("an agent")
            what = _("Answer sent by %(agent)s") % {"agent": who}
        else:
            what = _("Automatic answer by the rule “%(rule)s”") % {
                "rule": rules.get(message.rule_key, message.rule_key)
            }
        yield Entry(
            max(message.sent_at or message.created_at, message.created_at),  # Meta tells whole seconds
            " · ".join(part for part in (what, _state_of(message), _cost_of(message)) if part),
        )
        if message.delivered_at and message.read_at:
            seconds = f"{(message.read_at - message.delivered_at).total_seconds():.0f}"
            yield Entry(message.read_at, _("Delivered, then read: %(seconds)s s") % {"seconds": seconds})
        elif message.delivered_at:
            yield Entry(message.delivered_at, _("Delivered"))
        if message.failed_at:
            yield Entry(
                message.failed_at,
                _("Not delivered: %(why)s") % {"why": describe(message.error_code, message.error_detail)},
            )


def _state_of(message: Message) -> str:
    """What holds it up while it has not left; "" once it has."""
    if message.sent_at:
        return ""
    if message.status == MessageStatus.HELD:
        return f"{message.get_status_display()}: {why_held(message.hold_code)}"
    return str(message.get_status_display())


def _cost_of(message: Message) -> str:
    """0.0080 USD, or why it costs nothing; "" when nobody knows, or nothing was charged because it never arrived."""
    cost: LedgerEntry | None = getattr(message, "cost", None)
    if cost is None or message.failed_at:
        return ""
    known = cost.actual is not None
    price = cost.actual if known else cost.estimated
    if price is None:
        return ""
    surcharge = cost.actual_surcharge if known else cost.surcharge
    free = cost.get_actual_free_display() if known else cost.get_estimated_free_display()
    total = price + (surcharge or 0)
    shown = f"{total:.4f} {cost.currency}" if total else str(free or _("free of charge"))
    return shown if known else _("about %(price)s") % {"price": shown}


def _processing_times(wamids: list[str]) -> dict[str, int]:
    """Milliseconds from the stored webhook to its rows, for those whose delivery is still among the newest."""
    found: dict[str, int] = {}
    needles = [(wamid, json.dumps(wamid).encode()) for wamid in wamids]
    for row in Delivery.objects.filter(processed_at__isnull=False).order_by("-pk")[:DELIVERIES]:
        body, processed = bytes(row.body), row.processed_at
        for wamid, needle in needles:
            if processed is not None and b'"messages":' in body and needle in body:
                found[wamid] = round((processed - row.received_at).total_seconds() * 1000)
    return found


def _of_journal(conversation: Conversation) -> Iterator[Entry]:
    events = list(Event.objects.filter(conversation=conversation, kind__in=TOLD).order_by("-pk")[:EVENTS])
    departments = dict(Department.objects.values_list("pk", "name"))
    skipped = {event.data.get("rule") for event in events if event.kind == Kind.RULE_SKIPPED}
    rules = dict(Rule.objects.filter(key__in=skipped).values_list("key", "name"))
    routed = [event.at for event in events if event.kind == Kind.CONVERSATION_ROUTED]
    for event in events:
        if event.kind == Kind.CONVERSATION_ASSIGNED and any(abs(event.at - at) < ONE_DECISION for at in routed):
            continue  # the same decision: its sentence names the agent too
        yield Entry(event.at, _said(event, conversation, departments, rules))


def _said(event: Event, conversation: Conversation, departments: dict[int, str], rules: dict[str, str]) -> str:
    data = event.data
    kind = Kind(event.kind)
    if kind in {Kind.CONVERSATION_ROUTED, Kind.CONVERSATION_ASSIGNED, Kind.CONVERSATION_RELEASED}:
        name = departments.get(data.get("department") or 0, "—")
        why = conversation.reason_code == data.get("reason") and sentence(
            conversation.reason_code, conversation.reason_data
        )
        head = (
            _("Routed to %(department)s") % {"department": name}
            if kind == Kind.CONVERSATION_ROUTED
            else str(kind.label)
        )
        return f"{head}: {why}" if why else head
    if kind == Kind.RULE_SKIPPED:
        rule = rules.get(str(data.get("rule")), str(data.get("rule")))
        why = WITHHELD.get(str(data.get("why")), data.get("why", ""))
        return _("The rule “%(rule)s” was withheld (%(why)s)") % {"rule": rule, "why": why}
    if kind == Kind.WINDOW_CHANGED:
        state = (
            Conversation.WindowState(data["state"]).label
            if data.get("state") in Conversation.WindowState.values
            else ""
        )
        return _("Service window: %(state)s") % {"state": state}
    return str(kind.label)
