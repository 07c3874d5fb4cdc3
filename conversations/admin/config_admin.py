"""The two kinds of admin pages: configuration that staff change (D18), and rows of the message path that nobody edits."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import models, transaction
from django.forms import BaseModelFormSet, ModelForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.views.decorators.http import require_POST
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, TabularInline
from unfold.paginator import InfinitePaginator

from conversations import stamps
from conversations.access.roles import Can, allows
from conversations.errors import DeskError


class Verbs:
    """Buttons on a row's page that call an action, as POST with the CSRF token (D18).

    `verbs` maps a name to its words; `do_NAME(request, row)` calls the action and returns the sentence to show. Those of `verbs_ask` are
    asked about first, in these words, on a page of its own.
    """

    verbs: dict[str, Any] = {}
    verbs_ask: dict[str, Any] = {}
    verbs_need: Can = Can.OPERATE
    change_form_outer_before_template = "admin/conversations/verbs.html"

    def offers(self, request: HttpRequest, row: Any) -> dict[str, Any]:
        """The buttons that make sense on this row; override to leave some out."""
        return self.verbs

    def get_urls(self) -> list[URLPattern]:
        own = self.admin_site.admin_view(require_POST(self._do))  # type: ignore[attr-defined]
        opts = self.opts  # type: ignore[attr-defined]
        name = f"{opts.app_label}_{opts.model_name}_do"
        urls: list[URLPattern] = super().get_urls()  # type: ignore[misc]
        return [path("<path:object_id>/do/<slug:verb>/", own, name=name), *urls]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if row is not None and self.verbs and allows(request.user, self.verbs_need):
            offered = self.offers(request, row)
            extra = {**(kwargs.pop("extra_context", None) or {}), "desk_verbs": offered}
            kwargs["extra_context"] = extra
        answer: HttpResponse = super().change_view(request, object_id, *args, **kwargs)  # type: ignore[misc]
        return answer

    def _do(self, request: HttpRequest, object_id: str, verb: str) -> HttpResponse:
        row = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if row is None or not allows(request.user, self.verbs_need) or verb not in self.offers(request, row):
            raise Http404
        if verb in self.verbs_ask and "sure" not in request.POST:
            return self._ask(request, row, verb)
        try:
            messages.success(request, getattr(self, f"do_{verb}")(request, row))
        except DeskError as refusal:
            messages.error(request, f"{refusal.message} {refusal.hint}".strip())
        gone = not type(row)._default_manager.filter(pk=row.pk).exists()
        return HttpResponseRedirect("../../../" if gone else "../../change/")

    def _ask(self, request: HttpRequest, row: Any, verb: str) -> HttpResponse:
        site, opts = self.admin_site, self.opts  # type: ignore[attr-defined]
        words = {
            "title": self.offers(request, row)[verb],
            "question": self.verbs_ask[verb],
            "original": row,
            "opts": opts,
        }
        return TemplateResponse(request, "admin/conversations/ask.html", {**site.each_context(request), **words})


class ConfigAdmin(Verbs, SimpleHistoryAdmin, ModelAdmin):
    """Validated by the model, kept in history, and stamped, so that every process reads the configuration anew.

    Set `stamp` to the name that the caches of this kind of configuration look at.
    """

    stamp = "configuration"
    verbs_need = Can.CONFIGURE
    compressed_fields = True
    warn_unsaved_form = True
    list_per_page = 50

    def save_model(self, request: HttpRequest, obj: models.Model, form: ModelForm, change: bool) -> None:
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            stamps.touch(self.stamp)

    def save_formset(self, request: HttpRequest, form: Any, formset: BaseModelFormSet, change: bool) -> None:
        with transaction.atomic():
            super().save_formset(request, form, formset, change)
            stamps.touch(self.stamp)

    def delete_model(self, request: HttpRequest, obj: models.Model) -> None:
        with transaction.atomic():
            super().delete_model(request, obj)
            stamps.touch(self.stamp)

    def delete_queryset(self, request: HttpRequest, queryset: models.QuerySet) -> None:
        with transaction.atomic():
            for row in queryset:  # one by one: history keeps each
                row.delete()
            stamps.touch(self.stamp)


class ReadOnlyAdmin(Verbs, ModelAdmin):
    """Rows of the message path: to be looked at, and acted on by buttons that call actions (D18).

    Set `paginator = InfinitePaginator` for tables that grow for ever: their pages are not counted.
    """

    list_per_page = 50
    show_full_result_count = False
    compressed_fields = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """Without the link to admin's log: the journal keeps what happens to these rows."""
        kwargs["extra_context"] = {"show_history": False, **(kwargs.get("extra_context") or {})}
        return super().change_view(request, object_id, *args, **kwargs)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """For list actions that name `permissions=["operate"]`."""
        return allows(request.user, Can.OPERATE)


class GrowingAdmin(ReadOnlyAdmin):
    """A read-only page over a table that grows for ever: no COUNT, no total."""

    paginator = InfinitePaginator


class ReadOnlyInline(TabularInline):
    extra = 0
    hide_title = True
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
