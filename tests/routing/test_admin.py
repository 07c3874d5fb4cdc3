"""Staff set calendars, rules and plans up in admin (R1, R2, R20, D18)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conversations.models import Stamp
from routing.models import AgentPlan, Calendar, DepartmentPlan, Holiday, Interval, RoutingRule
from tests.makers import make_agent, make_channel, make_department, make_person

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client) -> Client:
    client.force_login(make_person("boss", "Administrator", is_superuser=True))
    return client


def formset(prefix: str, *rows: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = {f"{prefix}-TOTAL_FORMS": str(len(rows)), f"{prefix}-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        data.update({f"{prefix}-{number}-{name}": value for name, value in row.items()})
    return data


def add(staff: Client, model: str, data: dict[str, Any]) -> str:
    answer = staff.post(reverse(f"admin:routing_{model}_add"), data)
    return "" if answer.status_code == 302 else answer.content.decode()


def calendar(*intervals: dict[str, Any], holidays: tuple[dict[str, Any], ...] = (), **values: Any) -> dict[str, Any]:
    return {
        "name": "Bottega",
        "time_zone": "Europe/Rome",
        "country": "IT",
        **values,
        **formset("intervals", *intervals),
        **formset("holidays", *holidays),
    }


def test_a_calendar_with_a_lunch_break_a_late_night_and_a_holiday(staff: Client) -> None:
    openings = [("0", "9:00", "13"), ("0", "15.00", "19:00"), ("4", "20:00", "2:00"), ("5", "0:00", "24:00")]
    rows = [{"weekday": day, "start": start, "end": end} for day, start, end in openings]
    august = {"name": "Ferie", "first": "2026-08-10", "last": "2026-08-21"}
    eve = {
        "name": "Vigilia",
        "first": "2026-12-24",
        "last": "2026-12-24",
        "yearly": "on",
        "opens": "9:00",
        "closes": "12:30",
    }
    assert add(staff, "calendar", calendar(*rows, holidays=(august, eve))) == ""
    found = set(Interval.objects.values_list("weekday", "start", "end"))
    assert found == {(0, 540, 780), (0, 900, 1140), (4, 1200, 1560), (5, 0, 1440)}
    assert Holiday.objects.get(name="Vigilia").closes == 750
    page = staff.get(reverse("admin:routing_calendar_change", args=[Calendar.objects.get().pk])).content.decode()
    assert 'value="9:00"' in page
    assert staff.get(reverse("admin:routing_calendar_changelist")).status_code == 200


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (calendar({"weekday": "0", "start": "25:00", "end": "13:00"}), "is not a time, such as 9:30"),
        (calendar(time_zone="Rome"), "is not a time zone"),
        (calendar(country="XX"), "is not a country code"),
        (
            calendar(holidays=({"name": "x", "first": "2026-02-02", "last": "2026-02-01"},)),
            "cannot end before it begins",
        ),
        (calendar(*[{"weekday": "0", "start": "9", "end": end} for end in ("12", "13")]), "weekday"),
    ],
)
def test_a_wrong_calendar_is_refused_with_a_sentence(staff: Client, data: dict[str, Any], sentence: str) -> None:
    assert sentence in add(staff, "calendar", data)
    assert not Calendar.objects.exists()


@pytest.mark.parametrize("zone", ["Rome", "../etc", ""])
def test_a_wrong_time_zone_of_a_kept_calendar_is_refused_with_a_sentence(staff: Client, zone: str) -> None:
    row = Calendar.objects.create(name="Bottega", time_zone="Europe/Rome")
    url = reverse("admin:routing_calendar_change", args=[row.pk])
    answer = staff.post(url, calendar(time_zone=zone))
    assert answer.status_code == 200
    assert ("is not a time zone" if zone else "This field is required") in answer.content.decode()
    row.refresh_from_db()
    assert row.time_zone == "Europe/Rome"


@pytest.mark.parametrize(
    ("openings", "sentence"),
    [
        ([("0", "9", "9")], "closes when it opens"),
        ([("0", "9", "13"), ("0", "12", "18")], "overlap"),
        ([("0", "20", "2"), ("0", "9", "20:30")], "overlap"),
    ],
)
def test_openings_that_cannot_be_meant_are_refused(
    staff: Client, openings: list[tuple[str, str, str]], sentence: str
) -> None:
    rows = [{"weekday": day, "start": start, "end": end} for day, start, end in openings]
    assert sentence in add(staff, "calendar", calendar(*rows))
    assert not Calendar.objects.exists()


def test_openings_may_touch(staff: Client) -> None:
    openings = [("0", "9", "13"), ("0", "13", "24"), ("1", "0", "24"), ("2", "0", "0:30"), ("6", "20", "9")]
    rows = [{"weekday": day, "start": start, "end": end} for day, start, end in openings]
    assert add(staff, "calendar", calendar(*rows)) == ""


def test_rules_and_a_text_to_try(staff: Client) -> None:
    department, channel = make_department("Resi"), make_channel()
    data = {
        "name": "Resi",
        "order": "1",
        "is_active": "on",
        "keywords": "reso",
        "mode": "any",
        "department": department.pk,
    }
    assert add(staff, "routingrule", data) == ""
    assert "takes every message" in add(staff, "routingrule", data | {"name": "Tutto", "keywords": ""})
    rule = RoutingRule.objects.get()
    assert rule.history.count() == 1
    assert Stamp.objects.get(name="routing").version >= 1
    assert "every channel" in staff.get(reverse("admin:routing_routingrule_changelist")).content.decode()
    page = staff.get(
        reverse("admin:routing_routingrule_try_text"), {"text": "Vorrei un RESO", "channel": str(channel.pk)}
    )
    assert page.status_code == 200
    assert "Wins: found “reso”" in page.content.decode()


def test_plans_are_on_the_pages_of_departments_and_people(staff: Client) -> None:
    department, other = make_department("Resi"), make_department("Ordini")
    plan = {"priority": "1", "fallback": other.pk, "calendar": "", "department": department.pk}
    data = {"name": "Resi", "description": "", "is_active": "on", "shares_conversations": "on"}
    url = reverse("admin:conversations_department_change", args=[department.pk])
    answer = staff.post(url, {**data, **formset("memberships"), **formset("plan", plan)})
    assert answer.status_code == 302
    assert DepartmentPlan.objects.get().fallback == other
    wrong = {**plan, "id": DepartmentPlan.objects.get().pk, "fallback": department.pk}
    edited = {**data, **formset("memberships"), **formset("plan", wrong), "plan-INITIAL_FORMS": "1"}
    assert "must be another department" in staff.post(url, edited).content.decode()
    agent = make_agent("anna", department)
    page = staff.get(reverse("admin:auth_user_change", args=[agent.pk])).content.decode()
    assert "agent_plan-0-capacity" in page
    assert not AgentPlan.objects.exists()
