"""Routing rules, and a page to try a text against them (R2)."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from conversations.admin.config_admin import ConfigAdmin
from conversations.admin.showing import chip, short
from conversations.models import Channel
from routing.models import RoutingRule
from routing.queries.explain import explain


class TryForm(forms.Form):
    text = forms.CharField(label=_("What a customer writes"), max_length=4096, widget=UnfoldAdminTextareaWidget())
    channel = forms.ModelChoiceField(
        label=_("Channel"), queryset=Channel.objects.all(), widget=UnfoldAdminSelectWidget()
    )


@admin.register(RoutingRule)
class RoutingRuleAdmin(ConfigAdmin):
    stamp = "routing"
    list_display = ["name", "order", "words", "shown_channel", "department", "priority", "shown_active"]
    list_editable = ["order"]
    list_filter = ["is_active", "department", "channel"]
    list_select_related = ["department", "channel"]
    search_fields = ["name"]
    autocomplete_fields = ["department"]
    actions_list = ["try_text"]
    fieldsets = [
        (None, {"fields": ["name", "order", "is_active"]}),
        (_("When a message"), {"fields": ["channel", "keywords", "mode", "excluded", "allow_typo"]}),
        (_("Then it goes to"), {"fields": ["department", "priority"]}),
    ]

    @display(description=_("keywords"))
    def words(self, row: RoutingRule) -> str:
        joined = (" + " if row.mode == "all" else ", ").join(row.keywords)
        return short(joined, 60) if joined else str(_("every message"))

    @display(description=_("channel"), ordering="channel")
    def shown_channel(self, row: RoutingRule) -> str:
        return str(row.channel or _("every channel"))

    @display(description=_("state"), ordering="is_active")
    def shown_active(self, row: RoutingRule) -> str:
        return chip(_("Active")) if row.is_active else chip(_("Switched off"), "warning")

    @action(description=_("Try a text"), url_path="try", permissions=["view"])
    def try_text(self, request: HttpRequest) -> HttpResponse:
        """Which rule wins for a text, and why the others do not. Writes nothing."""
        form = TryForm(request.GET or None)
        told = explain(form.cleaned_data["text"], form.cleaned_data["channel"]) if form.is_valid() else None
        page = {**self.admin_site.each_context(request), "title": _("Try a text"), "form": form, "told": told}
        return TemplateResponse(request, "admin/routing/try_text.html", {**page, "opts": self.opts})
