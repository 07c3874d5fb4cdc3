"""What a month may cost: each percentage is told once, and a hard budget that is used up holds what is automatic (C20)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction

from conversations import clock, stamps
from conversations.access.roles import TABLE, Can
from conversations.actions.alarms import clear_alarm, raise_alarm
from conversations.cost import budgets
from conversations.models import Alarm, Budget, BudgetMonth, Message, Notification
from conversations.outbox.caps.words import Cap


def check() -> int:
    """Each minute: add up, tell what was reached, and forget last month's alarms. Returns how many percentages were told."""
    now = clock.now()
    standing: set[str] = set()
    told = 0
    for budget in Budget.objects.active().select_related("channel"):
        found = budgets.reckon(budget, now)
        if found is None:  # no rate of exchange: admin's front page says so
            continue
        month, spent = found
        reached = max((one for one in budget.percents if spent * 100 >= budget.amount * one), default=0)
        told += _keep(budget, month, spent, reached, now)
        if reached:
            standing.add(_key(budget, reached))
    for key in Alarm.objects.filter(key__startswith="budget:", cleared_at=None).values_list("key", flat=True):
        if key not in standing:
            clear_alarm(key=key)
    return told


@transaction.atomic
def _keep(budget: Budget, month: date, spent: Decimal, reached: int, now: datetime) -> int:
    """Write the month's row down; a percentage is claimed by conditional update, so that two beats tell it once."""
    values = {"amount": budget.amount, "spent": spent, "checked_at": now}
    row, created = BudgetMonth.objects.get_or_create(budget=budget, month=month, defaults=values)
    was_used_up = not created and row.spent >= row.amount
    if not created:
        if row.amount != budget.amount and row.told > reached:  # a larger budget: its percentages are new ones
            BudgetMonth.objects.filter(pk=row.pk, told=row.told).update(told=reached)
        BudgetMonth.objects.filter(pk=row.pk).update(**values)
    if budget.is_hard and was_used_up != (spent >= budget.amount):
        stamps.touch(budgets.STAMP)
        if was_used_up:  # it has grown: what it held back need not wait for the month's end
            Message.objects.held().filter(hold_code=Cap.BUDGET).update(not_before=now)
    if not BudgetMonth.objects.filter(pk=row.pk, told__lt=reached).update(told=reached):
        return 0
    raise_alarm(
        key=_key(budget, reached), code="budget_reached", budget=budget.pk, percent=reached, month=f"{month:%Y-%m}"
    )
    _notify(budget, month, reached, now)
    return 1


def _key(budget: Budget, percent: int) -> str:
    return f"budget:{budget.pk}:{percent}"


def _notify(budget: Budget, month: date, percent: int, now: datetime) -> None:
    """Everybody who may see costs."""
    roles = [role.value for role in TABLE[Can.COST_SEE]]
    people = User.objects.filter(is_active=True, groups__name__in=roles).distinct()
    data = {"budget": budget.pk, "percent": percent, "month": f"{month:%Y-%m}"}
    Notification.objects.bulk_create(
        Notification(user=person, kind="budget.reached", data=data, at=now) for person in people
    )
