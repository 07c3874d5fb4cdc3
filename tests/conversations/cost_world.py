"""What tests about costs share: a number whose messages cost from the first, sending, and Meta's word on it."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import transaction

from conversations import stamps
from conversations.actions import messages
from conversations.actor import Actor
from conversations.cost.card import STAMP
from conversations.journal import readers
from conversations.models import Allowance, Conversation, LedgerEntry, Message, MessageStatus, Origin, Template, Window
from conversations.outbox import receipts
from conversations.whatsapp.payloads import StatusUpdate
from tests.makers import make_conversation, make_inbound

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
RULE = Actor.rule("welcome")


def charged(**values: Any) -> Conversation:
    """A conversation on a number without an allowance: service messages cost from the first."""
    conversation = make_conversation(**values)
    Allowance.objects.create(channel=conversation.channel, valid_from=date(2026, 1, 1), messages=0)
    changed()
    make_inbound(conversation)
    return conversation


def past_pricing_window(conversation: Conversation) -> None:
    """It ended an hour before noon: a surcharge is due."""
    rows = Window.objects.filter(conversation=conversation, kind=Window.Kind.PRICING)
    rows.update(opened_at=NOON - timedelta(hours=49), expires_at=NOON - timedelta(hours=1))


def changed() -> None:
    stamps.touch(STAMP)
    stamps.forget_all()


def template(conversation: Conversation, category: str) -> Template:
    return Template.objects.create(
        channel=conversation.channel, name=category.lower(), language="it", category=category, status="APPROVED"
    )


def send(conversation: Conversation, **values: Any) -> Message:
    given: dict[str, Any] = {"origin": Origin.RULE, "content": {"body": "Eccoci"}, **values}
    message = messages.queue(conversation=conversation, by=RULE, **given)
    taken = Message.objects.filter(pk=message.pk)
    taken.update(wamid=f"wamid.{message.pk}", status=MessageStatus.SENDING)  # as when Meta has it
    return message


def came_to(entry: LedgerEntry) -> tuple[Any, ...]:
    entry.refresh_from_db()
    return entry.state, entry.actual_category, entry.actual, entry.actual_free, entry.difference


def status(message: Message, of: str, **pricing: Any) -> StatusUpdate:
    given = {"pricing_model": "PMP", "type": "regular", "billable": True, **pricing} if pricing else {}
    return StatusUpdate(
        wamid=f"wamid.{message.pk}",
        status=of,
        timestamp=NOON + timedelta(minutes=["sent", "delivered", "read", "failed"].index(of)),
        opaque="",
        error_code="131026" if of == "failed" else "",
        error_detail="",
        pricing=given,
        raw={},
    )


def tell(message: Message, *statuses: StatusUpdate) -> None:
    with transaction.atomic():  # as ingest does
        receipts.apply([(message.channel, one) for one in statuses])


def read_journal() -> None:
    """All of it: another test's transaction on the same PostgreSQL holds readers back for a moment."""
    readers.read_all()
    while readers.is_held_back():
        time.sleep(0.01)
        readers.read_all()
