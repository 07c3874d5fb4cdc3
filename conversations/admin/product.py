"""The catalogue's products as Meta shows them, and what customers are told besides messages (C34)."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.admin.config_admin import GrowingAdmin, ReadOnlyAdmin
from conversations.admin.showing import link, machine_when
from conversations.models import Product, Signal


@admin.register(Product)
class ProductAdmin(ReadOnlyAdmin):
    list_display = ["name", "retailer_id", "price", "is_available", "catalog_id", "synced"]
    list_filter = ["is_available", "catalog_id"]
    search_fields = ["name", "retailer_id"]
    ordering = ["name"]

    @display(description=_("synced"), ordering="synced_at")
    def synced(self, row: Product) -> str:
        return machine_when(row.synced_at)


@admin.register(Signal)
class SignalAdmin(GrowingAdmin):
    list_display = ["talk", "due", "told_typing"]
    list_select_related = ["conversation"]
    ordering = ["-id"]

    @display(description=_("conversation"))
    def talk(self, row: Signal) -> str:
        return link(row.conversation)

    @display(description=_("to be told"), ordering="due_at")
    def due(self, row: Signal) -> str:
        return machine_when(row.due_at)

    @display(description=_("typing told"), ordering="typing_at")
    def told_typing(self, row: Signal) -> str:
        return machine_when(row.typing_at)
