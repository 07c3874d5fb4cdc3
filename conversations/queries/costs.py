"""What messages cost, added up from the ledger: the month so far, and where it is going (C20)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Case, Count, DecimalField, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from conversations import clock
from conversations.cost.card import CARD, day_of, month_bounds, next_month
from conversations.cost.meter import Spent, forecast
from conversations.cost.rates import MICRO, NOTHING
from conversations.cost.reckon import ALLOWED, Free, State
from conversations.models import Channel, LedgerEntry, MessageStatus


def exact(value: Decimal | None) -> Decimal:
    """SQLite adds decimals as floats: right to far more than a millionth, so to that it is put right."""
    return NOTHING if value is None else value.quantize(MICRO)


NOT_LEFT = [MessageStatus.SCHEDULED, MessageStatus.HELD, MessageStatus.QUEUED]
AMOUNT = DecimalField(max_digits=20, decimal_places=6)


def ledger(first: date, end: date) -> QuerySet[Any, Any]:
    """The entries of the channels' days from `first` until before `end`, each with

    `expected`: estimated, with the surcharge; `came_to`: actual, with it (NULL: not known); `cost`: what is known, else what is expected;
    `category`: Meta's word, else ours; `free`: why it costs nothing, as far as is known.
    """
    expected = Coalesce(F("estimated"), Value(NOTHING), output_field=AMOUNT) + F("surcharge")
    came_to = F("actual") + F("actual_surcharge")
    return LedgerEntry.objects.between(first, end).annotate(
        expected=expected,
        came_to=came_to,
        cost=Coalesce(came_to, expected, output_field=AMOUNT),
        category=Case(When(actual_category="", then=F("estimated_category")), default=F("actual_category")),
        free=Case(When(state=State.SETTLED.value, then=F("actual_free")), default=F("estimated_free")),
    )


@dataclass(frozen=True, slots=True)
class Meter:
    """The month so far of one channel. Amounts in the card's currency; `in_own` converts."""

    channel: Channel
    month: date
    currency: str
    spent: Spent
    allowance: int
    forecast: Decimal | None

    @property
    def own_currency(self) -> str:
        return self.channel.currency

    def in_own(self, amount: Decimal | None) -> Decimal | None:
        """In the business's currency, at the rate that holds now or held at the month's end; None when none is known."""
        if amount is None:
            return None
        return CARD.get().convert(amount, self.currency, self.own_currency, rate_day(self.channel, self.month))


def rate_day(channel: Channel, month: date) -> date:
    """The day whose rate of exchange a month is shown at: today, or the month's last."""
    return min(day_of(channel, clock.now()), date.fromordinal(next_month(month).toordinal() - 1))


def meters(channels: Iterable[Channel], *, at: datetime | None = None) -> list[Meter]:
    """One each for WhatsApp numbers, for the month of `at` (now) in the number's own zone. Two queries for all numbers of a zone."""
    at, card = at or clock.now(), CARD.get()
    numbers = [channel for channel in channels if channel.kind == Channel.Kind.WHATSAPP]
    by_month: dict[date, list[Channel]] = {}
    for channel in numbers:
        by_month.setdefault(day_of(channel, at).replace(day=1), []).append(channel)
    spent = {key: value for month, those in by_month.items() for key, value in spent_in(month, those).items()}
    found = []
    for channel in numbers:
        month = day_of(channel, at).replace(day=1)
        mine = spent.get((channel.pk, channel.billing_currency), Spent())
        begins, ends = month_bounds(channel, month)
        allowance = card.allowance(channel.pk, month)
        ahead = forecast(mine, allowance=allowance, begins=begins, ends=ends, now=at)
        found.append(Meter(channel, month, channel.billing_currency, mine, allowance, ahead))
    return found


def spent_in(month: date, channels: Iterable[Channel] | None = None) -> dict[tuple[int, str], Spent]:
    """By channel and currency, of all channels or these. Two queries."""
    rows = ledger(month.replace(day=1), next_month(month))
    if channels is not None:
        rows = rows.filter(channel__in=[channel.pk for channel in channels])
    on_its_way = _add_up(rows.filter(state=State.WAITING.value, message__status__in=NOT_LEFT))
    return {key: spent.without(on_its_way.get(key, Spent())) for key, spent in _add_up(rows).items()}


def _add_up(rows: QuerySet[Any, Any]) -> dict[tuple[int, str], Spent]:
    live = ~Q(state=State.NOTHING.value)
    served = live & Q(category__in=sorted(ALLOWED)) & Q(free__in=["", Free.ALLOWANCE.value])
    groups = (
        rows.annotate(
            surcharges=Coalesce("actual_surcharge", "surcharge"),
            on_card=Coalesce("actual_rate", "estimated_rate"),
        )
        .order_by()
        .values("channel", "currency")
        .annotate(
            messages=Count("pk", filter=live),
            total=Sum("cost"),
            surcharge_total=Sum("surcharges"),
            service=Sum(Coalesce("actual", "estimated"), filter=served),
            service_messages=Count("pk", filter=served),
            service_value=Sum("on_card", filter=served),
            in_allowance=Count("pk", filter=served & Q(free=Free.ALLOWANCE.value)),
            not_priced=Count("pk", filter=live & Q(actual=None, estimated=None)),
        )
    )
    return {
        (row["channel"], row["currency"]): Spent(
            messages=row["messages"],
            total=exact(row["total"]),
            surcharges=exact(row["surcharge_total"]),
            service=exact(row["service"]),
            service_messages=row["service_messages"],
            service_value=exact(row["service_value"]),
            in_allowance=row["in_allowance"],
            not_priced=row["not_priced"],
        )
        for row in groups
    }
