"""What a message would cost, before it is sent: for the verdict, the composer, a rule or a campaign (C22). Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Q, Subquery

from conversations import clock
from conversations.cost import markets
from conversations.cost.card import CARD, day_of, next_month
from conversations.cost.rates import NOTHING, Card, Category
from conversations.cost.reckon import ALLOWED, Estimate, Free, State
from conversations.cost.reckon import estimate as reckon
from conversations.models import Channel, Conversation, Identity, LedgerEntry, Template, Window

SURCHARGE_CURRENCY = "USD"  # of Channel.surcharge (C20)
# An answer to an ad click is free, as is what follows it for 72 hours; unless Meta has said that it is not (docs/reference/windows.md).
FREE_WINDOWS = Q(kind__in=[Window.Kind.ENTRY_OFFER, Window.Kind.ENTRY_POINT], priced=False)
GROUP = {
    Category.SERVICE.value: Category.GROUP_SERVICE.value,
    Category.UTILITY.value: Category.GROUP_UTILITY.value,
    Category.MARKETING.value: Category.GROUP_MARKETING.value,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message goes: the recipient's country; until when an ad makes it free, and until when no surcharge is due."""

    country: str = ""
    market: str = ""  # set for groups
    recipients: int = 1
    ad_ends_at: datetime | None = None
    pricing_ends_at: datetime | None = None


def category_of(type_: str, template: Template | None, *, to_group: bool = False) -> str:
    """What Meta will charge it as, as far as we can know before."""
    category = template.category.lower() if type_ == "template" and template is not None else Category.SERVICE.value
    if type_ == "template" and template is None:
        category = Category.UTILITY.value  # a template that is not synced yet
    return GROUP.get(category, category) if to_group else category


def estimate(
    conversation: Conversation,
    *,
    type_: str = "text",
    template: Template | None = None,
    at: datetime | None = None,
) -> Estimate | None:
    """What a message of this type would cost if it left at `at` (now). None: this kind of channel costs nothing.

    Two queries: where it goes; and for a service message how much of the month's allowance is spoken for.
    """
    channel = conversation.channel
    if channel.kind != Channel.Kind.WHATSAPP:
        return None
    at = at or clock.now()
    card, day = CARD.get(), day_of(channel, at)
    place = place_of(conversation)
    category = category_of(type_, template, to_group=conversation.group_id is not None)
    in_ad_window = place.ad_ends_at is not None and at < place.ad_ends_at
    asks = category in ALLOWED and not in_ad_window
    return reckon(
        card,
        category=category,
        country=place.country,
        market=place.market,
        recipients=place.recipients,
        day=day,
        currency=channel.billing_currency,
        home=markets.country_of_phone(channel.display_phone_number),
        in_ad_window=in_ad_window,
        allowance_left=allowance_left(card, channel, at) if asks else 0,
        surcharge=surcharge(card, channel, place.pricing_ends_at, at),
    )


def place_of(conversation: Conversation) -> Place:
    """One query. The identity that the outbox would send to: the phone before the user id."""
    windows = Window.objects.filter(conversation=conversation.pk)
    ad = Subquery(windows.filter(FREE_WINDOWS).order_by("-expires_at").values("expires_at")[:1])
    pricing = Subquery(windows.filter(kind=Window.Kind.PRICING).values("expires_at")[:1])
    if conversation.contact_id is None:  # members' countries are told later: the number's own stands for them
        rows = Conversation.objects.filter(pk=conversation.pk).annotate(ad_ends_at=ad, pricing_ends_at=pricing)
        ends = rows.values_list("ad_ends_at", "pricing_ends_at")[0]
        return Place(markets.country_of_phone(conversation.channel.display_phone_number), "", 1, *ends)
    people = list(
        Identity.objects.current()
        .filter(contact=conversation.contact_id, portfolio=conversation.channel.portfolio_id)
        .annotate(ad_ends_at=ad, pricing_ends_at=pricing)
        .values_list("kind", "value", "ad_ends_at", "pricing_ends_at")
    )
    values = {kind: value for kind, value, _ad, _pricing in people}
    return Place(country_among(values), "", 1, *(people[0][2:] if people else (None, None)))


def country_among(values: dict[str, str]) -> str:
    phone = values.get(Identity.Kind.WA_ID) or values.get(Identity.Kind.PHONE) or ""
    return markets.country_of(phone, values.get(Identity.Kind.BSUID) or "")


def surcharge(card: Card, channel: Channel, pricing_ends_at: datetime | None, at: datetime) -> Decimal:
    """The business's own, in the card's currency: due once the pricing window has ended (C20, D25). Who never wrote has none."""
    if pricing_ends_at is None or at < pricing_ends_at:
        return NOTHING
    amount = Decimal(str(channel.surcharge))
    found = card.convert(amount, SURCHARGE_CURRENCY, channel.billing_currency, day_of(channel, at))
    return NOTHING if found is None else found


def allowance_left(card: Card, channel: Channel, at: datetime) -> int:
    """Free service messages nobody has spoken for yet in the month of `at`. One query over at most the allowance's rows."""
    day = day_of(channel, at)
    allowed = card.allowance(channel.pk, day)
    if not allowed:
        return 0
    taken = LedgerEntry.objects.filter(
        channel=channel,
        day__gte=day.replace(day=1),
        day__lt=next_month(day),
        estimated_free=Free.ALLOWANCE.value,
        state__in=[state.value for state in State if state is not State.NOTHING],
    ).order_by()
    return allowed - taken[:allowed].count()
