"""The rate card, allowances and rates of exchange that staff keep in admin, in memory under the stamp "rates" (D18)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from conversations.cost.rates import Card
from conversations.models import Allowance, Channel, Exchange, Market, Rate
from conversations.stamps import Kept

STAMP = "rates"


def _load() -> Card:
    markets = {code: market.code for market in Market.objects.all() for code in market.codes}
    rates = [(row.currency, row.category, str(row.market_id), row.valid_from, row.price) for row in Rate.objects.all()]
    allowances = Allowance.objects.values_list("channel_id", "valid_from", "messages")
    exchanges = Exchange.objects.values_list("base", "quote", "valid_from", "rate")
    return Card.of(
        markets,
        rates,
        ((channel or 0, day, messages) for channel, day, messages in allowances),
        exchanges,
    )


CARD: Kept[Card] = Kept(STAMP, _load)


def day_of(channel: Channel, at: datetime) -> date:
    """The channel's day: months and prices begin at its midnight (Meta: the account's, facts §9)."""
    return at.astimezone(channel.zone).date()


def next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def month_bounds(channel: Channel, day: date) -> tuple[datetime, datetime]:
    """First moment of the channel's month that `day` is in, and of the next."""
    midnight = time(tzinfo=channel.zone)
    return datetime.combine(day.replace(day=1), midnight), datetime.combine(next_month(day), midnight)
