"""What a message came to, by what Meta's statuses say (C22; facts §5)."""

from __future__ import annotations

import dataclasses
import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from conversations import clock
from conversations.actions import costs
from conversations.cost import quote
from conversations.models import (
    Allowance,
    LedgerEntry,
    MessageStatus,
    Rate,
)
from tests.conversations.cost_world import NOON, came_to, changed, charged, past_pricing_window, send, status, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Any:
    with clock.travel(NOON):
        yield


def test_a_message_is_settled_when_it_is_delivered() -> None:
    message = send(charged())
    assert came_to(message.cost) == ("waiting", "", None, "", "no_word_yet")
    tell(message, status(message, "sent", category="service"))
    assert came_to(message.cost) == ("announced", "service", None, "", "no_word_yet")
    tell(message, status(message, "delivered", category="service"))
    assert came_to(message.cost) == ("settled", "service", Decimal("0.008"), "", "")


STORY = {"sent": {"category": "marketing"}, "delivered": {"category": "marketing"}, "read": {}}


@pytest.mark.parametrize("order", list(itertools.permutations(STORY)))
def test_statuses_settle_in_any_order_and_doubled(order: tuple[str, ...]) -> None:
    message = send(charged())
    for name in order:
        one = status(message, name, **STORY[name])
        tell(message, one, one)
    assert came_to(message.cost) == ("settled", "marketing", Decimal("0.070"), "", "category_changed")
    assert message.cost.delivered_at == NOON + timedelta(minutes=1)


def test_a_failed_message_costs_nothing_not_even_the_surcharge() -> None:
    conversation = charged()
    past_pricing_window(conversation)
    message = send(conversation)
    tell(message, status(message, "sent", category="service"), status(message, "failed"))
    assert message.cost.surcharge == Decimal("0.01")
    assert came_to(message.cost) == ("nothing", "service", 0, "", "not_delivered")
    assert message.cost.actual_surcharge == 0


@pytest.mark.parametrize(
    ("pricing", "expected"),
    [
        (
            {"type": "free_customer_service", "category": "service"},
            ("settled", 0, "free_customer_service", "free_of_charge"),
        ),
        ({"type": "free_entry_point", "category": "service"}, ("settled", 0, "free_entry_point", "free_of_charge")),
        ({"type": None, "billable": False, "category": "service"}, ("settled", 0, "not_billable", "free_of_charge")),
        ({"type": "free_on_sundays", "category": "service"}, ("unknown", None, "", "unknown")),
        ({"category": "telepathy"}, ("unknown", None, "", "unknown")),
        ({"pricing_model": "CBP", "type": None, "category": "service"}, ("unknown", None, "", "unknown")),
        ({"category": 7, "type": ["regular"]}, ("unknown", None, "", "unknown")),
        ({}, ("unknown", None, "", "unknown")),
    ],
)
def test_what_meta_says_and_what_is_not_understood(pricing: dict[str, Any], expected: tuple[Any, ...]) -> None:
    """What cannot be priced is kept as it came and is visible; it is not taken for nothing."""
    message = send(charged())
    tell(message, status(message, "delivered", **pricing))
    state, _category, *rest = came_to(message.cost)
    assert (state, *rest) == expected
    message.refresh_from_db()
    assert {**message.pricing, **pricing} == message.pricing


def test_a_later_word_settles_what_was_not_understood() -> None:
    message = send(charged())
    tell(message, status(message, "delivered"))
    assert came_to(message.cost)[0] == "unknown"
    tell(message, status(message, "sent", category="service"))
    assert came_to(message.cost) == ("settled", "service", Decimal("0.008"), "", "")


def test_a_reaction_is_never_delivered_and_ends_with_sent() -> None:
    conversation = charged()
    message = send(conversation, type_="reaction", content={"message_id": "wamid.x", "emoji": "👍"})
    tell(message, status(message, "sent", category="service"))
    assert came_to(message.cost)[:3] == ("settled", "service", Decimal("0.008"))


def test_the_price_is_that_of_the_day_it_was_delivered() -> None:
    with clock.travel(datetime(2026, 12, 31, 22, 59, tzinfo=UTC)):
        message = send(charged())
        Rate.objects.create(category="service", market_id="IT", valid_from=date(2027, 1, 1), price=Decimal("0.02"))
        changed()
    late = dataclasses.replace(
        status(message, "delivered", category="service"), timestamp=datetime(2026, 12, 31, 23, 0, tzinfo=UTC)
    )
    tell(message, late)
    assert came_to(message.cost)[2:] == (Decimal("0.02"), "", "rate_changed")
    assert message.cost.day == date(2027, 1, 1)


def test_settling_takes_two_statements_whatever_the_batch(django_assert_num_queries: Any) -> None:
    sent = [send(charged()) for _number in range(5)]
    for message in sent:
        message.status, message.delivered_at = MessageStatus.DELIVERED, NOON
        message.pricing = {"type": "regular", "category": "service"}
    quote.estimate(sent[0].conversation)
    with django_assert_num_queries(2):
        assert costs.settle(sent) == 5
    with django_assert_num_queries(1):
        assert costs.settle(sent) == 0


def test_the_allowance_belongs_to_those_delivered_first() -> None:
    """Estimates speak for it as messages are queued; some never arrive, and others overtake."""
    conversation = charged()
    Allowance.objects.filter(channel=conversation.channel).update(messages=2)
    changed()
    first, second, third, fourth = (send(conversation) for _number in range(4))
    tell(first, status(first, "failed"))
    for minutes, message in enumerate([fourth, third, second]):
        one = status(message, "delivered", category="service")
        tell(message, dataclasses.replace(one, timestamp=NOON + timedelta(minutes=minutes)))
    before = [came_to(one.cost)[2:] for one in (fourth, third, second)]
    assert before == [
        (Decimal("0.008"), "", ""),
        (Decimal("0.008"), "", ""),
        (0, "allowance", ""),
    ]
    assert costs.allot(conversation.channel, NOON.date()) == 3
    assert [came_to(one.cost)[2:] for one in (fourth, third, second)] == [
        (0, "allowance", "free_of_charge"),
        (0, "allowance", "free_of_charge"),
        (Decimal("0.008"), "", "charged_after_all"),
    ]
    assert costs.allot(conversation.channel, NOON.date()) == 0
    Allowance.objects.filter(channel=conversation.channel).update(messages=9)
    changed()
    assert costs.allot(conversation.channel, NOON.date()) == 1
    Allowance.objects.filter(channel=conversation.channel).update(messages=0)
    changed()
    assert costs.allot(conversation.channel, NOON.date()) == 3
    assert LedgerEntry.objects.filter(actual_free="allowance").count() == 0


def test_what_meta_never_delivered_costs_nothing_in_the_end() -> None:
    message = send(charged())
    tell(message, status(message, "sent", category="service"))
    with clock.travel(NOON + timedelta(days=30)):
        assert costs.give_up() == 0
    with clock.travel(NOON + timedelta(days=32)):
        assert costs.give_up() == 1
    assert came_to(message.cost)[0::2] == ("nothing", 0, "not_delivered")
