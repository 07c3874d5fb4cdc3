"""A rate card's pages: upload, look at what will change, import; and download (C20)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from conversations.access.roles import Can, allows
from conversations.actions import rates
from conversations.cost import sheet
from conversations.models import Market, Rate
from conversations.models.pricing import currency_code

SALT = "conversations.rate_import"
GOOD_FOR = 60 * 60  # seconds between preview and import
SHOWN = 300  # lines of a preview on the page


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,text/csv,text/plain"}),
        help_text=gettext_lazy(
            "As downloaded here (category, market, valid_from, price, currency), or Meta's own card (market, currency, and a column per "
            "category)."
        ),
    )
    valid_from = forms.DateField(
        label=gettext_lazy("Valid from"),
        required=False,
        widget=UnfoldAdminDateWidget({"type": "date"}, "%Y-%m-%d"),
        help_text=gettext_lazy("For a file without such a column, as Meta's is."),
    )
    currency = forms.CharField(
        label=gettext_lazy("Currency"),
        required=False,
        max_length=3,
        validators=[currency_code],
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "USD"}),
        help_text=gettext_lazy("For a file without such a column."),
    )


class ImportPages:
    """Mixed into the rate card's admin: …/import/ and …/export/."""

    admin_site: admin.AdminSite
    model: Any
    actions_list = ["import_card", "export_card"]

    def get_urls(self) -> list[URLPattern]:
        site = self.admin_site
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [
            path("import/", site.admin_view(self.import_view), name="conversations_rate_import"),
            path("export/", site.admin_view(self.export_view), name="conversations_rate_export"),
            *urls,
        ]

    @action(description=gettext_lazy("Import a card"), icon="upload", permissions=["import"], url_path="to-import")
    def import_card(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:conversations_rate_import"))

    @action(description=gettext_lazy("Download the card"), icon="download", url_path="to-export")
    def export_card(self, request: HttpRequest) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:conversations_rate_export"))

    def has_import_permission(self, request: HttpRequest) -> bool:
        return allows(request.user, Can.CONFIGURE)

    def export_view(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        rows = Rate.objects.order_by("currency", "category", "market", "valid_from")
        text = sheet.write(
            (row.category, str(row.market_id), row.valid_from, row.price, row.currency, row.is_example) for row in rows
        )
        answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
        answer["Content-Disposition"] = 'attachment; filename="rate-card.csv"'
        return answer

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """Three steps on one address: the form; what the file would change; done."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if request.method == "POST" and "prices" in request.POST:
            return self._import(request)
        form = UploadForm(request.POST or None, request.FILES or None)
        page: dict[str, Any] = {"form": form}
        if request.method == "POST" and form.is_valid():
            given = form.cleaned_data
            read = sheet.read(
                given["file"].read(sheet.LARGEST + 1),
                markets=known_markets(),
                valid_from=given["valid_from"],
                currency=given["currency"],
            )
            page |= _shown(read)
        return self._page(request, page)

    def _import(self, request: HttpRequest) -> HttpResponse:
        try:
            prices, digest = _opened(request.POST["prices"])
            found = rates.import_rates(prices, by=request.user, digest=digest)  # type: ignore[arg-type]
        except signing.BadSignature:
            messages.error(request, _("The preview is older than an hour. Choose the file again."))
            return HttpResponseRedirect(reverse("admin:conversations_rate_import"))
        except rates.CardChanged as refusal:
            messages.error(request, f"{refusal.message} {refusal.hint}")
            return self._page(request, {"form": UploadForm(), **_shown(sheet.Sheet(prices=prices))})
        count = len(found.changes)
        said = ngettext("%(count)s price imported.", "%(count)s prices imported.", count) % {"count": count}
        messages.success(request, said if count else _("Nothing to import: the card says so already."))
        return HttpResponseRedirect(reverse("admin:conversations_rate_changelist"))

    def _page(self, request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Import a rate card"),
            "opts": Rate._meta,
            **page,
        }
        return TemplateResponse(request, "admin/conversations/rate/import.html", context)


def known_markets() -> dict[str, str]:
    """By code and by name, as a card may write them."""
    found: dict[str, str] = {}
    for code, name in Market.objects.values_list("code", "name"):
        found[sheet.squeeze(name)] = code
        found[sheet.squeeze(code)] = code
    return found


def _shown(read: sheet.Sheet) -> dict[str, Any]:
    names = dict(Market.objects.values_list("code", "name"))
    found = rates.preview(read.prices)
    return {
        "preview": found,
        "refused": read.refused,
        "changes": [(one, names.get(one.after.market, one.after.market)) for one in found.changes[:SHOWN]],
        "more": max(0, len(found.changes) - SHOWN),
        "sealed": "" if read.refused else _sealed(read.prices, found.digest),
    }


def _sealed(prices: list[sheet.Priced], digest: str) -> str:
    """The prices as they were previewed, so that the file need not be chosen twice and cannot be another."""
    rows = [
        [one.line, one.category, one.market, one.valid_from.isoformat(), str(one.price), one.currency, one.is_example]
        for one in prices
    ]
    return signing.dumps([digest, rows], salt=SALT, compress=True)


def _opened(sealed: str) -> tuple[list[sheet.Priced], str]:
    """Raises signing.BadSignature."""
    digest, rows = signing.loads(sealed, salt=SALT, max_age=GOOD_FOR)
    prices = [
        sheet.Priced(line, category, market, date.fromisoformat(day), Decimal(price), currency, is_example)
        for line, category, market, day, price, currency, is_example in rows
    ]
    return prices, digest
