"""Departments with their members. routing puts its plan on the same page by subclassing DepartmentAdmin (D1)."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from conversations.admin.config_admin import ConfigAdmin
from conversations.admin.showing import chip
from conversations.models import Conversation, Department, DepartmentMember, Tag


class MemberInline(TabularInline):
    model = DepartmentMember
    fields = ["user", "is_supervisor"]
    autocomplete_fields = ["user"]
    extra = 0
    hide_title = True
    verbose_name_plural = _("members")


@admin.register(Department)
class DepartmentAdmin(ConfigAdmin):
    """To extend: unregister Department, then register a subclass with `inlines = [PlanInline, *DepartmentAdmin.inlines]`."""

    stamp = "routing"
    list_display = ["name", "description", "people", "waiting", "shown_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "description"]
    inlines = [MemberInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Department]:
        open_pool = Q(conversations__status=Conversation.Status.OPEN, conversations__assignee=None)
        rows: QuerySet[Department] = super().get_queryset(request)
        return rows.annotate(
            people_count=Count("memberships", distinct=True),
            waiting_count=Count("conversations", filter=open_pool, distinct=True),
        )

    @display(description=_("members"), ordering="people_count")
    def people(self, row: Department) -> int:
        return int(getattr(row, "people_count", 0))

    @display(description=_("in the pool"), ordering="waiting_count")
    def waiting(self, row: Department) -> int:
        return int(getattr(row, "waiting_count", 0))

    @display(description=_("state"), ordering="is_active")
    def shown_active(self, row: Department) -> str:
        return chip(_("Active")) if row.is_active else chip(_("Switched off"), "warning")


@admin.register(Tag)
class TagAdmin(ConfigAdmin):
    stamp = "tags"
    list_display = ["name", "emoji"]
    search_fields = ["name"]
