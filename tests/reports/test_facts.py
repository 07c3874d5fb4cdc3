from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Event, MessageStatus, Origin
from reports.models import ConversationFact
from reports.readers import keep_facts
from tests.makers import make_agent, make_channel, make_conversation, make_department, make_inbound, make_outbound
from tests.reports.world import MONDAY, SYSTEM, keep_all, talk

pytestmark = pytest.mark.django_db


def test_a_fact_says_who_answered_when() -> None:
    orders = make_department("Orders")
    giulia = make_agent("giulia", orders)
    conversation = talk(
        make_channel(),
        MONDAY,
        automatic_after=2,
        answer_after=95.5,
        resolved_after=600,
        department=orders,
        agent=giulia,
    )
    keep_all()
    fact = ConversationFact.objects.get(conversation=conversation)
    assert (fact.department, fact.agent) == (orders, giulia)
    assert fact.first_inbound_at == MONDAY
    assert (fact.first_answer_seconds, fact.first_answer_origin) == (2, Origin.RULE)
    assert fact.first_response_seconds == 95.5
    assert fact.resolved_at == MONDAY + timedelta(seconds=600)
    assert (fact.messages_in, fact.messages_out, fact.messages_automatic) == (1, 2, 1)


def test_reading_twice_and_in_parts_gives_the_same() -> None:
    talk(make_channel(), MONDAY, automatic_after=2, answer_after=60)
    events = list(Event.objects.order_by("id"))
    keep_facts(events)
    once = ConversationFact.objects.values().get()
    for event in [*events, *reversed(events)]:
        keep_facts([event])
    assert ConversationFact.objects.values().get() == once


@pytest.mark.parametrize("status", [MessageStatus.FAILED, MessageStatus.CANCELLED, MessageStatus.SCHEDULED])
def test_what_never_left_is_no_answer(status: str) -> None:
    conversation = talk(make_channel(), MONDAY)
    answer = make_outbound(conversation, at=MONDAY + timedelta(minutes=1), status=status)
    record(Kind.MESSAGE_FAILED, by=SYSTEM, conversation=conversation, message=answer.pk, code="131026")
    keep_all()
    fact = ConversationFact.objects.get()
    assert fact.first_response_seconds is None
    assert fact.messages_out == 0


def test_what_we_wrote_first_is_no_answer() -> None:
    channel = make_channel()
    conversation = make_conversation(channel, opened_at=MONDAY)
    make_outbound(conversation, at=MONDAY)
    make_inbound(conversation, at=MONDAY + timedelta(hours=1))
    record(Kind.CONVERSATION_OPENED, by=SYSTEM, conversation=conversation)
    keep_all()
    assert ConversationFact.objects.get().first_response_seconds is None


def test_moves_and_returns_are_counted_from_the_journal() -> None:
    conversation = talk(make_channel(), MONDAY)
    for was in (None, 1, 2):
        record(
            Kind.CONVERSATION_ROUTED,
            by=SYSTEM,
            conversation=conversation,
            reason="keyword",
            department=3,
            assignee=None,
            was=was,
        )
    record(Kind.CONVERSATION_REOPENED, by=SYSTEM, conversation=conversation)
    keep_all()
    fact = ConversationFact.objects.get()
    assert (fact.transferred, fact.reopened) == (2, 1)


@pytest.mark.parametrize("many", [1, 30])
def test_four_queries_whatever_the_batch(many: int) -> None:
    channel = make_channel()
    for _number in range(many):
        talk(channel, MONDAY, automatic_after=1)
    events = list(Event.objects.order_by("id"))
    with CaptureQueriesContext(database) as queries:
        keep_facts(events)
    asked = [query["sql"] for query in queries if not query["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asked) == 4


def test_what_changes_no_figure_costs_nothing(django_assert_num_queries: object) -> None:
    conversation = talk(make_channel(), MONDAY)
    Event.objects.all().delete()
    record(Kind.MESSAGE_DELIVERED, by=SYSTEM, conversation=conversation, message=1)
    record(Kind.NOTE_ADDED, by=SYSTEM, conversation=conversation, note=1, mentions=[])
    events = list(Event.objects.all())
    with django_assert_num_queries(0):  # type: ignore[operator]
        keep_facts(events)
