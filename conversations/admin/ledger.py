"""What messages cost, and what a month may cost (C20, C22)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.admin.config_admin import ConfigAdmin, GrowingAdmin, ReadOnlyInline
from conversations.admin.cost_report import ReportPages
from conversations.admin.showing import NOTHING, Tone, chip, link, pretty, state, when
from conversations.models import Budget, BudgetMonth, LedgerEntry
from conversations.money import money

STATES: dict[str, Tone] = {"unknown": "warning", "waiting": "quiet", "announced": "quiet"}


@admin.register(LedgerEntry)
class LedgerAdmin(ReportPages, GrowingAdmin):
    list_display = ["shown_message", "channel", "what", "expected", "came_to", "shown_state", "shown_at"]
    list_filter = ["channel", "state", "difference", "estimated_category", "currency", "day"]
    list_select_related = ["message", "channel"]
    ordering = ["-id"]
    readonly_fields = ["shown_pricing"]
    fieldsets = [
        (None, {"fields": ["message", "channel", "day", "market", "currency", "state", "difference"]}),
        (
            _("Estimated"),
            {
                "fields": [
                    "at", "estimated_category", "estimated_market", "recipients", "estimated_rate", "estimated_free", "estimated",
                    "surcharge",
                ]
            },
        ),
        (
            _("Actual"),
            {
                "fields": [
                    "delivered_at", "actual_category", "delivered_to", "copies", "actual_rate", "actual_free", "actual", "actual_surcharge",
                    "shown_pricing",
                ]
            },
        ),
    ]  # fmt: skip

    @display(description=_("message"))
    def shown_message(self, row: LedgerEntry) -> str:
        return link(row.message)

    @display(description=_("category and market"))
    def what(self, row: LedgerEntry) -> str:
        return f"{row.actual_category or row.estimated_category} · {row.market}"

    @display(description=_("estimated"), ordering="estimated")
    def expected(self, row: LedgerEntry) -> str:
        return amount(row.estimated, row.surcharge, row.currency, is_free=bool(row.estimated_free))

    @display(description=_("actual"), ordering="actual")
    def came_to(self, row: LedgerEntry) -> str:
        return amount(row.actual, row.actual_surcharge, row.currency, is_free=bool(row.actual_free))

    @display(description=_("state"), ordering="state")
    def shown_state(self, row: LedgerEntry) -> str:
        if row.state == "settled" and row.difference:
            return chip(row.get_difference_display(), "info")
        return state(row, "state", STATES)

    @display(description=_("at"), ordering="at")
    def shown_at(self, row: LedgerEntry) -> str:
        return when(row.at)

    @display(description=_("Meta's words"))
    def shown_pricing(self, row: LedgerEntry) -> str:
        return pretty(row.message.pricing) if row.message.pricing else NOTHING


def amount(price: Decimal | None, surcharge: Decimal | None, currency: str, *, is_free: bool) -> str:
    """0.0080 USD; with a surcharge 0.0300 + 0.0100 USD; free; free + 0.0100 USD."""
    if price is None:
        return NOTHING
    if not surcharge:
        return str(_("free")) if is_free else money(price, currency)
    return f"{_('free') if is_free else money(price, '').strip()} + {money(surcharge, currency)}"


class MonthInline(ReadOnlyInline):
    model = BudgetMonth
    fields = ["month", "spent", "told", "checked_at"]
    readonly_fields = fields
    show_change_link = False


@admin.register(Budget)
class BudgetAdmin(ConfigAdmin):
    stamp = "budgets"
    list_display = ["name", "channel", "amount", "currency", "warn_at", "is_hard", "is_active"]
    list_filter = ["is_active", "channel"]
    list_select_related = ["channel"]
    inlines = [MonthInline]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        return self.inlines if obj is not None else []
