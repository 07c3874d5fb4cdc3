"""The arithmetic of one message: what it will cost, and what it did cost by what Meta says of it (C20, C22). Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from conversations.cost.markets import MIXED, market_of
from conversations.cost.rates import NOTHING, Card, Category


class Free(StrEnum):
    """Why a message costs nothing. The last two are Meta's words (facts §5)."""

    NO = ""
    ALLOWANCE = "allowance"  # one of the month's free service messages
    ENTRY_POINT = "free_entry_point"  # within 72 h of an answered ad click
    CUSTOMER_SERVICE = "free_customer_service"
    NOT_BILLABLE = "not_billable"  # Meta says so, and no more


class State(StrEnum):
    """How much of an entry's actual side is known."""

    WAITING = "waiting"  # Meta has not said a word
    ANNOUNCED = "announced"  # it has, with "sent"; charged only when it is delivered
    SETTLED = "settled"
    UNKNOWN = "unknown"  # delivered, in words of Meta's that we cannot price
    NOTHING = "nothing"  # failed or cancelled: costs nothing


class Difference(StrEnum):
    """Why the actual amount is not the estimated one."""

    NONE = ""
    CATEGORY = "category_changed"
    FREE = "free_of_charge"
    CHARGED = "charged_after_all"
    NOT_DELIVERED = "not_delivered"
    RECIPIENTS = "recipients"
    COPIES = "copies"
    RATE = "rate_changed"
    UNKNOWN = "unknown"
    WAITING = "no_word_yet"


DELIVERED = {"delivered", "read", "played"}
NOT_SENT = {"failed", "cancelled"}
FREE_TYPES = {Free.ENTRY_POINT.value, Free.CUSTOMER_SERVICE.value}
ALLOWED = {Category.SERVICE.value, Category.GROUP_SERVICE.value}  # what the monthly allowance covers


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a message would cost. `rate`: the card's price of it, for all recipients; None when the card does not say."""

    category: str
    market: str
    currency: str
    rate: Decimal | None
    recipients: int = 1
    free: str = Free.NO
    surcharge: Decimal = NOTHING

    @property
    def price(self) -> Decimal | None:
        """Meta's part."""
        if self.free:
            return NOTHING
        return self.rate

    @property
    def total(self) -> Decimal | None:
        return None if self.price is None else self.price + self.surcharge


def estimate(
    card: Card,
    *,
    category: str,
    countries: Sequence[str],
    day: date,
    currency: str,
    home: str = "",
    in_ad_window: bool = False,
    allowance_left: int = 0,
    surcharge: Decimal = NOTHING,
) -> Estimate:
    """`countries`: of each recipient. `home`: the number's own, for authentication across borders. `surcharge` is due unless the ad
    window makes the message free.
    """
    places = [market_of(country, card.markets) for country in countries]
    category = across_borders(card, category, countries[0], home, places[0], day, currency)
    free = Free.NO
    if in_ad_window:
        free, surcharge = Free.ENTRY_POINT, NOTHING
    elif category in ALLOWED and allowance_left > 0:
        free = Free.ALLOWANCE
    return Estimate(
        category=category,
        market=together(places),
        currency=currency,
        rate=price_of(card, category, places, day, currency),
        recipients=len(places),
        free=free,
        surcharge=surcharge,
    )


def together(markets: Sequence[str]) -> str:
    return markets[0] if len(set(markets)) == 1 else MIXED


def price_of(card: Card, category: str, markets: Sequence[str], day: date, currency: str) -> Decimal | None:
    """Of one message to a recipient in each of these markets; None when the card does not say for one of them."""
    total = NOTHING
    for market in markets:
        price = card.price(category, market, day, currency)
        if price is None:
            return None
        total += price
    return total


def across_borders(card: Card, category: str, country: str, home: str, market: str, day: date, currency: str) -> str:
    """Authentication to another country is a category of its own where the card has a line for it (facts §5)."""
    abroad = Category.AUTHENTICATION_INTERNATIONAL
    if category == Category.AUTHENTICATION and home and country != home and card.has(abroad, market, day, currency):
        return abroad
    return category


@dataclass(frozen=True, slots=True)
class Outcome:
    """What Meta says of a message. Of one to a group: how many have it, and the countries of those it is charged for (facts §7)."""

    state: State
    category: str = ""
    free: str = Free.NO
    recipients: int | None = None  # None: an ordinary message
    countries: tuple[str, ...] = ()


