"""What a month may cost: how much of a budget is used, and whether a hard one is used up (C20). Reads only."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

from conversations import clock
from conversations.cost.card import CARD, day_of, month_bounds
from conversations.cost.rates import NOTHING
from conversations.models import Budget, BudgetMonth, Channel
from conversations.queries.costs import spent_in
from conversations.stamps import Kept

STAMP = "budgets"
Used = dict[tuple[int, date], bool]  # (channel or 0 for all, month): a hard budget is used up


def month_of(budget: Budget, now: datetime) -> date:
    """The month of the budget's number, or of the server's zone for all numbers."""
    day = (
        day_of(budget.channel, now)
        if budget.channel
        else timezone.localtime(now, timezone.get_default_timezone()).date()
    )
    return day.replace(day=1)


def reckon(budget: Budget, now: datetime) -> tuple[date, Decimal] | None:
    """Month and what it has cost, in the budget's currency. None: there is no rate of exchange for some of it."""
    month, card, total = month_of(budget, now), CARD.get(), NOTHING
    mine = [budget.channel] if budget.channel else None
    for (_channel, currency), spent in spent_in(month, mine).items():
        amount = card.convert(spent.total, currency, budget.currency, now.date())
        if amount is None:
            return None
        total += amount
    return month, total


def _load() -> Used:
    used: Used = {}
    for row in BudgetMonth.objects.filter(budget__is_active=True, budget__is_hard=True).select_related("budget"):
        key = (row.budget.channel_id or 0, row.month)
        used[key] = used.get(key, False) or row.spent >= row.budget.amount
    return used


USED: Kept[Used] = Kept(STAMP, _load)


def over_budget(channel: Channel, *, at: datetime | None = None) -> bool:
    """Whether automatic and bulk messages of this number must wait: a hard budget of this month, its own or everyone's, is used up.

    From memory; a minute behind the ledger at most, because budgets are added up each minute.
    """
    used = USED.get()
    if not used:
        return False
    at = at or clock.now()
    mine = day_of(channel, at).replace(day=1)
    all_ = timezone.localtime(at, timezone.get_default_timezone()).date().replace(day=1)
    return used.get((channel.pk, mine), False) or used.get((0, all_), False)


def looked_at_again(channel: Channel, *, at: datetime | None = None) -> datetime:
    """When a message held by a used-up budget is looked at again: at the next month's first moment."""
    return month_bounds(channel, day_of(channel, at or clock.now()))[1]
