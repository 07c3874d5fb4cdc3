"""Quick replies (A20)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from autoreply.admin.text_field import counted_texts
from autoreply.models import QuickReply
from conversations.admin.config_admin import ConfigAdmin
from conversations.admin.showing import chip, short


@admin.register(QuickReply)
class QuickReplyAdmin(ConfigAdmin):
    stamp = "autoreply"
    list_display = ["shortcut", "title", "shown_text", "channel", "department", "shown_active"]
    list_filter = ["is_active", "channel", "department"]
    list_select_related = ["channel", "department"]
    search_fields = ["shortcut", "title", "text"]
    autocomplete_fields = ["department"]
    fields = ["shortcut", "title", "text", "channel", "department", "is_active"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **options: Any) -> Any:
        return counted_texts(db_field, super().formfield_for_dbfield(db_field, request, **options))

    @display(description=_("text"))
    def shown_text(self, row: QuickReply) -> str:
        return short(row.text, 80)

    @display(description=_("state"), ordering="is_active")
    def shown_active(self, row: QuickReply) -> str:
        return chip(_("Active")) if row.is_active else chip(_("Switched off"), "warning")
