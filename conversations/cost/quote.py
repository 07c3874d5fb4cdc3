"""What a message would cost, before it is sent: for the verdict, the composer, a rule or a campaign (C22). Reads only."""

from __future__ import annotations

from collections.abc import Sequence
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
from conversations.models import Channel, Conversation, GroupParticipant, Identity, LedgerEntry, Template, Window

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
    """Where a message goes: each recipient's country; until when an ad makes it free, and until when no surcharge is due."""

    countries: Sequence[str]
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
        countries=place.countries,
        day=day,
        currency=channel.billing_currency,
        home=markets.country_of_phone(channel.display_phone_number),
        in_ad_window=in_ad_window,
        allowance_left=allowance_left(card, channel, at) if asks else 0,
        surcharge=surcharge(card, channel, place.pricing_ends_at, at),
    )


def place_of(conversation: Conversation) -> Place:
    """One query: the identities that the outbox would send to, the phone before the user id; in a group those of its members."""
    windows = Window.objects.filter(conversation=conversation.pk)
    free = Subquery(windows.filter(FREE_WINDOWS).order_by("-expires_at").values("expires_at")[:1])
    pricing = Subquery(windows.filter(kind=Window.Kind.PRICING).values("expires_at")[:1])
    whose = Q(contact=conversation.contact_id)
    if conversation.contact_id is None:
        whose = Q(contact__in=GroupParticipant.objects.present().filter(group=conversation.group_id).values("contact"))
    rows = (
        Identity.objects.current()
        .filter(whose, portfolio=conversation.channel.portfolio_id)
        .annotate(free_ends_at=free, pricing_ends_at=pricing)
        .order_by("contact")
    )
    people: dict[int, dict[str, str]] = {}
    ends: tuple[datetime | None, datetime | None] = (None, None)
    for contact, kind, value, *ends_at in rows.values_list(
        "contact", "kind", "value", "free_ends_at", "pricing_ends_at"
    ):
        people.setdefault(contact, {})[kind] = value
        ends = (ends_at[0], ends_at[1])
    home = markets.country_of_phone(conversation.channel.display_phone_number)  # of a group whose members nobody knows
    countries = [country_among(values) for values in people.values()] or [home if conversation.group_id else ""]
    return Place(countries, *ends)


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
