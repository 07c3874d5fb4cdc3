"""What routing adds to the pages of departments and people (D1)."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline

from conversations.admin.department import DepartmentAdmin
from conversations.admin.people import PersonAdmin
from conversations.models import Department
from routing.models import AgentPlan, DepartmentPlan


class DepartmentPlanInline(StackedInline):
    model = DepartmentPlan
    fk_name = "department"
    fields = ["calendar", "fallback", "priority"]
    extra = 1
    max_num = 1
    verbose_name_plural = _("routing")


class AgentPlanInline(StackedInline):
    model = AgentPlan
    fields = ["capacity", "tier"]
    extra = 1
    max_num = 1
    verbose_name_plural = _("routing")


admin.site.unregister([Department, User])


@admin.register(Department)
class RoutedDepartmentAdmin(DepartmentAdmin):
    inlines = [DepartmentPlanInline, *DepartmentAdmin.inlines]


@admin.register(User)
class RoutedPersonAdmin(PersonAdmin):
    inlines = [*PersonAdmin.inlines, AgentPlanInline]
