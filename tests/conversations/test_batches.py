"""The forecast of a day, and campaigns in batches when a limit comes close (C24)."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import clock
from conversations.models import Alarm, Channel, Conversation, DayTally, Event, Message
from conversations.outbox import settle
from conversations.outbox.caps import batches
from conversations.queries.home import alarm_words
from tests import makers
from tests.conversations.test_caps import make_template, queue, take, talk

NOON = datetime(2026, 10, 14, 10, 0, tzinfo=UTC)  # noon in Rome: eight hours to the last batch
NINE = NOON + timedelta(hours=21)


@pytest.fixture
def channel(db: None) -> Channel:
    """100 messages a day, in Rome; a batch each hour."""
    channel = makers.make_channel(throughput=80, daily_cap=100, batch_minutes=60)
    make_template(channel)
    return channel


def campaign(channel: Channel, count: int, **talks: bool) -> list[Message]:
    return [queue(talk(channel, **talks), type_="template" if talks else "text") for _ in range(count)]


def planned(rows: list[Message]) -> list[tuple[str, int]]:
    """(status or cap, hours from noon) of each, as it stands now."""
    found = [Message.objects.get(pk=row.pk) for row in rows]
    return [(row.hold_code or row.status, int((row.not_before - NOON).total_seconds() // 3600)) for row in found]  # type: ignore[operator]


def test_few_customers_go_at_once(channel: Channel) -> None:
    with clock.travel(NOON):
        sent = campaign(channel, 26)  # × 3 = 78, below 80
        assert batches.look_ahead() == 0
    assert {one for one, _hour in planned(sent)} == {"queued"}
    assert DayTally.objects.get().expected == 78


def test_above_80_percent_campaigns_are_spread_over_the_rest_of_the_day_and_staff_are_told(channel: Channel) -> None:
    with clock.travel(NOON):
        sent = campaign(channel, 45)
        agent = queue(talk(channel), "agent")
        batches.look_at_campaigns()
        assert batches.look_ahead() == 1
    assert planned(sent) == [("queued", 0)] * 5 + [("batch", hour) for hour in range(1, 9) for _ in range(5)]
    assert planned([agent]) == [("queued", 0)]
    alarm = Alarm.objects.get()
    assert alarm.data["expected"] == 138
    assert "138" in alarm_words(alarm), "in words"
    assert Event.objects.filter(kind="batches.begun").count() == 1
    with clock.travel(NOON):
        assert take(channel) == 6
    with clock.travel(NOON + timedelta(hours=1)):
        settle.settle()
        assert take(channel) == 5


def test_what_comes_later_joins_the_batches(channel: Channel) -> None:
    with clock.travel(NOON):
        sent = campaign(channel, 45)
        batches.look_ahead()
        sent += campaign(channel, 27)
        assert planned(sent[45:]) == [("batch", 1)] * 27
        take(channel)
        batches.look_ahead()
    hours = Counter(hour for code, hour in planned(sent) if code == "batch")
    assert sum(hours.values()) == 72 - 5
    assert max(hours.values()) == 9


def test_what_is_over_the_cap_goes_on_the_next_day_in_batches_again(channel: Channel) -> None:
    with clock.travel(NOON):
        sent = campaign(channel, 150)
        batches.look_at_campaigns()
        codes = Counter(code for code, _hour in planned(sent))
        assert codes == {"daily_cap": 50, "batch": 100 - codes["queued"], "queued": 12}
        assert planned(sent[100:]) == [("daily_cap", 21)] * 50
        assert take(channel) == 12
    with clock.travel(NINE):
        Message.objects.filter(hold_code="batch").update(status="cancelled")
        settle.settle()
        assert Counter(code for code, _hour in planned(sent[100:])) == {"batch": 45, "queued": 5}


def test_when_the_limit_is_far_again_nothing_waits_for_a_batch(channel: Channel) -> None:
    with clock.travel(NOON):
        sent = campaign(channel, 45)
        batches.look_ahead()
        Channel.objects.update(daily_cap=10_000)
        assert batches.look_ahead() == 0
        settle.settle()
    assert {one for one, _hour in planned(sent)} == {"queued"}
    assert Alarm.objects.get().cleared_at is not None
    assert Event.objects.filter(kind="batches.ended").count() == 1


def test_the_messaging_limit_counts_whom_a_campaign_begins_with(channel: Channel) -> None:
    channel.portfolio.messaging_limit = 10
    channel.portfolio.save(update_fields=["messaging_limit"])
    Channel.objects.update(daily_cap=None, initiated_cap=None)
    with clock.travel(NOON):
        campaign(channel, 8, opened=False)
        assert batches.look_ahead() == 0
        campaign(channel, 1, opened=False)
        assert batches.look_ahead() == 1
    assert Alarm.objects.get().data["cap"] == "messaging_limit"


def test_an_automatic_answer_is_in_no_batch(channel: Channel) -> None:
    with clock.travel(NOON):
        campaign(channel, 45)
        batches.look_ahead()
        assert queue(talk(channel), "rule").status == "queued"


def test_the_plan_costs_as_much_for_a_hundred_as_for_ten(channel: Channel) -> None:
    costs = []
    with clock.travel(NOON):
        for count in (40, 400):
            Message.objects.update(status="cancelled")
            Conversation.objects.update(last_activity_at=NOON - timedelta(days=2))
            campaign(channel, count)
            DayTally.objects.all().delete()
            with CaptureQueriesContext(connection) as asked:
                batches.look_at_campaigns()
            costs.append(len(asked))
    assert costs[1] <= costs[0] + 1
