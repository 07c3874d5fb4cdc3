"""The rows that figures count, read only: any figure can be checked by hand (P13)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from unfold.contrib.filters.admin import RangeDateTimeFilter

from conversations.admin.config_admin import GrowingAdmin
from reports.models import ConversationFact


@admin.register(ConversationFact)
class ConversationFactAdmin(GrowingAdmin):
    list_display = [
        "__str__", "channel", "department", "agent", "opened_at", "first_response_seconds", "resolved_at",
    ]  # fmt: skip
    list_filter: list[Any] = ["channel", "department", ("opened_at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_select_related = ["channel", "department", "agent"]
    ordering = ["-opened_at", "-id"]
