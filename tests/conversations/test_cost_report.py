"""Estimated beside actual, why they differ, and who may see it (C22)."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations import clock
from conversations.access.roles import sync_roles
from conversations.actions import budgets
from conversations.models import Budget, Channel, Conversation, Exchange, Message
from conversations.queries.cost_report import Line, lines, totals
from tests.conversations.cast import api, signed_in
from tests.conversations.cost_world import NOON, changed, charged, send, status, tell
from tests.makers import make_agent, make_channel, make_person

pytestmark = pytest.mark.django_db
NOVEMBER = date(2026, 11, 1)
REPORT = "/admin/conversations/ledgerentry/report/"


@pytest.fixture(autouse=True)
def noon() -> Any:
    with clock.travel(NOON):
        yield


@pytest.fixture
def staff() -> Client:
    sync_roles()
    return signed_in(make_person("elena", "Administrator"))


def month() -> Conversation:
    """As estimated; another category; free after all; failed; not understood; no word yet."""
    conversation = charged(channel=make_channel(name="=Tramontana", currency="EUR"))
    sent = [send(conversation) for _number in range(6)]
    tell(sent[0], status(sent[0], "delivered", category="service"))
    tell(sent[1], status(sent[1], "delivered", category="marketing"))
    tell(sent[2], status(sent[2], "delivered", type="free_customer_service", category="service"))
    tell(sent[3], status(sent[3], "failed"))
    tell(sent[4], status(sent[4], "delivered", category="telepathy"))
    return conversation


def by_category(found: list[Line]) -> dict[str, Line]:
    return {line.category: line for line in found}


def test_each_message_is_in_one_line_and_the_reasons_explain_the_difference() -> None:
    conversation = month()
    found = by_category(lines(NOVEMBER))
    assert {name: line.messages for name, line in found.items()} == {"service": 4, "marketing": 1, "telepathy": 1}
    service = found["service"]
    assert (service.estimated, service.actual, service.pending) == (
        Decimal("0.032"),
        Decimal("0.008"),
        Decimal("0.008"),
    )
    reasons = {code: (reason.messages, reason.amount) for code, reason in service.reasons.items()}
    assert reasons == {
        "free_of_charge": (1, Decimal("-0.008")),
        "not_delivered": (1, Decimal("-0.008")),
        "no_word_yet": (1, Decimal(0)),
    }
    assert found["marketing"].reasons["category_changed"].amount == Decimal("0.062")
    assert found["telepathy"].pending == Decimal("0.008")
    for line in found.values():
        assert line.difference == sum(reason.amount for reason in line.reasons.values())
    (total,) = totals(lines(NOVEMBER))
    assert (total.messages, total.estimated, total.actual) == (6, Decimal("0.048"), Decimal("0.078"))
    assert lines(NOVEMBER, channel=make_channel()) == []
    assert lines(date(2026, 12, 1), channel=conversation.channel) == []


def test_the_report_takes_three_queries(django_assert_num_queries: Any) -> None:
    month()
    with django_assert_num_queries(3):
        lines(NOVEMBER)


def test_the_page_shows_months_channels_reasons_and_both_currencies(staff: Client) -> None:
    conversation = month()
    body = staff.get(REPORT).content.decode()
    for words in (
        "November 2026",
        "Meta charged another category: 1 message, +0.0620 USD",
        "Not delivered: 1 message",
        "0.0780",
    ):
        assert words in body
    assert "0.07176 EUR" in body  # at 0.92
    Exchange.objects.all().delete()
    changed()
    assert "EUR" not in staff.get(REPORT).content.decode()
    assert (
        "No message of this month"
        in staff.get(f"{REPORT}?month=2026-10&channel={conversation.channel_id}").content.decode()
    )
    for nonsense in ("?month=13&channel=x", "?channel=99999999999999999999", "?month=0000-00&channel=²"):
        assert staff.get(REPORT + nonsense).status_code == 200


def test_downloads_are_the_page_in_rows(staff: Client) -> None:
    month()
    text = staff.get(f"{REPORT}csv/?month=2026-11").content.decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text)))
    assert {row["Channel"] for row in table} == {"'=Tramontana"}  # no formula
    assert sum(Decimal(row["Actual"]) for row in table) == Decimal("0.078")
    book = openpyxl.load_workbook(io.BytesIO(staff.get(f"{REPORT}xlsx/?month=2026-11").content))
    (sheet,) = book.worksheets
    values = list(sheet.iter_rows(values_only=True))
    assert len(values) == 1 + len(table)
    assert round(sum(float(str(row[7])) for row in values[1:]), 6) == 0.078
    assert staff.get(f"{REPORT}pdf/").status_code == 404


def test_an_italian_spreadsheet_gets_its_comma(staff: Client) -> None:
    month()
    text = staff.get(f"{REPORT}csv/", headers={"accept-language": "it"}).content.decode("utf-8-sig")
    assert ";0,008" in text


def test_who_may_see_costs(staff: Client) -> None:
    conversation = month()
    analyst = make_person("ana", "Analyst")
    analyst.is_staff = True
    analyst.save(update_fields=["is_staff"])
    assert signed_in(analyst).get(REPORT).status_code == 200
    agent = make_agent("ben")
    agent.is_staff = True
    agent.save(update_fields=["is_staff"])
    assert signed_in(agent).get(REPORT).status_code == 403
    assert signed_in(agent).get(f"{REPORT}csv/").status_code == 403
    assert api(analyst).get("/api/v1/costs/").status_code == 200
    assert api(agent).get("/api/v1/costs/").status_code == 403
    assert conversation.channel.pk


def test_the_month_so_far_over_the_api() -> None:
    conversation = month()
    make_channel(kind=Channel.Kind.API)
    Budget.objects.create(name="All", amount=Decimal(5), currency="USD")
    budgets.check()
    answer = api(make_person("elena", "Administrator")).get("/api/v1/costs/").json()
    (row,) = answer["channels"]
    assert row["channel"]["id"] == conversation.channel.pk
    assert (row["month"], row["currency"], row["messages"]) == ("2026-11", "USD", 5)
    assert (row["spent"], row["waiting"], row["allowance"]) == ("0.094000", "0.000000", 0)
    assert row["own"] == {"currency": "EUR", "spent": "0.086480", "forecast": row["own"]["forecast"]}
    assert Decimal(row["forecast"]) > Decimal(row["spent"])
    (budget,) = answer["budgets"]
    assert (budget["name"], budget["amount"], budget["spent"], budget["is_hard"]) == ("All", "5.00", "0.094000", False)


def test_the_api_asks_as_much_for_many_channels_as_for_few() -> None:
    client = api(make_person("elena", "Administrator"))
    counts = []
    for _number in range(2):
        for _channel in range(3):
            send(charged())
        client.get("/api/v1/costs/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/api/v1/costs/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_ledgers_pages_show_metas_own_words(staff: Client) -> None:
    month()
    page = "/admin/conversations/ledgerentry/"
    assert "0.0080 USD" in staff.get(page).content.decode()
    odd = Message.objects.get(pricing__category="telepathy")
    body = staff.get(f"{page}{odd.cost.pk}/change/").content.decode()
    assert "telepathy" in body
    assert "not understood" in body.lower()
