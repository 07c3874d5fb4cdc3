"""What one message to many contacts would cost: "this to 1,000 contacts costs …" (C22). Reads only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Max, QuerySet

from conversations import clock
from conversations.cost import markets
from conversations.cost.card import CARD, day_of
from conversations.cost.quote import FREE_WINDOWS, allowance_left, category_of, country_among, surcharge
from conversations.cost.rates import NOTHING
from conversations.cost.reckon import ALLOWED, Estimate, Free
from conversations.cost.reckon import estimate as reckon
from conversations.models import Channel, Contact, Identity, Template, Window


@dataclass(slots=True)
class Share:
    """The contacts of one market."""

    market: str
    contacts: int = 0
    price: Decimal = NOTHING


@dataclass(slots=True)
class Quote:
    """Of all contacts that can be reached on the channel. Amounts in `currency`, the rate card's."""

    currency: str
    category: str
    contacts: int = 0
    price: Decimal = NOTHING
    surcharge: Decimal = NOTHING
    free: int = 0
    not_priced: int = 0
    not_reachable: int = 0
    """Contacts without an address on this channel: nothing is sent to them, and nothing charged."""
    shares: dict[str, Share] = field(default_factory=dict)

    @property
    def total(self) -> Decimal:
        return self.price + self.surcharge

    def add(self, one: Estimate) -> None:
        self.contacts += 1
        self.free += bool(one.free)
        self.not_priced += one.price is None
        self.price += one.price or NOTHING
        self.surcharge += one.surcharge
        share = self.shares.setdefault(one.market, Share(one.market))
        share.contacts += 1
        share.price += one.price or NOTHING


def estimate_many(
    channel: Channel,
    contacts: QuerySet[Contact],
    *,
    type_: str = "template",
    template: Template | None = None,
    at: datetime | None = None,
) -> Quote:
    """One message of this kind to each. Four queries, whatever their number; the month's free messages go to the first of them.

    An API channel costs nothing: the quote has no contacts then.
    """
    category = category_of(type_, template)
    found = Quote(channel.billing_currency, category)
    if channel.kind != Channel.Kind.WHATSAPP:
        return found
    at, card = at or clock.now(), CARD.get()
    day, home = day_of(channel, at), markets.country_of_phone(channel.display_phone_number)
    mine = contacts.order_by().values("pk")
    ads = _in_ad_window(channel, mine, at)
    priced_from = _pricing_ends(channel, mine)
    left = allowance_left(card, channel, at) if category in ALLOWED else 0
    reached = 0
    for contact, country in _countries(channel, mine):
        reached += 1
        one = reckon(
            card,
            category=category,
            countries=[country],
            day=day,
            currency=channel.billing_currency,
            home=home,
            in_ad_window=contact in ads,
            allowance_left=left,
            surcharge=surcharge(card, channel, priced_from.get(contact), at),
        )
        left -= one.free == Free.ALLOWANCE
        found.add(one)
    found.not_reachable = contacts.count() - reached
    return found


def _countries(channel: Channel, contacts: QuerySet[Contact, Any]) -> Iterator[tuple[int, str]]:
    """Contact and country, in order of contact; each that has an address once."""
    rows = (
        Identity.objects.current()
        .filter(portfolio=channel.portfolio_id, contact__in=contacts)
        .order_by("contact")
        .values_list("contact", "kind", "value")
    )
    values: dict[str, str] = {}
    last = 0
    for contact, kind, value in rows.iterator(chunk_size=5000):
        if last and contact != last:
            yield last, country_among(values)
            values = {}
        last, values[kind] = contact, value
    if last:
        yield last, country_among(values)


def _pricing_ends(channel: Channel, contacts: QuerySet[Contact, Any]) -> dict[int, datetime]:
    rows = Window.objects.filter(
        kind=Window.Kind.PRICING, conversation__channel=channel, conversation__contact__in=contacts
    )
    return dict(rows.order_by().values_list("conversation__contact").annotate(Max("expires_at")))


def _in_ad_window(channel: Channel, contacts: QuerySet[Contact, Any], at: datetime) -> set[int]:
    rows = Window.objects.filter(
        FREE_WINDOWS,
        expires_at__gt=at,
        conversation__channel=channel,
        conversation__contact__in=contacts,
    )
    return set(rows.values_list("conversation__contact", flat=True))
