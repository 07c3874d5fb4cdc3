"""Which department and which agent a message gets, and why (R1, R2, R5)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import clock
from conversations.actions import locks
from conversations.errors import Invalid, Locked, NotFound, NotYours
from conversations.models import Conversation, Event, Priority
from conversations.reasons import sentence
from routing import assignment
from routing.models import AgentPlan, DepartmentPlan, RoutingRule
from routing.pipeline import route
from routing.queries.explain import explain
from tests.makers import (
    make_agent,
    make_channel,
    make_context,
    make_conversation,
    make_department,
    make_inbound,
    make_person,
)

pytestmark = pytest.mark.django_db


def routed(text: str, channel: object = None) -> Conversation:
    message = make_inbound(make_conversation(channel), text)  # type: ignore[arg-type]
    route(make_context(message))
    return Conversation.objects.get(pk=message.conversation_id)


def test_a_keyword_leads_to_its_department_and_the_least_loaded_agent() -> None:
    returns = make_department("Resi")
    busy, free = make_agent("luca", returns), make_agent("giulia", returns)
    make_agent("noor", returns, online=False)
    make_conversation(department=returns, assignee=busy)
    rule = RoutingRule.objects.create(name="Resi", keywords=["reso"], department=returns, priority=Priority.HIGH)
    conversation = routed("Buongiorno, vorrei fare dei RESI")
    assert conversation.department == returns
    assert conversation.assignee == free
    assert conversation.priority == Priority.HIGH
    assert conversation.reason_data["rule_id"] == rule.pk
    said = sentence(conversation.reason_code, conversation.reason_data)
    assert said.startswith("“reso” matched the rule Resi")
    assert "giulia" in said
    kinds = set(Event.objects.filter(conversation=conversation).values_list("kind", flat=True))
    assert kinds == {"conversation.routed", "conversation.assigned", "conversation.prioritised"}


def test_the_first_rule_that_fits_wins_and_the_rest_is_explained() -> None:
    first, second = make_department("A"), make_department("B")
    channel = make_channel()
    RoutingRule.objects.create(order=2, name="late", keywords=["reso"], department=second)
    RoutingRule.objects.create(order=1, name="early", keywords=["reso"], excluded=["gratis"], department=first)
    RoutingRule.objects.create(order=0, name="elsewhere", channel=make_channel(), department=second)
    RoutingRule.objects.create(order=3, name="both", keywords=["reso", "fattura"], mode="all", department=second)
    told = explain("un reso", channel)
    assert told.decision.department == first
    assert [(asked.rule.name, asked.won) for asked in told.asked] == [
        ("elsewhere", False),
        ("early", True),
        ("late", False),
        ("both", False),
    ]
    assert "another channel" in told.asked[0].why
    assert "before it" in told.asked[2].why
    assert "fattura" in told.asked[3].why
    assert "early" in told.sentence
    assert explain("un reso gratis", channel).decision.department == second


def test_a_department_that_cannot_take_it_passes_it_to_its_fallback() -> None:
    empty, staffed = make_department("Vuoto"), make_department("Pieno")
    make_agent("anna", staffed)
    DepartmentPlan.objects.create(department=empty, fallback=staffed)
    conversation = routed("ciao", make_channel(default_department=empty))
    assert conversation.department == staffed
    assert conversation.reason_code == "default_department"
    assert "fallback" in sentence(conversation.reason_code, conversation.reason_data)


def test_fallbacks_in_a_circle_end() -> None:
    one, other = make_department("Uno"), make_department("Due")
    DepartmentPlan.objects.create(department=one, fallback=other)
    DepartmentPlan.objects.create(department=other, fallback=one)
    assert routed("ciao", make_channel(default_department=one)).department == one


def test_nobody_claims_it() -> None:
    conversation = routed("ciao")
    assert (conversation.department, conversation.reason_code) == (None, "no_department")


def test_a_conversation_with_a_department_stays_and_a_second_run_changes_nothing() -> None:
    department, other = make_department(), make_department()
    make_agent("anna", department)
    RoutingRule.objects.create(name="ciao", keywords=["ciao"], department=department)
    RoutingRule.objects.create(name="reso", keywords=["reso"], department=other)
    message = make_inbound(make_conversation(), "ciao")
    route(make_context(message))
    events = Event.objects.count()
    route(make_context(message))
    route(make_context(make_inbound(Conversation.objects.get(pk=message.conversation_id), "un reso")))
    assert Event.objects.count() == events
    assert Conversation.objects.get().department == department


def test_what_nobody_claimed_goes_to_the_first_rule_that_claims_it_until_a_person_answers() -> None:
    default, returns = make_department("Ordini"), make_department("Resi")
    anna, giulia = make_agent("anna", default), make_agent("giulia", returns)
    RoutingRule.objects.create(name="reso", keywords=["reso"], department=returns)
    channel = make_channel(default_department=default)
    asked, answered = (routed("ciao", channel), routed("ciao", channel))
    assert {asked.assignee, answered.assignee} == {anna}
    Conversation.objects.filter(pk=answered.pk).update(last_agent_at=clock.now())
    for conversation in (asked, answered):
        route(make_context(make_inbound(Conversation.objects.get(pk=conversation.pk), "vorrei fare un reso")))
    asked.refresh_from_db()
    answered.refresh_from_db()
    assert (asked.department, asked.assignee, asked.reason_code) == (returns, giulia, "keyword")
    assert (answered.department, answered.assignee) == (default, anna)


def test_full_agents_and_the_longest_idle() -> None:
    department = make_department()
    anna, bea = make_agent("anna", department), make_agent("bea", department)
    AgentPlan.objects.create(user=bea, capacity=1)
    channel = make_channel(default_department=department)
    taken = [routed("ciao", channel).assignee for _number in range(6)]
    assert taken == [anna, bea, anna, anna, None, None]
    assert Conversation.objects.latest("pk").reason_data["also"]["code"] == "everybody_full"


def test_an_analyst_among_the_members_is_given_nothing() -> None:
    department = make_department()
    analyst = make_agent("nina", department)
    analyst.groups.clear()
    assert routed("ciao", make_channel(default_department=department)).assignee is None


def test_taking_from_the_pool() -> None:
    department = make_department()
    anna = make_agent("anna", department)
    conversation = make_conversation(department=department)
    assignment.take(conversation=conversation, by=anna)
    row = Conversation.objects.get()
    assert (row.assignee, row.reason_code, row.department) == (anna, "taken", department)


def test_who_may_assign_by_hand() -> None:
    department, other = make_department("Qui"), make_department("Altrove")
    anna, bea = make_agent("anna", department), make_agent("bea", department)
    boss, stranger = make_agent("boss", department, supervises=True), make_agent("zoe", other)
    conversation = make_conversation(department=department, assignee=bea)
    with pytest.raises(NotYours):
        assignment.assign_by_hand(conversation=conversation, by=anna, assignee=anna)
    with pytest.raises(NotFound):
        assignment.assign_by_hand(conversation=conversation, by=stranger, assignee=stranger)
    with pytest.raises(Invalid):
        assignment.assign_by_hand(conversation=conversation, by=bea, assignee=stranger)
    assignment.assign_by_hand(conversation=conversation, by=boss, assignee=anna)
    assert Conversation.objects.get().assignee == anna
    assignment.assign_by_hand(conversation=conversation, by=anna)
    assert Conversation.objects.get().reason_code == "released"
    locks.hold(conversation=Conversation.objects.get(), by=bea)
    with pytest.raises(Locked):
        assignment.assign_by_hand(conversation=conversation, by=anna, assignee=anna)
    editor = make_person("edo", "Editor")
    assignment.assign_by_hand(conversation=conversation, by=editor, department=other, assignee=stranger)
    row = Conversation.objects.get()
    assert (row.department, row.assignee, row.reason_code) == (other, stranger, "by_hand")


def test_queries_do_not_grow_with_rules() -> None:
    """The flow bench needs 80 messages a second: configuration comes from memory (law 9)."""
    department = make_department()
    make_agent("anna", department)
    for number in range(30):
        RoutingRule.objects.create(name=f"rule {number}", keywords=[f"parola{number}"], department=department)
    channel = make_channel(default_department=department)
    routed("warm up", channel)
    context = make_context(make_inbound(make_conversation(channel), "parola29"))
    with CaptureQueriesContext(connection) as queries:
        route(context)
    told = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(told) <= 7, "\n".join(told)
    full = make_context(make_inbound(make_conversation(channel), "ciao"))
    routed("ciao", channel)
    with CaptureQueriesContext(connection) as queries:
        route(full)
    told = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(told) <= 3, "\n".join(told)
