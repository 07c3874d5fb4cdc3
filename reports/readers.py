"""How reports read the journal: the facts of the conversations that a batch touches are computed anew from their rows (P11).

Recomputed as a whole, not counted up: reading a batch twice, or late, gives the same fact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from conversations.journal.kinds import Kind
from conversations.models import Conversation, Direction, Event, Message, MessageStatus, Origin
from reports.models import ConversationFact

TOUCHING = frozenset(
    {
        Kind.CONVERSATION_OPENED,
        Kind.CONVERSATION_REOPENED,
        Kind.CONVERSATION_ROUTED,
        Kind.CONVERSATION_ASSIGNED,
        Kind.CONVERSATION_RELEASED,
        Kind.CONVERSATION_RESOLVED,
        Kind.MESSAGE_RECEIVED,
        Kind.MESSAGE_QUEUED,
        Kind.MESSAGE_REQUEUED,
        Kind.MESSAGE_ECHOED,
        Kind.MESSAGE_SENT,
        Kind.MESSAGE_FAILED,
        Kind.MESSAGE_CANCELLED,
    }
)
AUTOMATIC = frozenset({Origin.RULE, Origin.FLOW, Origin.CAMPAIGN})
BY_A_PERSON = frozenset({Origin.AGENT, Origin.PHONE})
NEVER_LEFT = (MessageStatus.SCHEDULED, MessageStatus.HELD, MessageStatus.FAILED, MessageStatus.CANCELLED)
KEPT = [one.name for one in ConversationFact._meta.concrete_fields if one.name not in {"id", "conversation"}]


class Line(NamedTuple):
    """What a fact needs of a message."""

    conversation_id: int
    direction: str
    origin: str
    sender_user_id: int | None
    timestamp: datetime
    not_before: datetime | None

    @property
    def at(self) -> datetime:
        """When it was written; an answer put off counts from when it could leave."""
        return max(self.timestamp, self.not_before) if self.not_before else self.timestamp


def keep_facts(events: list[Event]) -> None:
    """Recompute the facts of the touched conversations: four queries, whatever the batch."""
    touched = {event.conversation_id for event in events if event.kind in TOUCHING and event.conversation_id}
    if touched:
        recompute(touched)


def recompute(conversation_ids: Iterable[int]) -> int:
    """Facts of these conversations from their rows; also used to rebuild. Returns how many."""
    ids = list(conversation_ids)
    lines: dict[int, list[Line]] = defaultdict(list)
    sent = Message.objects.filter(conversation__in=ids).exclude(status__in=NEVER_LEFT).order_by("conversation_id", "id")
    for values in sent.values_list(*Line._fields):
        lines[values[0]].append(Line(*values))
    reopened: dict[int, int] = defaultdict(int)
    transferred: dict[int, int] = defaultdict(int)
    kinds = [Kind.CONVERSATION_REOPENED, Kind.CONVERSATION_ROUTED]
    for pk, kind, data in Event.objects.filter(conversation__in=ids, kind__in=kinds).values_list(
        "conversation_id", "kind", "data"
    ):
        if kind == Kind.CONVERSATION_REOPENED:
            reopened[pk] += 1
        elif data.get("was"):
            transferred[pk] += 1
    facts = [
        _fact(row, lines[row.pk], reopened[row.pk], transferred[row.pk])
        for row in Conversation.objects.filter(pk__in=ids, is_imported=False).only(
            "channel", "department", "assignee", "opened_at", "resolved_at"
        )
    ]
    ConversationFact.objects.bulk_create(
        facts, batch_size=500, update_conflicts=True, unique_fields=["conversation"], update_fields=KEPT
    )
    return len(facts)


def _fact(row: Conversation, lines: list[Line], reopened: int, transferred: int) -> ConversationFact:
    inbound = [line for line in lines if line.direction == Direction.INBOUND]
    outbound = [line for line in lines if line.direction == Direction.OUTBOUND]
    began = min((line.at for line in inbound), default=None)
    # Answers: what we wrote after the customer had. Meta's times are whole seconds, so one of the same second counts.
    answers = sorted((line for line in outbound if began and line.at >= began), key=lambda line: line.at)
    by_person = [line for line in answers if line.origin in BY_A_PERSON]
    automatic = [line for line in answers if line.origin in AUTOMATIC]
    answers = [line for line in answers if line.origin in BY_A_PERSON or line.origin in AUTOMATIC]
    senders = [line.sender_user_id for line in outbound if line.sender_user_id]
    return ConversationFact(
        conversation_id=row.pk,
        channel_id=row.channel_id,
        department_id=row.department_id,
        agent_id=row.assignee_id or (senders[-1] if senders else None),
        opened_at=row.opened_at,
        resolved_at=row.resolved_at,
        first_inbound_at=began,
        first_answer_at=answers[0].at if answers else None,
        first_answer_seconds=_after(began, answers),
        first_answer_origin=answers[0].origin if answers else "",
        first_response_at=by_person[0].at if by_person else None,
        first_response_seconds=_after(began, by_person),
        first_automatic_at=automatic[0].at if automatic else None,
        messages_in=len(inbound),
        messages_out=len(outbound),
        messages_automatic=sum(line.origin in AUTOMATIC for line in outbound),
        reopened=reopened,
        transferred=transferred,
    )


def _after(began: datetime | None, answers: list[Line]) -> float | None:
    return (answers[0].at - began).total_seconds() if began and answers else None
