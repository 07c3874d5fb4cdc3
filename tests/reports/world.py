"""A shop's week in facts, for tests of reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.auth.models import User

from conversations import clock
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Channel, Conversation, Department, Event, Origin
from reports.readers import keep_facts
from tests.makers import make_conversation, make_inbound, make_outbound

SYSTEM = Actor.system("test")
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)  # 10:00 in Rome


def talk(
    channel: Channel,
    at: datetime,
    *,
    answer_after: float | None = None,
    automatic_after: float | None = None,
    resolved_after: float | None = None,
    department: Department | None = None,
    agent: User | None = None,
    **values: Any,
) -> Conversation:
    """One conversation and its events: seconds from the customer's message to what followed; None: it did not."""

    def then(seconds: float) -> datetime:
        return at + timedelta(seconds=seconds)

    with clock.travel(at):
        conversation = make_conversation(channel, opened_at=at, department=department, assignee=agent, **values)
        message = make_inbound(conversation, at=at)
        record(Kind.CONVERSATION_OPENED, by=SYSTEM, conversation=conversation, message=message.pk)
        record(Kind.MESSAGE_RECEIVED, by=SYSTEM, conversation=conversation, message=message.pk, type="text")
    for after, origin, sender in ((automatic_after, Origin.RULE, None), (answer_after, Origin.AGENT, agent)):
        if after is not None:
            with clock.travel(then(after)):
                answer = make_outbound(conversation, at=then(after), origin=origin, sender_user=sender)
                record(
                    Kind.MESSAGE_QUEUED,
                    by=SYSTEM,
                    conversation=conversation,
                    message=answer.pk,
                    origin=origin,
                    type="text",
                )
    if resolved_after is not None:
        with clock.travel(then(resolved_after)):
            conversation.status, conversation.resolved_at = Conversation.Status.RESOLVED, then(resolved_after)
            conversation.save(update_fields=["status", "resolved_at"])
            record(
                Kind.CONVERSATION_RESOLVED,
                by=SYSTEM,
                conversation=conversation,
                outcome="",
                assignee=agent and agent.pk,
            )
    return conversation


def keep_all() -> None:
    keep_facts(list(Event.objects.order_by("id")))
