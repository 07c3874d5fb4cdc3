"""The month so far and budgets as screens show them (C20)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations import clock
from conversations.cost.budgets import month_of
from conversations.models import Budget, Channel, Rate
from conversations.money import money
from conversations.queries.costs import Meter, meters


@dataclass(frozen=True, slots=True)
class Shown:
    """One number's month in words."""

    channel: Channel
    spent: str
    own: str
    forecast: str
    allowance: int
    used: int
    notes: list[str]


@dataclass(frozen=True, slots=True)
class ShownBudget:
    budget: Budget
    spent: str
    amount: str
    percent: int
    tone: str


def shown(channels: list[Channel]) -> list[Shown]:
    return [_shown(meter) for meter in meters(channels)]


def _shown(meter: Meter) -> Shown:
    spent, other = meter.spent, meter.currency != meter.own_currency
    notes = []
    if spent.surcharges:
        notes.append(_("%(amount)s of it surcharges") % {"amount": money(spent.surcharges, meter.currency)})
    if spent.waiting_messages:
        said = ngettext(
            "%(count)s message that has not left: %(amount)s",
            "%(count)s messages that have not left: %(amount)s",
            spent.waiting_messages,
        )
        notes.append(said % {"count": spent.waiting_messages, "amount": money(spent.waiting, meter.currency)})
    if spent.not_priced:
        said = ngettext(
            "%(count)s message without a price on the card",
            "%(count)s messages without a price on the card",
            spent.not_priced,
        )
        notes.append(said % {"count": spent.not_priced})
    own = meter.in_own(spent.total) if other else None
    if other and own is None:
        rate = {"base": meter.currency, "quote": meter.own_currency}
        notes.append(_("No rate of exchange from %(base)s to %(quote)s") % rate)
    return Shown(
        channel=meter.channel,
        spent=_written(spent.total, meter.currency),
        own=_written(own, meter.own_currency) if own is not None else "",
        forecast=_written(meter.forecast, meter.currency) if meter.forecast is not None else "",
        allowance=meter.allowance,
        used=min(spent.in_allowance, meter.allowance),
        notes=notes,
    )


def _written(amount: Decimal, currency: str) -> str:
    """To the cent: nobody reads a month's sum to a millionth."""
    return money(amount.quantize(Decimal("0.01")) if amount >= 1 else amount.quantize(Decimal("0.0001")), currency)


def budgets() -> list[ShownBudget]:
    """Active ones, as of the last minute."""
    now, found = clock.now(), []
    for row in Budget.objects.active().select_related("channel").prefetch_related("months"):
        this = [one for one in row.months.all() if one.month == month_of(row, now)]
        spent = this[0].spent if this else Decimal(0)
        percent = int(spent * 100 / row.amount)
        tone = "danger" if percent >= 100 else "warning" if any(percent >= one for one in row.percents) else ""
        amount = money(row.amount, row.currency)
        found.append(ShownBudget(row, _written(spent, row.currency), amount, percent, tone))
    return found


def budget_reached(data: dict[str, Any]) -> str:
    """An alarm's sentence."""
    row = Budget.objects.filter(pk=data.get("budget") or 0).first()
    names = {"budget": row or _("A budget"), "percent": data.get("percent", "?")}
    return _("%(budget)s: %(percent)s %% of the month's budget is used") % names


def has_examples() -> bool:
    """Whether prices are still those that the desk was shipped with."""
    return Rate.objects.filter(is_example=True).exists() and not Rate.objects.filter(is_example=False).exists()
