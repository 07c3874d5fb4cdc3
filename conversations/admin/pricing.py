"""Rate cards, markets, allowances and rates of exchange: what prices are made of (C20)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.admin.config_admin import ConfigAdmin
from conversations.admin.rate_import import ImportPages
from conversations.admin.showing import chip, short
from conversations.cost.card import STAMP
from conversations.models import Allowance, Exchange, Market, Rate


class PriceAdmin(ConfigAdmin):
    """What is changed here by hand is no example any more."""

    stamp = STAMP

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if form.changed_data and hasattr(obj, "is_example"):
            obj.is_example = False
        super().save_model(request, obj, form, change)

    @display(description=_("source"))
    def shown_source(self, row: Any) -> str:
        if not row.is_example:
            return ""
        return chip(_("Example"), "warning", title=_("Shipped; to be replaced by Meta's own card."))


@admin.register(Rate)
class RateAdmin(ImportPages, PriceAdmin):
    list_display = ["category", "market", "valid_from", "price", "currency", "shown_source"]
    list_filter = ["category", "currency", "valid_from", "is_example"]
    search_fields = ["category", "market__code", "market__name"]
    list_select_related = ["market"]
    ordering = ["category", "market__name", "-valid_from"]


@admin.register(Market)
class MarketAdmin(PriceAdmin):
    list_display = ["name", "code", "shown_countries"]
    search_fields = ["name", "code", "countries"]

    @display(description=_("countries"))
    def shown_countries(self, row: Market) -> str:
        return short(row.countries, 60)


@admin.register(Allowance)
class AllowanceAdmin(PriceAdmin):
    list_display = ["valid_from", "channel", "messages"]
    list_filter = ["channel"]
    list_select_related = ["channel"]


@admin.register(Exchange)
class ExchangeAdmin(PriceAdmin):
    list_display = ["valid_from", "base", "rate", "quote", "shown_source"]
    list_filter = ["base", "quote"]
