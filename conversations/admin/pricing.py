"""The rate card, and what messages cost (C20, C22)."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.admin.config_admin import ConfigAdmin, GrowingAdmin
from conversations.admin.showing import link, when
from conversations.models import LedgerEntry, Rate


@admin.register(Rate)
class RateAdmin(ConfigAdmin):
    stamp = "rates"
    list_display = ["category", "market", "valid_from", "price", "currency"]
    list_filter = ["category", "currency"]
    search_fields = ["category", "market"]
    ordering = ["category", "market", "-valid_from"]


@admin.register(LedgerEntry)
class LedgerAdmin(GrowingAdmin):
    list_display = ["shown_message", "channel", "estimated", "actual", "surcharge", "currency", "shown_at"]
    list_filter = ["channel", "currency"]
    list_select_related = ["message", "channel"]
    ordering = ["-id"]

    @display(description=_("message"))
    def shown_message(self, row: LedgerEntry) -> str:
        return link(row.message)

    @display(description=_("at"), ordering="at")
    def shown_at(self, row: LedgerEntry) -> str:
        return when(row.at)
