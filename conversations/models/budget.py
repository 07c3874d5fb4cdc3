from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from conversations.models.channel import Channel
from conversations.models.pricing import currency_code


class BudgetQuerySet(models.QuerySet["Budget"]):
    def active(self) -> BudgetQuerySet:
        return self.filter(is_active=True)


class Budget(models.Model):
    """What messages may cost in a calendar month, on one number or on all; staff are told at each percentage (C20)."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    channel = models.ForeignKey(
        Channel,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="budgets",
        verbose_name=_("channel"),
        help_text=_("Empty: all numbers together."),
    )
    amount = models.DecimalField(_("amount a month"), max_digits=12, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[currency_code])
    warn_at = models.CharField(
        _("warn at (%)"), max_length=60, default="50, 80, 100", help_text=_("Percentages, such as: 50, 80, 100.")
    )
    is_hard = models.BooleanField(
        _("stop when used up"),
        default=False,
        help_text=_("Automatic and bulk messages are then held back until the next month. Agents' answers still go."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    objects = BudgetQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0),
                name="budget_positive",
                violation_error_message=_("A budget is more than nothing."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def percents(self) -> list[int]:
        return sorted({int(number) for number in re.findall(r"\d+", self.warn_at)})

    def clean(self) -> None:
        if not re.fullmatch(r"\s*\d+(\s*[,; ]\s*\d+)*\s*", self.warn_at) or not all(
            0 < percent <= 1000 for percent in self.percents
        ):
            raise ValidationError({"warn_at": _("Whole percentages between 1 and 1000, such as: 50, 80, 100.")})
        self.warn_at = ", ".join(str(percent) for percent in self.percents)


class BudgetMonth(models.Model):
    """How much of a budget a month has used, and which percentages were told: once each (C20)."""

    budget = models.ForeignKey(Budget, on_delete=models.CASCADE, related_name="months", verbose_name=_("budget"))
    month = models.DateField(_("month"))  # its first day
    amount = models.DecimalField(_("budget"), max_digits=12, decimal_places=2)  # as it was when last looked at
    spent = models.DecimalField(_("spent"), max_digits=14, decimal_places=6, default=0)
    told = models.PositiveSmallIntegerField(_("highest percentage told"), default=0)
    checked_at = models.DateTimeField(_("looked at"))

    class Meta:
        verbose_name = _("month of a budget")
        verbose_name_plural = _("months of budgets")
        ordering = ["-month"]
        constraints = [models.UniqueConstraint(fields=["budget", "month"], name="budget_month_once")]

    def __str__(self) -> str:
        return f"{self.budget} {self.month:%Y-%m}"
