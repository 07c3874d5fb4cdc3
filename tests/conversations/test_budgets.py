"""The month so far, where it is going, and what it may cost (C20)."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from conversations import clock, stamps
from conversations.actions import budgets, costs, messages, outbox
from conversations.actor import Actor
from conversations.cost import budgets as reading
from conversations.cost.meter import Spent, forecast
from conversations.errors import CapReached
from conversations.models import (
    Alarm,
    Allowance,
    Budget,
    BudgetMonth,
    Channel,
    Conversation,
    Exchange,
    Message,
    Notification,
    Origin,
    Rate,
)
from conversations.outbox import claim
from conversations.outbox.caps import holding
from conversations.queries.costs import meters
from tests.conversations.cost_world import NOON, RULE, came_to, changed, charged, read_journal, send, status, tell
from tests.makers import make_channel, make_person

pytestmark = pytest.mark.django_db
BEGINS, ENDS = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon() -> Any:
    with clock.travel(NOON):
        yield


def budget(amount: str, channel: Channel | None = None, **values: Any) -> Budget:
    given: dict[str, Any] = {
        "name": "November",
        "channel": channel,
        "amount": Decimal(amount),
        "currency": "USD",
        **values,
    }
    row = Budget(**given)
    row.full_clean()
    row.save(force_insert=True)
    return row


def dear() -> Conversation:
    """Each service message costs a dollar."""
    Rate.objects.filter(category="service").update(price=1)
    return charged()


def open_alarms() -> list[tuple[str, int]]:
    rows = Alarm.objects.filter(cleared_at=None, code="budget_reached").order_by("pk")
    return [(row.key, row.data["percent"]) for row in rows]


# --- the meter ------------------------------------------------------------------------------------------------------------


def test_the_meter_adds_up_what_is_known_and_else_what_is_expected() -> None:
    conversation = charged()
    delivered, failed, waiting, another = (send(conversation) for _number in range(4))
    tell(delivered, status(delivered, "delivered", category="marketing"))
    tell(failed, status(failed, "failed"))
    tell(another, status(another, "delivered", type="free_entry_point", category="service"))
    (meter,) = meters([conversation.channel])
    assert meter.spent.total == Decimal("0.078")  # marketing as it came to, one expected, one failed, one free
    assert (meter.spent.messages, meter.spent.service_messages) == (3, 1)
    assert (meter.allowance, meter.spent.in_allowance, meter.month) == (0, 0, date(2026, 11, 1))
    assert waiting.cost.state == "waiting"


def test_the_meter_counts_the_allowance_and_not_another_months_messages() -> None:
    conversation = charged()
    Allowance.objects.filter(channel=conversation.channel).update(messages=2)
    changed()
    for _number in range(3):
        send(conversation)
    (meter,) = meters([conversation.channel])
    assert (meter.allowance, meter.spent.in_allowance, meter.spent.total) == (2, 2, Decimal("0.008"))
    (december,) = meters([conversation.channel], at=datetime(2026, 11, 30, 23, 0, tzinfo=UTC))  # in Rome
    assert (december.month, december.spent) == (date(2026, 12, 1), Spent())


def test_amounts_are_shown_in_the_businesss_currency() -> None:
    conversation = charged(channel=make_channel(currency="EUR"))
    send(conversation)
    (meter,) = meters([conversation.channel])
    assert (meter.currency, meter.in_own(meter.spent.total)) == ("USD", Decimal("0.007360"))
    Exchange.objects.all().delete()
    changed()
    assert meter.in_own(meter.spent.total) is None


def test_meters_take_two_queries_for_all_numbers_of_a_zone(django_assert_num_queries: Any) -> None:
    channels = [charged().channel for _number in range(3)]
    meters(channels)
    with django_assert_num_queries(2):
        meters(channels)


@pytest.mark.parametrize(
    ("spent", "allowance", "now", "expected"),
    [
        # half of the month gone: twice what it has cost
        (Spent(total=Decimal(10)), 0, datetime(2026, 11, 16, tzinfo=UTC), Decimal(20)),
        # 600 of 1,000 free ones used: 200 more than are free will come
        (
            Spent(service_messages=600, service_value=Decimal("4.8"), in_allowance=600),
            1000,
            datetime(2026, 11, 16, tzinfo=UTC),
            Decimal("1.6"),
        ),
        # nothing is due while the free ones last
        (
            Spent(service_messages=10, service_value=Decimal("0.08")),
            1000,
            datetime(2026, 11, 16, tzinfo=UTC),
            Decimal(0),
        ),
        # a past month is what it was; the first day says nothing
        (Spent(total=Decimal(10)), 0, datetime(2026, 12, 5, tzinfo=UTC), Decimal(10)),
        (Spent(total=Decimal(10)), 0, datetime(2026, 11, 1, 23, tzinfo=UTC), None),
    ],
)
def test_the_forecast(spent: Spent, allowance: int, now: datetime, expected: Decimal | None) -> None:
    assert forecast(spent, allowance=allowance, begins=BEGINS, ends=ENDS, now=now) == expected


# --- budgets --------------------------------------------------------------------------------------------------------------


def test_each_percentage_is_told_once_a_month() -> None:
    conversation = dear()
    who = [make_person("elena", "Administrator"), make_person("edo", "Editor"), make_person("ana", "Analyst")]
    make_person("ben", "Agent")
    found = budget("2.50", conversation.channel, warn_at="30, 80")
    assert budgets.check() == 0
    send(conversation)
    assert [budgets.check(), budgets.check()] == [1, 0]
    assert open_alarms() == [(f"budget:{found.pk}:30", 30)]
    send(conversation)
    assert [budgets.check(), budgets.check()] == [1, 0]
    assert open_alarms() == [(f"budget:{found.pk}:80", 80)]
    assert Notification.objects.filter(kind="budget.reached").count() == 2 * len(who)
    with clock.travel(NOON + timedelta(days=30)):
        assert budgets.check() == 0
    assert open_alarms() == []


def test_a_jump_over_two_percentages_tells_the_higher_one() -> None:
    conversation = dear()
    budget("1", conversation.channel)
    send(conversation)
    assert budgets.check() == 1
    assert [percent for _key, percent in open_alarms()] == [100]


def test_a_percentage_reached_again_after_a_refund_is_not_told_again() -> None:
    conversation = dear()
    budget("2", conversation.channel, warn_at="100")
    first, _second = send(conversation), send(conversation)
    assert budgets.check() == 1
    tell(first, status(first, "failed"))
    assert budgets.check() == 0
    assert open_alarms() == []
    send(conversation)
    assert budgets.check() == 0


def test_a_larger_budget_tells_its_own_percentages() -> None:
    conversation = dear()
    found = budget("1", conversation.channel, warn_at="100")
    send(conversation)
    assert budgets.check() == 1
    Budget.objects.filter(pk=found.pk).update(amount=Decimal(2))
    assert budgets.check() == 0
    send(conversation)
    assert budgets.check() == 1


def test_a_budget_of_all_numbers_adds_currencies_up() -> None:
    one, two = charged(), charged(channel=make_channel(billing_currency="EUR"))
    Rate.objects.create(
        category="service", market_id="*", valid_from=date(2026, 1, 1), price=Decimal("0.92"), currency="EUR"
    )
    changed()
    send(one)
    send(two)
    found = budget("100")
    budgets.check()
    assert BudgetMonth.objects.get(budget=found).spent == Decimal("1.008")


def test_without_a_rate_of_exchange_nothing_is_told_and_nothing_breaks() -> None:
    conversation = charged()
    send(conversation)
    budget("0.01", conversation.channel, currency="CHF")
    assert budgets.check() == 0
    assert not BudgetMonth.objects.exists()


def test_a_hard_budget_holds_until_the_month_is_over_or_the_budget_grows() -> None:
    conversation = dear()
    found = budget("1", conversation.channel, is_hard=True)
    other = make_channel()

    def over(channel: Channel = conversation.channel, at: datetime = NOON) -> bool:
        stamps.forget_all()
        return reading.over_budget(channel, at=at)

    budgets.check()
    assert not over()
    send(conversation)
    budgets.check()
    assert over()
    assert not over(other)
    assert not over(at=NOON + timedelta(days=30))
    assert reading.looked_at_again(conversation.channel) == datetime(
        2026, 11, 30, 23, 0, tzinfo=UTC
    )  # midnight in Rome
    Budget.objects.filter(pk=found.pk).update(amount=Decimal(5))
    budgets.check()
    assert not over()


def test_a_budget_of_all_numbers_holds_every_number() -> None:
    conversation = dear()
    budget("1", is_hard=True)
    send(conversation)
    budgets.check()
    stamps.forget_all()
    assert reading.over_budget(make_channel())


def test_asking_about_budgets_costs_no_query(django_assert_num_queries: Any) -> None:
    channel = make_channel()
    budget("1", channel, is_hard=True)
    reading.over_budget(channel)
    with django_assert_num_queries(0):
        reading.over_budget(channel)


@pytest.mark.parametrize("wrong", ["", "half", "50%", "0, 50", "50, 5000"])
def test_percentages_are_checked(wrong: str) -> None:
    with pytest.raises(ValidationError):
        budget("10", warn_at=wrong)


# --- what ends without a status of Meta's ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_cancelled_message_costs_nothing_and_gives_its_free_place_back() -> None:
    conversation = charged()
    Allowance.objects.filter(channel=conversation.channel).update(messages=1)
    changed()
    first = messages.queue(conversation=conversation, by=RULE, origin=Origin.RULE, content={"body": "Eccoci"})
    assert send(conversation).cost.estimated_free == ""
    outbox.cancel(message=first, by=Actor.system("test"))
    read_journal()
    assert came_to(first.cost)[0::4] == ("nothing", "not_delivered")
    assert send(conversation).cost.estimated_free == "allowance"


@pytest.mark.django_db(transaction=True)
def test_what_is_tried_again_costs_again() -> None:
    conversation = charged()
    message = send(conversation)
    tell(message, status(message, "failed"))
    assert came_to(message.cost)[0] == "nothing"
    outbox.retry(message=message, by=Actor.system("test"))
    read_journal()
    assert came_to(message.cost) == ("waiting", "", None, "", "no_word_yet")


def test_the_minutes_round_gives_the_allowance_to_this_month_and_the_last() -> None:
    conversation = charged()
    message = send(conversation)
    one = status(message, "delivered", category="service")
    tell(message, dataclasses.replace(one, timestamp=datetime(2026, 11, 29, 11, 0, tzinfo=UTC)))
    Allowance.objects.filter(channel=conversation.channel).update(messages=1)
    changed()
    for days, allotted in ((8, 1), (0, 0)):
        with clock.travel(datetime(2026, 11, 30, 11, 0, tzinfo=UTC) + timedelta(days=days)):
            assert costs.look_after() == allotted


# --- held back by a budget ------------------------------------------------------------------------------------------------


def test_a_used_up_budget_holds_what_is_automatic_and_not_what_people_write() -> None:
    conversation = dear()
    found = budget("1", conversation.channel, is_hard=True)
    send(conversation)
    budgets.check()
    stamps.forget_all()
    campaign = messages.queue(conversation=conversation, by=RULE, origin=Origin.CAMPAIGN, content={"body": "Offerta"})
    assert (campaign.status, campaign.hold_code) == ("held", "budget")
    assert campaign.not_before == datetime(2026, 11, 30, 23, 0, tzinfo=UTC)
    with pytest.raises(CapReached):
        messages.queue(conversation=conversation, by=RULE, origin=Origin.RULE, content={"body": "Eccoci"})
    by_hand = messages.queue(conversation=conversation, by=RULE, origin=Origin.AGENT, content={"body": "Eccoci"})
    assert by_hand.status == "queued"
    Budget.objects.filter(pk=found.pk).update(amount=Decimal(9))
    budgets.check()
    holding.release_due()
    campaign.refresh_from_db()
    assert campaign.status == "queued"


def test_a_campaign_queued_at_once_is_held_when_the_budget_is_used_up_on_the_way() -> None:
    """What has not left is not spent; it is looked at again when it is taken to be sent."""
    conversation = dear()
    budget("1", conversation.channel, is_hard=True)
    offers = [
        messages.queue(conversation=conversation, by=RULE, origin=Origin.CAMPAIGN, content={"body": "Offerta"})
        for _number in range(3)
    ]
    budgets.check()
    assert BudgetMonth.objects.get().spent == 0
    (meter,) = meters([conversation.channel])
    assert (meter.spent.total, meter.spent.waiting, meter.spent.waiting_messages) == (Decimal(0), Decimal(3), 3)
    assert len(claim.claim(conversation.channel, 1)) == 1
    budgets.check()
    assert BudgetMonth.objects.get().spent == 1
    stamps.forget_all()
    Message.objects.filter(pk=offers[0].pk).update(status="sent")
    assert claim.claim(conversation.channel, 3) == []
    assert Message.objects.held().filter(hold_code="budget").count() >= 1
