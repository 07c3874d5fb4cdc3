"""Dated rate cards, allowances and rates of exchange, and what of them holds on a day (C20). Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from conversations.cost.markets import REST

MICRO = Decimal("0.000001")  # what a ledger column keeps
NOTHING = Decimal(0)


class Category(StrEnum):
    """What Meta charges by, as `pricing.category` names it in statuses (facts §5)."""

    SERVICE = "service"
    UTILITY = "utility"
    MARKETING = "marketing"
    MARKETING_LITE = "marketing_lite"
    AUTHENTICATION = "authentication"
    AUTHENTICATION_INTERNATIONAL = "authentication-international"
    GROUP_SERVICE = "group_service"
    GROUP_UTILITY = "group_utility"
    GROUP_MARKETING = "group_marketing"


# A category without a line of its own on the card costs what its elder costs; service messages are charged at the market's
# utility rate since October 2026 (facts §9).
ELDER = {
    Category.SERVICE: Category.UTILITY,
    Category.MARKETING_LITE: Category.MARKETING,
    Category.AUTHENTICATION_INTERNATIONAL: Category.AUTHENTICATION,
    Category.GROUP_SERVICE: Category.SERVICE,
    Category.GROUP_UTILITY: Category.UTILITY,
    Category.GROUP_MARKETING: Category.MARKETING,
}


class Dated:
    """Values, each of which holds from its day on until the next."""

    def __init__(self) -> None:
        self.days: list[date] = []
        self.values: list[Decimal] = []

    def add(self, day: date, value: Decimal) -> None:
        place = bisect_right(self.days, day)
        self.days.insert(place, day)
        self.values.insert(place, value)

    def on(self, day: date) -> Decimal | None:
        place = bisect_right(self.days, day)
        return self.values[place - 1] if place else None


Line = tuple[str, str, str]  # currency, category, market


@dataclass(slots=True)
class Card:
    """Everything that prices are made of. `markets`: country -> market; allowances by channel id, 0 for every number."""

    markets: Mapping[str, str] = field(default_factory=dict)
    lines: dict[Line, Dated] = field(default_factory=dict)
    allowances: dict[int, Dated] = field(default_factory=dict)
    exchanges: dict[tuple[str, str], Dated] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        markets: Mapping[str, str],
        rates: Iterable[tuple[str, str, str, date, Decimal]],
        allowances: Iterable[tuple[int, date, int]] = (),
        exchanges: Iterable[tuple[str, str, date, Decimal]] = (),
    ) -> Card:
        """Rates as (currency, category, market, valid from, price); exchanges as (base, quote, valid from, quote per base)."""
        card = cls(markets)
        for currency, category, market, day, price in rates:
            card.lines.setdefault((currency, category, market), Dated()).add(day, price)
        for channel, day, messages in allowances:
            card.allowances.setdefault(channel, Dated()).add(day, Decimal(messages))
        for base, quote, day, rate in exchanges:
            card.exchanges.setdefault((base, quote), Dated()).add(day, rate)
        return card

    def price(self, category: str, market: str, day: date, currency: str) -> Decimal | None:
        """Of one message to one recipient. The market's own line goes before the rest's; None: the card does not say."""
        for name in _elders(category):
            for place in (market, REST):
                line = self.lines.get((currency, name, place))
                if line is not None and (found := line.on(day)) is not None:
                    return found
        return None

    def allowance(self, channel: int, day: date) -> int:
        """Free service messages of this number in the month of `day` (C20); a number's own line goes before everyone's."""
        first = day.replace(day=1)
        for key in (channel, 0):
            line = self.allowances.get(key)
            if line is not None and (found := line.on(first)) is not None:
                return int(found)
        return 0

    def has(self, category: str, market: str, day: date, currency: str) -> bool:
        """Whether the card has a line of this very category and market."""
        line = self.lines.get((currency, category, market))
        return line is not None and line.on(day) is not None

    def convert(self, amount: Decimal, base: str, quote: str, day: date) -> Decimal | None:
        """The amount in another currency, to a millionth; None when no rate of exchange is known on that day."""
        if base == quote or not amount:
            return amount
        there = self.exchanges.get((base, quote))
        if there is not None and (rate := there.on(day)) is not None:
            return (amount * rate).quantize(MICRO)
        back = self.exchanges.get((quote, base))
        if back is not None and (rate := back.on(day)):
            return (amount / rate).quantize(MICRO)
        return None


def _elders(category: str) -> list[str]:
    found: list[str] = []
    name: str | None = category
    while name is not None:
        found.append(name)
        name = ELDER.get(Category(name)) if name in set(Category) else None
    return found
