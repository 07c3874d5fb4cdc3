"""The timetable of jobs in admin: what the desk cannot live without can be looked at there, and run, but not changed (D23)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django_celery_beat.admin import IntervalScheduleAdmin, PeriodicTaskAdmin
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from unfold.admin import ModelAdmin

from config.schedule import ENTRIES

FIXED = [entry.name for entry in ENTRIES if not entry.staff_may_change]

admin.site.unregister(PeriodicTask)
admin.site.unregister(IntervalSchedule)


@admin.register(PeriodicTask)
class JobAdmin(PeriodicTaskAdmin, ModelAdmin):
    # Switching off many at once would not ask which: that is done on the page of each.
    actions = ("enable_tasks", "run_tasks")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_change_permission(request, obj)) and not _is_fixed(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(super().has_delete_permission(request, obj)) and not _is_fixed(obj)


@admin.register(IntervalSchedule)
class IntervalAdmin(IntervalScheduleAdmin, ModelAdmin):
    """Jobs share intervals: one that a fixed job runs by is as fixed. Deleting it asks for the job as well."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        allowed = bool(super().has_change_permission(request, obj))
        return allowed and not (obj and obj.periodictask_set.filter(name__in=FIXED).exists())


def _is_fixed(job: PeriodicTask | None) -> bool:
    return job is not None and job.name in FIXED
