"""What beat does without a message: closing time and opening, once (A15)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from autoreply.models import Firing, Rule, Variant
from autoreply.rounds import after_hours_round
from autoreply.tasks import after_hours_round as task
from conversations import clock, stamps
from conversations.models import Conversation, Event, Message, Priority
from routing.models import Calendar, DepartmentPlan, Interval
from tests.makers import make_conversation, make_department, make_inbound

pytestmark = pytest.mark.django_db


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Rome")).astimezone(UTC)


FRIDAY = "2026-11-20"


@pytest.fixture
def waiting() -> Conversation:
    """A customer of a department open 9–13 and 15–19 on weekdays, who wrote on Friday at 18:50."""
    calendar = Calendar.objects.create(name="Bottega")
    for weekday in range(5):
        for start, end in ((540, 780), (900, 1140)):
            Interval.objects.create(calendar=calendar, weekday=weekday, start=start, end=end)
    department = make_department("Ordini")
    DepartmentPlan.objects.create(department=department, calendar=calendar)
    rule = Rule.objects.create(key="closed", name="Chiuso", trigger="after_hours")
    Variant.objects.create(rule=rule, text="Riapriamo {{ opening }}")
    return wrote(make_conversation(department=department, opened_at=rome(f"{FRIDAY} 18:50")), f"{FRIDAY} 18:50")


def wrote(conversation: Conversation, at: str) -> Conversation:
    make_inbound(conversation, "Dov'è il pacco?", at=rome(at))
    return conversation


def at(text: str) -> int:
    stamps.forget_all()
    with clock.travel(rome(text)):
        return after_hours_round()


def test_at_closing_whoever_waits_is_told_once_when_it_opens(waiting: Conversation) -> None:
    assert at(f"{FRIDAY} 18:59") == 0
    assert at(f"{FRIDAY} 19:01") == 1
    assert at(f"{FRIDAY} 19:02") == 0
    assert at("2026-11-21 19:01") == 0
    assert Message.objects.outbound().get().text == "Riapriamo lunedì alle 9:00"
    firing = Firing.objects.get()
    assert (firing.outcome, firing.late, firing.message) == ("sent", timedelta(minutes=1), None)


def test_who_was_answered_is_not_told(waiting: Conversation) -> None:
    Conversation.objects.update(waiting_since=None)
    assert at(f"{FRIDAY} 19:01") == 0


def test_lunch_is_no_closing(waiting: Conversation) -> None:
    Conversation.objects.update(waiting_since=rome(f"{FRIDAY} 12:30"))
    assert at(f"{FRIDAY} 13:05") == 0


def test_after_a_downtime_it_is_kept_but_not_sent(waiting: Conversation) -> None:
    assert at(f"{FRIDAY} 20:30") == 1
    assert at(f"{FRIDAY} 20:31") == 0
    assert not Message.objects.outbound().exists()
    firing = Firing.objects.get()
    assert (firing.outcome, firing.why, firing.late) == ("skipped", "too_late", timedelta(minutes=90))
    assert Event.objects.get(kind="rule.skipped").data["why"] == "too_late"


def test_what_came_in_at_night_is_put_first_at_opening_once(waiting: Conversation) -> None:
    night = wrote(make_conversation(department=waiting.department), "2026-11-21 23:00")
    assert at("2026-11-23 08:59") == 1  # Friday's text, too late by now
    assert at("2026-11-23 09:00") == 1
    night.refresh_from_db()
    waiting.refresh_from_db()
    assert (night.priority, waiting.priority) == (Priority.HIGH, Priority.NORMAL)
    Conversation.objects.filter(pk=night.pk).update(priority=Priority.LOW)  # staff think otherwise
    assert at("2026-11-23 09:01") == 0
    assert at("2026-11-24 09:01") == 0 or Conversation.objects.get(pk=night.pk).priority == Priority.LOW


def test_a_closed_channel_says_nothing_without_a_rule_and_a_person_promised_stays_promised(
    waiting: Conversation,
) -> None:
    Conversation.objects.update(needs_person=True)
    assert at(f"{FRIDAY} 19:01") == 0
    Conversation.objects.update(needs_person=False)
    Rule.objects.update(is_active=False)
    assert at(f"{FRIDAY} 19:01") == 0


def test_two_queries_when_nothing_is_due(waiting: Conversation) -> None:
    for _number in range(20):
        wrote(make_conversation(department=waiting.department), f"{FRIDAY} 18:00")
    with clock.travel(rome(f"{FRIDAY} 18:30")):
        after_hours_round()
        with CaptureQueriesContext(connection) as queries:
            after_hours_round()
    assert len(queries) <= 2


def test_the_task_runs_it(waiting: Conversation) -> None:
    with clock.travel(rome(f"{FRIDAY} 19:01")):
        assert task() == 1
