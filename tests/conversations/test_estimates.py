"""What a message will cost, before it is sent (C20, C22)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from conversations import clock
from conversations.actions import costs
from conversations.cost import quote
from conversations.models import (
    Allowance,
    Channel,
    Exchange,
    Identity,
    Rate,
    Window,
)
from tests.conversations.cost_world import NOON, changed, charged, past_pricing_window, send, template
from tests.makers import make_channel, make_contact, make_conversation, make_inbound, make_outbound

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def noon() -> Any:
    with clock.travel(NOON):
        yield


def test_a_service_message_costs_what_the_card_says_for_the_customers_market() -> None:
    conversation = charged()
    found = quote.estimate(conversation)
    assert found is not None
    assert (found.category, found.market, found.currency) == ("service", "IT", "USD")
    assert (found.price, found.surcharge, found.free) == (Decimal("0.008"), Decimal(0), "")


@pytest.mark.parametrize(
    ("phone", "user_id", "market"),
    [
        ("393331234567", "", "IT"),
        ("16505551234", "", "north_america"),
        ("17875551234", "", "rest_of_latin_america"),  # Puerto Rico shares +1
        ("6281234567890", "", "ID"),
        ("35699123456", "", "*"),  # Malta is in no market of the card
        ("", "DE.13491208655302741918", "DE"),  # a customer without a phone
        ("393331234567", "DE.13491208655302741918", "IT"),  # the phone is where it is sent to
        ("", "", "*"),
    ],
)
def test_the_market_is_the_phones_or_the_user_ids(phone: str, user_id: str, market: str) -> None:
    contact = make_contact()
    conversation = charged(contact=contact)
    for kind, value in ((Identity.Kind.WA_ID, phone), (Identity.Kind.BSUID, user_id)):
        if value:
            Identity.objects.create(
                contact=contact,
                portfolio=conversation.channel.portfolio,
                kind=kind,
                value=value,
                key=value,
                created_at=NOON,
            )
    found = quote.estimate(conversation)
    assert found is not None
    assert found.market == market
    assert found.price is not None


def test_templates_cost_by_their_category() -> None:
    conversation = charged()
    for category, price in (("MARKETING", "0.070"), ("UTILITY", "0.030"), ("AUTHENTICATION", "0.030")):
        found = quote.estimate(conversation, type_="template", template=template(conversation, category))
        assert found is not None
        assert (found.category, found.price) == (category.lower(), Decimal(price))


def test_authentication_across_borders_is_a_category_of_its_own_where_the_card_has_it() -> None:
    conversation = charged(channel=make_channel(display_phone_number="+44 20 7946 0958"))
    code = template(conversation, "AUTHENTICATION")
    before = quote.estimate(conversation, type_="template", template=code)
    Rate.objects.create(
        category="authentication-international", market_id="IT", valid_from=date(2026, 1, 1), price=Decimal("0.09")
    )
    changed()
    after = quote.estimate(conversation, type_="template", template=code)
    assert before is not None
    assert after is not None
    assert before.category == "authentication"
    assert (after.category, after.price) == ("authentication-international", Decimal("0.09"))


def test_a_card_holds_from_its_day_in_the_channels_zone() -> None:
    conversation = charged(channel=make_channel(time_zone="Pacific/Auckland"))
    Rate.objects.create(category="service", market_id="IT", valid_from=date(2027, 1, 1), price=Decimal("0.02"))
    changed()
    new_year = datetime(2026, 12, 31, 11, 0, tzinfo=UTC)  # midnight in Auckland
    prices = [
        quote.estimate(conversation, at=at).price  # type: ignore[union-attr]
        for at in (new_year - timedelta(seconds=1), new_year, datetime(2026, 9, 30, 10, 0, tzinfo=UTC))
    ]
    assert prices == [Decimal("0.008"), Decimal("0.02"), Decimal(0)]  # free until October 2026


def test_a_price_nobody_knows_is_not_nothing() -> None:
    conversation = charged(channel=make_channel(billing_currency="INR"))
    found = quote.estimate(conversation)
    assert found is not None
    assert found.price is None
    entry = costs.record(make_outbound(conversation))
    assert entry is not None
    assert entry.estimated is None


def test_an_api_channel_costs_nothing() -> None:
    conversation = make_conversation(make_channel(kind=Channel.Kind.API))
    assert quote.estimate(conversation) is None
    assert costs.record(make_outbound(conversation)) is None


def test_the_surcharge_is_due_after_the_pricing_window() -> None:
    conversation = charged()
    ends = NOON + timedelta(hours=48)
    assert [quote.estimate(conversation, at=at).surcharge for at in (NOON, ends - timedelta(seconds=1), ends)] == [  # type: ignore[union-attr]
        0,
        0,
        Decimal("0.01"),
    ]


def test_the_surcharge_is_kept_in_the_cards_currency() -> None:
    conversation = charged(channel=make_channel(billing_currency="EUR"))
    late = quote.estimate(conversation, at=NOON + timedelta(hours=49))
    assert late is not None
    assert (late.currency, late.surcharge) == ("EUR", Decimal("0.0092"))
    Exchange.objects.create(base="EUR", quote="USD", valid_from=date(2026, 11, 1), rate=Decimal("1.25"))
    Exchange.objects.filter(base="USD").delete()
    changed()
    late = quote.estimate(conversation, at=NOON + timedelta(hours=49))
    assert late is not None
    assert late.surcharge == Decimal("0.008")


def test_nothing_is_charged_within_an_answered_ads_window() -> None:
    conversation = charged()
    Window.objects.create(
        conversation=conversation,
        kind=Window.Kind.ENTRY_POINT,
        opened_at=NOON - timedelta(hours=70),
        expires_at=NOON + timedelta(hours=2),
        free_form=False,
        priced=False,
    )
    past_pricing_window(conversation)
    offer = template(conversation, "MARKETING")
    inside = quote.estimate(conversation, type_="template", template=offer)
    after = quote.estimate(conversation, type_="template", template=offer, at=NOON + timedelta(hours=2))
    assert inside is not None
    assert after is not None
    assert (inside.total, inside.free) == (Decimal(0), "free_entry_point")
    assert (after.price, after.surcharge) == (Decimal("0.07"), Decimal("0.01"))


def test_the_months_first_service_messages_are_free_and_the_next_is_not() -> None:
    conversation = charged()
    Allowance.objects.filter(channel=conversation.channel).update(messages=2)
    changed()
    sent = [send(conversation) for _number in range(3)]
    assert [one.cost.estimated_free for one in sent] == ["allowance", "allowance", ""]
    assert [one.cost.estimated for one in sent] == [0, 0, Decimal("0.008")]
    with clock.travel(datetime(2026, 12, 1, 0, 0, tzinfo=UTC)):  # a new month in Rome
        conversation.window_ends_at = clock.now() + timedelta(hours=1)
        conversation.save(update_fields=["window_ends_at"])
        assert send(conversation).cost.estimated_free == "allowance"


def test_only_service_messages_have_an_allowance() -> None:
    conversation = make_conversation()
    make_inbound(conversation)
    found = quote.estimate(conversation, type_="template", template=template(conversation, "UTILITY"))
    free = quote.estimate(conversation)
    assert found is not None
    assert free is not None
    assert (found.free, free.free) == ("", "allowance")


def test_recording_is_one_insert_and_two_queries(django_assert_num_queries: Any) -> None:
    conversation = charged()
    message = make_outbound(conversation)
    quote.estimate(conversation)  # the card is in memory now
    with django_assert_num_queries(2):
        costs.record(message)
    Allowance.objects.update(messages=5)
    changed()
    another = make_outbound(conversation)
    quote.estimate(conversation)
    with django_assert_num_queries(3):
        costs.record(another)