def outcome(status: str, pricing: Mapping[str, Any], *, type_: str = "text") -> Outcome:
    """From the message's status and the pricing object kept with it; the same whatever the order in which statuses came.

    Reactions are never reported delivered (facts §5): "sent" is their end.
    """
    if status in NOT_SENT:
        return Outcome(State.NOTHING, category=_word(pricing.get("category")))
    arrived = status in DELIVERED or (type_ == "reaction" and status == "sent")
    members = pricing.get("recipients")
    if isinstance(members, dict) and members:
        return _of_group(members, arrived)
    if not pricing:
        return Outcome(State.UNKNOWN if arrived else State.WAITING)
    known, category, free = _read(pricing)
    if not arrived:
        return Outcome(State.ANNOUNCED, category, free)
    return Outcome(State.SETTLED if known else State.UNKNOWN, category, free)


def _of_group(members: Mapping[str, Any], arrived: bool) -> Outcome:
    """The message itself counts as delivered only when everybody has it; each who has it is charged for."""
    all_ = [one for one in members.values() if isinstance(one, dict)]
    delivered = [one for one in all_ if one.get("status") in DELIVERED]
    told = [_read(one) for one in delivered or all_]
    category = next((category for _known, category, _free in told if category), "")
    frees = {free for _known, _category, free in told}
    free = frees.pop() if len(frees) == 1 else Free.NO
    if not (arrived or delivered):
        return Outcome(State.ANNOUNCED, category, free)
    charged = [one for one, (_known, _category, why) in zip(delivered, told, strict=False) if free or not why]
    countries = tuple(sorted(_word(one.get("country")) for one in charged))
    state = State.SETTLED if delivered and all(known for known, _category, _free in told) else State.UNKNOWN
    return Outcome(state, category, free, len(delivered), countries)


def _read(pricing: Mapping[str, Any]) -> tuple[bool, str, str]:
    """(can be priced, category, why free). Type and category decide; `billable` is old and goes away (facts §5)."""
    category, kind = _word(pricing.get("category")), _word(pricing.get("type"))
    if kind in FREE_TYPES:
        return True, category, kind
    if pricing.get("pricing_model") == "CBP":  # per conversation, before July 2025: no price of one message
        return False, category, Free.NO
    if not kind and pricing.get("billable") is False:
        return True, category, Free.NOT_BILLABLE
    return kind in {"regular", ""} and category in set(Category), category, Free.NO


def _word(value: Any) -> str:
    return value[:32] if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Actual:
    """What a message came to: the actual side of its entry. Amounts are None while they are not known."""

    state: State
    category: str
    market: str
    recipients: int
    rate: Decimal | None = None
    free: str = Free.NO
    price: Decimal | None = None
    surcharge: Decimal | None = None


def actual(
    card: Card, said: Outcome, expected: Estimate, *, day: date, copies: int = 1, has_allowance: bool = False
) -> Actual:
    """`day`: of delivery. `copies`: how often the customer got it (D4); Meta charges each. `has_allowance`: the message has one of the
    month's free ones, if it turns out to be a service message.
    """
    if said.state is State.NOTHING:
        return Actual(said.state, said.category, expected.market, 0, price=NOTHING, surcharge=NOTHING)
    if said.recipients is None:
        places, recipients = [expected.market] * copies, copies
    else:
        known = [market_of(country, card.markets) if country else expected.market for country in said.countries]
        places, recipients = known * copies, said.recipients * copies
    market = together(places) if places else expected.market
    if said.state is not State.SETTLED:
        return Actual(said.state, said.category, market, recipients, free=said.free)
    free = said.free or (Free.ALLOWANCE if has_allowance and said.category in ALLOWED else Free.NO)
    rate = price_of(card, said.category, places, day, expected.currency)
    if rate is None and not free:
        return Actual(State.UNKNOWN, said.category, market, recipients)
    surcharge = NOTHING if free == Free.ENTRY_POINT else expected.surcharge * copies
    return Actual(said.state, said.category, market, recipients, rate, free, NOTHING if free else rate, surcharge)


def difference(expected: Estimate, came_to: Actual, *, copies: int = 1) -> Difference:
    """Why the two sides are not the same; NONE where they are."""
    early = {
        State.WAITING: Difference.WAITING,
        State.ANNOUNCED: Difference.WAITING,
        State.UNKNOWN: Difference.UNKNOWN,
        State.NOTHING: Difference.NOT_DELIVERED,
    }.get(came_to.state)
    if early is not None:
        return early
    if expected.rate is None:
        return Difference.UNKNOWN
    if bool(expected.free) != bool(came_to.free):
        return Difference.FREE if came_to.free else Difference.CHARGED
    if expected.category != came_to.category:
        return Difference.CATEGORY
    if copies > 1:
        return Difference.COPIES
    if expected.recipients != came_to.recipients:
        return Difference.RECIPIENTS
    return (
        Difference.NONE
        if (expected.price, expected.surcharge) == (came_to.price, came_to.surcharge)
        else Difference.RATE
    )
