"""The month so far of one number, and where it is going (C20). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from conversations.cost.rates import MICRO, NOTHING

EARLY = timedelta(days=1)  # before it, a forecast would be a guess


@dataclass(frozen=True, slots=True)
class Spent:
    """What a number's messages of a month cost so far, in the card's currency. Of those without an actual amount, the estimate.

    Messages that have not left (queued, scheduled, held back) are counted apart.
    """

    messages: int = 0
    total: Decimal = NOTHING
    surcharges: Decimal = NOTHING
    service: Decimal = NOTHING  # of the total: service messages, without surcharges
    service_messages: int = 0  # those that the allowance covers, or would
    service_value: Decimal = NOTHING  # their price on the card, were there no allowance
    in_allowance: int = 0
    not_priced: int = 0  # neither estimated nor actual amount: the card has no price
    waiting_messages: int = 0
    waiting: Decimal = NOTHING  # what those that have not left will cost

    def without(self, waiting: Spent) -> Spent:
        """Of all that is in the ledger, those that have left."""
        return Spent(
            messages=self.messages - waiting.messages,
            total=self.total - waiting.total,
            surcharges=self.surcharges - waiting.surcharges,
            service=self.service - waiting.service,
            service_messages=self.service_messages - waiting.service_messages,
            service_value=self.service_value - waiting.service_value,
            in_allowance=self.in_allowance - waiting.in_allowance,
            not_priced=self.not_priced - waiting.not_priced,
            waiting_messages=waiting.messages,
            waiting=waiting.total,
        )


def forecast(spent: Spent, *, allowance: int, begins: datetime, ends: datetime, now: datetime) -> Decimal | None:
    """At the month's end, when it goes on like this. Free service messages are used up first, so that a month which has cost nothing
    yet does not look as if it never would. None on the first day.
    """
    if now - begins < EARLY:
        return None
    if now >= ends:
        return spent.total
    share = Decimal((now - begins) / (ends - begins))
    others = (spent.total - spent.service) / share
    service = NOTHING
    if spent.service_messages:
        price = spent.service_value / spent.service_messages
        service = max(spent.service, (spent.service_messages / share - allowance) * price)
    return max(spent.total, others + service).quantize(MICRO)
