"""Estimated beside actual, by month: the page and its downloads (C22)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from conversations import clock
from conversations.access.roles import Can, allows
from conversations.cost import report_files
from conversations.cost.card import CARD
from conversations.models import Channel
from conversations.models.ledger import DIFFERENCES
from conversations.queries.cost_report import Line, lines, totals
from conversations.queries.costs import rate_day

MONTHS_BACK = 12
WORDS = dict(DIFFERENCES)


class ReportPages:
    """Mixed into the ledger's admin: …/report/?month=2026-11&channel=1, and its files."""

    admin_site: admin.AdminSite
    actions_list = ["costs_by_month"]

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [
            path("report/", site.admin_view(self.report_view), name="conversations_ledgerentry_report"),
            path(
                "report/<str:extension>/", site.admin_view(self.file_view), name="conversations_ledgerentry_report_file"
            ),
            *urls,
        ]

    @action(description=gettext_lazy("Estimated beside actual"), icon="compare_arrows", url_path="by-month")
    def costs_by_month(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:conversations_ledgerentry_report"))

    def report_view(self, request: HttpRequest) -> HttpResponse:
        month, channel, found = _asked(request)
        groups = [
            {
                "channel": of,
                "currency": currency,
                "lines": [(line, _reasons(line)) for line in some],
                "total": _total(total, month),
            }
            for (of, currency), some in _grouped(found).items()
            for total in totals(some)
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Costs: estimated beside actual"),
            "month": month,
            "months": _months(clock.now().date()),
            "channel": channel,
            "channels": list(Channel.objects.filter(kind=Channel.Kind.WHATSAPP).order_by("name").only("name")),
            "groups": groups,
            "totals": [_total(line, month) for line in totals(found)] if len(groups) > 1 else [],
            "query": request.GET.urlencode(),
        }
        return TemplateResponse(request, "admin/conversations/ledgerentry/report.html", context)

    def file_view(self, request: HttpRequest, extension: str) -> HttpResponse:
        month, _channel, found = _asked(request)
        if extension not in report_files.TYPES:
            raise Http404
        answer = HttpResponse(report_files.render(extension, month, found), content_type=report_files.TYPES[extension])
        answer["Content-Disposition"] = f'attachment; filename="costs-{month:%Y-%m}.{extension}"'
        return answer


def _asked(request: HttpRequest) -> tuple[date, Channel | None, list[Line]]:
    if not allows(request.user, Can.COST_SEE):
        raise PermissionDenied
    month, number = month_of(request.GET.get("month", "")), request.GET.get("channel", "")
    channel = (
        Channel.objects.filter(pk=int(number)).first()
        if number.isascii() and number.isdecimal() and len(number) < 19
        else None
    )
    return month, channel, lines(month, channel=channel)


def month_of(text: str) -> date:
    """`2026-11`; this month for anything else."""
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return clock.now().date().replace(day=1)


def _months(today: date) -> list[date]:
    found, month = [], today.replace(day=1)
    for _number in range(MONTHS_BACK + 1):
        found.append(month)
        month = date.fromordinal(month.toordinal() - 1).replace(day=1)
    return found


def _grouped(found: list[Line]) -> dict[tuple[Channel, str], list[Line]]:
    groups: dict[tuple[Channel, str], list[Line]] = {}
    for line in found:
        groups.setdefault((line.channel, line.currency), []).append(line)
    return groups


def _total(line: Line, month: date) -> dict[str, Any]:
    return {"line": line, "reasons": _reasons(line), "own": _in_own(line, month)}


def _reasons(line: Line) -> list[tuple[Any, int, Any]]:
    """Largest first."""
    found = [(WORDS.get(code, code), reason.messages, reason.amount) for code, reason in line.reasons.items()]
    return sorted(found, key=lambda one: (-abs(one[2]), -one[1]))


def _in_own(line: Line, month: date) -> tuple[Any, str] | None:
    """The actual sum in the business's currency, when it is another one and a rate of exchange is known."""
    own = line.channel.currency
    if own == line.currency:
        return None
    amount = CARD.get().convert(line.actual, line.currency, own, rate_day(line.channel, month))
    return None if amount is None else (amount, own)
