"""Weekly reports: listed, downloaded, built on demand; and the timetable by which they come by themselves (P5)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget

from conversations import clock
from conversations.access.roles import Can, allows
from conversations.actor import Actor
from conversations.admin.config_admin import ConfigAdmin, ReadOnlyAdmin
from conversations.errors import DeskError
from conversations.models import Channel
from reports.actions import build_week
from reports.api.weekly import download
from reports.exports import files
from reports.exports.lines import period
from reports.metrics.catalogue import CATALOGUE, Unit
from reports.models import ReportSchedule, WeeklyReport


class BuildForm(forms.Form):
    week = forms.DateField(label=_("Any day of the week"), widget=UnfoldAdminDateWidget({"type": "date"}, "%Y-%m-%d"))
    channel = forms.ModelChoiceField(
        Channel.objects.all(),
        required=False,
        label=_("Channel"),
        empty_label=_("All channels"),
        widget=UnfoldAdminSelectWidget,
    )


@admin.register(WeeklyReport)
class WeeklyReportAdmin(ReadOnlyAdmin):
    list_display = ["shown_week", "channel_name", "received", "first_response", "built_at", "state", "downloads"]
    list_filter = ["channel"]
    list_select_related = ["channel"]
    fields = ["shown_week", "channel_name", "time_zone", "built_at", "built_by", "shown_figures", "downloads"]
    readonly_fields = fields
    actions_list = ["build"]

    def get_urls(self) -> list[URLPattern]:
        own = [
            path("build/", self.admin_site.admin_view(self.build_view), name="reports_weeklyreport_build_week"),
            path(
                "<int:pk>/file/<str:extension>/",
                self.admin_site.admin_view(self.file_view),
                name="reports_weeklyreport_file",
            ),
        ]
        return own + super().get_urls()

    @display(description=_("week"), ordering="week")
    def shown_week(self, obj: WeeklyReport) -> str:
        return period(obj.week)

    @display(description=_("channel"))
    def channel_name(self, obj: WeeklyReport) -> str:
        return obj.channel.name if obj.channel else _t("All channels")

    @display(description=_("received"))
    def received(self, obj: WeeklyReport) -> str:
        return _written(obj, "received")

    @display(description=_("first response, median"))
    def first_response(self, obj: WeeklyReport) -> str:
        return _written(obj, "first_response_median")

    @display(
        description=_("state"),
        label={_("Complete"): "success", _("Week not over"): "warning", _("Being built"): "info"},
    )
    def state(self, obj: WeeklyReport) -> Any:
        if obj.built_at is None:
            return _("Being built")
        return _("Complete") if obj.is_complete else _("Week not over")

    @display(description=_("download"))
    def downloads(self, obj: WeeklyReport) -> str:
        if obj.built_at is None:
            return "–"
        places = [reverse("admin:reports_weeklyreport_file", args=[obj.pk, extension]) for extension in ("xlsx", "csv")]
        return format_html('<a href="{}">XLSX</a> · <a href="{}">CSV</a>', *places)

    @display(description=_("figures"))
    def shown_figures(self, obj: WeeklyReport) -> str:
        rows = [f"{metric.name}: {_written(obj, key)}" for key, metric in CATALOGUE.items()]
        return format_html("<pre>{}</pre>", "\n".join(rows))

    @action(description=_("Build a week"), icon="add", permissions=["build"])
    def build(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:reports_weeklyreport_build_week"))

    def has_build_permission(self, request: HttpRequest) -> bool:
        return allows(request.user, Can.REPORT_BUILD)

    def build_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_build_permission(request):
            raise PermissionDenied
        form = BuildForm(
            request.POST or None,
            initial={"week": (clock.now() - timedelta(days=7)).date(), "channel": Channel.objects.first()},
        )
        if request.method == "POST" and form.is_valid():
            try:
                report = build_week(**form.cleaned_data, by=Actor.person(request.user))
            except DeskError as problem:
                form.add_error("week", str(problem.message))
            else:
                messages.success(request, _t("The report of %(week)s is built.") % {"week": period(report.week)})
                return HttpResponseRedirect(reverse("admin:reports_weeklyreport_changelist"))
        context = {
            **self.admin_site.each_context(request),
            "title": _t("Build a week"),
            "form": form,
            "opts": self.model._meta,
        }
        return TemplateResponse(request, "admin/reports/weeklyreport/build.html", context)

    def file_view(self, request: HttpRequest, pk: int, extension: str) -> HttpResponse:
        if not allows(request.user, Can.REPORT_SEE):
            raise PermissionDenied
        report = get_object_or_404(WeeklyReport, pk=pk, built_at__isnull=False)
        if extension not in files.TYPES:
            raise PermissionDenied
        return download(report, extension)


@admin.register(ReportSchedule)
class ReportScheduleAdmin(ConfigAdmin):
    stamp = "reports"
    list_display = ["__str__", "weekday", "hour", "is_active"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not ReportSchedule.objects.exists() and super().has_add_permission(request)


def _written(report: WeeklyReport, key: str) -> str:
    value = report.figures.get("total", {}).get(key)
    if value is None:
        return "–"
    unit = CATALOGUE[key].unit
    if unit == Unit.SHARE:
        return f"{value:.1%}"
    if unit == Unit.SECONDS:
        minutes, seconds = divmod(round(value), 60)
        return f"{minutes // 60} h {minutes % 60:02}" if minutes >= 60 else f"{minutes}:{seconds:02}"
    return str(value)
