"""Installing what a new desk begins with: markets, example prices, allowance, a rate of exchange (C20). Safe to repeat."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from simple_history.utils import bulk_create_with_history

from conversations import stamps
from conversations.cost import starter_rates as shipped
from conversations.cost.card import STAMP
from conversations.models import Allowance, Exchange, Market, Rate


def install_first(sender: Any = None, using: str = "default", **_: Any) -> None:
    """After migrating a desk that never had a rate card (post_migrate). What staff have removed does not come back."""
    if sender is not None and sender.name != "conversations":
        return
    if using == "default" and not Market.objects.exists() and not Market.history.exists():
        install()


@transaction.atomic
def install() -> int:
    """Put in what is missing of the shipped set; returns how many rows. Nothing that is there is touched."""
    known = set(Market.objects.values_list("code", flat=True))
    markets = [
        Market(code=code, name=name, countries=countries)
        for code, (name, countries) in shipped.MARKETS.items()
        if code not in known
    ]
    bulk_create_with_history(markets, Market)
    there = {
        (row.category, str(row.market_id), row.valid_from) for row in Rate.objects.filter(currency=shipped.CURRENCY)
    }
    rates = [
        Rate(
            category=category,
            market_id=market,
            valid_from=day,
            price=price,
            currency=shipped.CURRENCY,
            is_example=True,
        )
        for category, market, day, price in shipped.lines()
        if (category, market, day) not in there
    ]
    bulk_create_with_history(rates, Rate)
    done = len(markets) + len(rates)
    if not Allowance.objects.filter(channel=None).exists():
        Allowance.objects.create(valid_from=shipped.SERVICE_CHARGED, messages=shipped.FREE_A_MONTH)
        done += 1
    base, quote, rate = shipped.EXCHANGE
    if not Exchange.objects.filter(base=base, quote=quote).exists():
        Exchange.objects.create(base=base, quote=quote, valid_from=shipped.PER_MESSAGE, rate=rate, is_example=True)
        done += 1
    stamps.touch(STAMP)
    return done
