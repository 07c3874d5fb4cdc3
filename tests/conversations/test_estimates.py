"""What a message will cost, before it is sent (C20, C22)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from conversations import clock
from conversations.actions import costs
from conversations.cost import markets, quote
from conversations.cost.many import estimate_many
from conversations.models import Allowance, Channel, Contact, Conversation, Exchange, Identity, Rate, Template, Window
from tests.conversations.cost_world import NOON, changed, charged, past_pricing_window, send, template
from tests.makers import make_channel, make_contact, make_conversation, make_inbound, make_outbound, make_portfolio

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


@pytest.mark.parametrize(
    ("phone", "country"),
    [
        ("447911123456", "GB"),  # Guernsey's, by the calling code of Britain
        ("77012345678", "KZ"),
        ("79161234567", "RU"),
        ("12425551234", "BS"),
        ("10005551234", "US"),  # no number at all, but +1
        ("39333000001", "IT"),  # too short for Italy
        ("8001234567890", ""),  # nobody's: international freephone
        ("12345", ""),
        ("², ٣", ""),
    ],
)
def test_a_phones_country_is_its_calling_codes(phone: str, country: str) -> None:
    assert markets.country_of_phone(phone) == country


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


@pytest.mark.parametrize("kind", ["entry_offer", "entry_point"])
def test_nothing_is_charged_for_an_answer_to_an_ad_and_what_follows_it(kind: str) -> None:
    conversation = charged()
    window = Window.objects.create(
        conversation=conversation,
        kind=kind,
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
    window.priced = True  # Meta has said that it is not free after all
    window.save(update_fields=["priced"])
    told = quote.estimate(conversation, type_="template", template=offer)
    assert told is not None
    assert told.price == Decimal("0.07")


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


# --- many -----------------------------------------------------------------------------------------------------------------


def crowd(channel: Channel) -> list[Contact]:
    """Two in Italy, one in Germany by user id, one in Indonesia whom an ad brought, one without an address, one of another business."""
    italian, late, german, guest, nobody = (make_contact(f"Contact {number}") for number in range(5))
    other = make_contact(portfolio=make_portfolio())
    for contact, kind, value in (
        (italian, "wa_id", "393331111111"),
        (italian, "bsuid", "DE.1"),
        (late, "phone", "393332222222"),
        (german, "bsuid", "DE.2"),
        (guest, "wa_id", "6281234567890"),
    ):
        Identity.objects.create(
            contact=contact, portfolio=channel.portfolio, kind=kind, value=value, key=value, created_at=NOON
        )
    Window.objects.create(
        conversation=make_conversation(channel, late),
        kind=Window.Kind.PRICING,
        opened_at=NOON - timedelta(hours=49),
        expires_at=NOON - timedelta(hours=1),
        free_form=False,
        priced=True,
    )
    Window.objects.create(
        conversation=make_conversation(channel, guest),
        kind=Window.Kind.ENTRY_POINT,
        opened_at=NOON - timedelta(hours=1),
        expires_at=NOON + timedelta(hours=71),
        free_form=False,
        priced=False,
    )
    return [italian, late, german, guest, nobody, other]


def test_what_a_message_to_many_costs(django_assert_num_queries: Any) -> None:
    channel = make_channel()
    people = Contact.objects.filter(pk__in=[one.pk for one in crowd(channel)])
    offer = Template.objects.create(channel=channel, name="offer", language="it", category="MARKETING")
    estimate_many(channel, people, template=offer)
    with django_assert_num_queries(4):
        found = estimate_many(channel, people, template=offer)
    assert (found.contacts, found.free, found.not_reachable, found.not_priced) == (4, 1, 2, 0)
    assert (found.price, found.surcharge, found.total) == (Decimal("0.21"), Decimal("0.01"), Decimal("0.22"))
    shares = {share.market: (share.contacts, share.price) for share in found.shares.values()}
    assert shares == {"IT": (2, Decimal("0.14")), "DE": (1, Decimal("0.07")), "ID": (1, Decimal(0))}


def test_the_sum_for_many_is_the_sum_of_each() -> None:
    channel = make_channel()
    Allowance.objects.create(channel=channel, valid_from=date(2026, 1, 1), messages=0)
    changed()
    people = crowd(channel)[:4]
    talks = [Conversation.objects.filter(contact=one).first() or make_conversation(channel, one) for one in people]
    each = [quote.estimate(talk) for talk in talks]
    found = estimate_many(channel, Contact.objects.filter(pk__in=[one.pk for one in people]), type_="text")
    assert found.total == sum(one.total for one in each if one is not None and one.total is not None)
    assert found.total == Decimal("0.008") * 3 + Decimal("0.01")


def test_the_free_messages_left_go_to_the_first_of_many() -> None:
    channel = make_channel()
    Allowance.objects.create(channel=channel, valid_from=date(2026, 1, 1), messages=2)
    changed()
    people = Contact.objects.filter(pk__in=[one.pk for one in crowd(channel)])
    found = estimate_many(channel, people, type_="text")
    assert (found.free, found.price) == (3, Decimal("0.008"))


def test_prices_missing_for_some_are_said() -> None:
    channel = make_channel(billing_currency="INR")
    people = Contact.objects.filter(pk__in=[one.pk for one in crowd(channel)])
    found = estimate_many(channel, people, type_="text")
    assert (found.contacts, found.not_priced) == (4, 0)  # the month's allowance covers them
    Allowance.objects.create(channel=channel, valid_from=date(2026, 1, 1), messages=0)
    changed()
    assert estimate_many(channel, people, type_="text").not_priced == 3
