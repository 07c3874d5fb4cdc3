"""Calendars: opening hours, holidays, and what they come to (R20)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import formats
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.forms import PaginationInlineFormSet

from conversations import clock
from conversations.admin.config_admin import ConfigAdmin
from conversations.admin.showing import NOTHING, chip
from routing.admin.minutes import MinuteField, over_midnight
from routing.hours import overlap
from routing.models import Calendar, Holiday, Interval
from routing.models.calendar import clock_text

PREVIEW = 14  # days


class IntervalForm(forms.ModelForm):
    start = MinuteField(label=_("opens"))
    end = MinuteField(label=_("closes"))

    class Meta:
        model = Interval
        fields = ["weekday", "start", "end"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        found["end"] = over_midnight(found.get("start"), found.get("end"))
        return found


class IntervalFormSet(PaginationInlineFormSet):
    def clean(self) -> None:
        super().clean()
        kept = [form.cleaned_data for form in self.forms if not self._should_delete_form(form)]
        whole = [row for row in kept if None not in (row.get("weekday"), row.get("start"), row.get("end"))]
        if overlap([(row["weekday"], row["start"], row["end"]) for row in whole]):
            raise ValidationError(_("Two openings of a day overlap."))


class HolidayForm(forms.ModelForm):
    opens = MinuteField(label=_("opens"), required=False, help_text=_("Empty: closed."))
    closes = MinuteField(label=_("closes"), required=False)

    class Meta:
        model = Holiday
        fields = ["name", "first", "last", "yearly", "opens", "closes"]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        found["closes"] = over_midnight(found.get("opens"), found.get("closes"))
        return found


class IntervalInline(TabularInline):
    model = Interval
    form = IntervalForm
    formset = IntervalFormSet
    fields = ["weekday", "start", "end"]
    extra = 0
    hide_title = True
    verbose_name_plural = _("openings of the week")


class HolidayInline(TabularInline):
    model = Holiday
    form = HolidayForm
    fields = ["name", "first", "last", "yearly", "opens", "closes"]
    extra = 0
    hide_title = True
    verbose_name_plural = _("holidays and days with other hours")


@admin.register(Calendar)
class CalendarAdmin(ConfigAdmin):
    stamp = "routing"
    list_display = ["name", "time_zone", "country", "week", "now"]
    search_fields = ["name"]
    inlines = [IntervalInline, HolidayInline]
    fields = ["name", "time_zone", "country", "preview"]
    readonly_fields = ["preview"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Calendar]:
        rows: QuerySet[Calendar] = super().get_queryset(request)
        return rows.prefetch_related("intervals", "holidays")

    @display(description=_("openings a week"))
    def week(self, row: Calendar) -> str:
        hours = sum(interval.end - interval.start for interval in row.intervals.all()) / 60
        return f"{hours:g} h"

    @display(description=_("now"))
    def now(self, row: Calendar) -> str:
        return chip(_("Open"), "success") if row.hours().is_open(clock.now()) else chip(_("Closed"))

    @display(description=_("the next fourteen days"))
    def preview(self, row: Calendar) -> str:
        """As it stands saved: each day with its hours, holidays counted in."""
        if row._state.adding:
            return NOTHING
        hours = Calendar.objects.get(pk=row.pk).hours()  # `row` may hold the refused values of the form
        today = clock.now().astimezone(hours.zone).date()
        days = [today + timedelta(days=number) for number in range(PREVIEW)]
        lines = (
            (
                formats.date_format(day, "D j M"),
                ", ".join(f"{clock_text(start)}–{clock_text(end)}" for start, end in hours.on(day)) or _("closed"),
            )
            for day in days
        )
        return format_html_join("", "<div>{}: {}</div>", lines)
