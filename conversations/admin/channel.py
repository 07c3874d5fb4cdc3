"""Portfolios, channels and what Meta told about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import formats, timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from conversations import channel_trouble, cost_words
from conversations.actions import channels, windows
from conversations.actor import Actor
from conversations.admin.account_update import FactInline
from conversations.admin.config_admin import ConfigAdmin
from conversations.admin.setup import SetupPages
from conversations.admin.showing import NOTHING, Tone, chip, state, when
from conversations.admin.traffic import CAPS, NOW, TrafficFields
from conversations.models import Channel, Portfolio
from conversations.outgoing.validators import address_is_allowed

SECRETS = {"access_token": _("Access token"), "app_secret": _("App secret"), "verify_token": _("Verify token")}
ADDRESSES = ("base_url", "backup_base_url")
STATUS: dict[str, Tone] = {"setup": "info", "stopped": "danger", "offline": "warning"}
QUALITY: dict[str, Tone] = {"YELLOW": "warning", "RED": "danger"}


class ChannelForm(forms.ModelForm):
    """A secret is never shown again: an empty field keeps it, a filled one replaces it (C1)."""

    class Meta:
        model = Channel
        exclude = [*SECRETS, "quality_rating"]  # noqa: DJ006  the secrets come as fields of their own

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dates = secret_dates(self.instance) if self.instance.pk else {}
        for name in SECRETS:
            field = self.fields[f"new_{name}"]
            if name in dates:
                day = formats.date_format(timezone.localtime(dates[name]), "j M Y")
                field.help_text = _("Set on %(day)s. Fill in only to replace it.") % {"day": day}
            else:
                field.help_text = _("Not set.")

    def clean(self) -> dict[str, Any]:
        """Before the model is validated and saved, with its other fields."""
        given: dict[str, Any] = super().clean() or {}
        self.replaced = [name for name in SECRETS if given.get(f"new_{name}")]
        for name in self.replaced:
            setattr(self.instance, name, given[f"new_{name}"].strip())
        for name in ADDRESSES:  # access token and customers' words go there
            if name in self.changed_data and given.get(name):
                try:
                    address_is_allowed(given[name])
                except forms.ValidationError as problem:
                    self.add_error(name, problem)
        return given


def _secret_field(label: Any) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(label=label, required=False, max_length=2000, widget=widget)


for _name, _label in SECRETS.items():
    ChannelForm.base_fields[f"new_{_name}"] = _secret_field(_label)
    ChannelForm.declared_fields[f"new_{_name}"] = ChannelForm.base_fields[f"new_{_name}"]


def secret_dates(channel: Channel) -> dict[str, datetime]:
    """When each secret that is set was last replaced: the history says so in its reason, without the value."""
    found = {name: channel.created_at for name in SECRETS if getattr(channel, name)}
    rows = channel.history.exclude(history_change_reason=None).order_by("history_date")
    for reason, at in rows.values_list("history_change_reason", "history_date"):
        for name in found:
            if name in reason.split():
                found[name] = at
    return found


@admin.register(Channel)
class ChannelAdmin(SetupPages, TrafficFields, ConfigAdmin):
    """Floors above may subclass it, add inlines and register theirs instead."""

    change_form_outer_before_template = "admin/conversations/channel/top.html"

    stamp = "channels"
    form = ChannelForm
    list_display = ["name", "display_phone_number", "shown_status", "shown_quality", "throughput", "last_in"]
    list_filter = ["status", "kind", "portfolio"]
    search_fields = ["name", "display_phone_number", "phone_number_id"]
    autocomplete_fields = ["portfolio", "default_department", "keep_alive_template"]
    list_select_related = ["portfolio"]
    inlines = [FactInline]
    readonly_fields = ["shown_quality", "trouble", "last_in", "past", "shown_costs", *NOW]
    fieldsets = [
        (None, {"fields": ["name", "kind", "portfolio", "status", "trouble", "shown_quality", "last_in", "past"]}),
        (
            _("Connection to WhatsApp"),
            {
                "fields": [
                    "display_phone_number",
                    "phone_number_id",
                    "waba_id",
                    *[f"new_{name}" for name in SECRETS],
                    "api_version",
                    "base_url",
                    "backup_base_url",
                ]
            },
        ),
        (
            _("Customers and conversations"),
            {
                "fields": [
                    "time_zone",
                    "language",
                    "default_department",
                    "reopen_hours",
                    "picture_side",
                    "read_receipts",
                    "shows_typing",
                    "catalog_id",
                ]
            },
        ),
        (
            _("Pace and caps"),
            {"fields": [*NOW, *CAPS, "daily_recipient_limit"]},
        ),
        (
            _("Windows"),
            {
                "fields": ["closing_hours", "keep_alive_template", "window_margin_seconds", "pricing_window_hours"],
                "description": _(
                    "When one may write to a customer. WhatsApp's own 24 and 72 hours are not ours to change."
                ),
            },
        ),
        (
            _("Prices"),
            {
                "fields": [
                    "surcharge",
                    "billing_currency",
                    "currency",
                    "shown_costs",
                ]
            },
        ),
    ]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        replaced = getattr(form, "replaced", [])
        if replaced:
            obj._change_reason = " ".join(replaced)
        with transaction.atomic():
            if change and "status" in form.changed_data:
                channels.switch(channel=obj, by=Actor.person(request.user), status=obj.status)
                obj.status_code, obj.status_detail, obj.stopped_until = "", "", None
            super().save_model(request, obj, form, change)
            if change and "access_token" in replaced:
                channels.token_replaced(channel=obj, by=Actor.person(request.user))
            if change and {"closing_hours", "window_margin_seconds"} & set(form.changed_data):
                windows.look_again(obj)

    @display(description=_("status"), ordering="status")
    def shown_status(self, row: Channel) -> str:
        if row.status_code:
            return chip(row.get_status_display(), STATUS.get(row.status, "quiet"), title=self.trouble(row))
        return state(row, "status", STATUS)

    @display(description=_("trouble"))
    def trouble(self, row: Channel) -> str:
        return channel_trouble.sentence(row) or NOTHING

    @display(description=_("quality"), ordering="quality_rating")
    def shown_quality(self, row: Channel) -> str:
        return state(row, "quality_rating", QUALITY)

    @display(description=_("number of the business app"))
    def past(self, row: Channel) -> str:
        """Of one that is used in WhatsApp's business app too: how far its past has been taken over (facts §3)."""
        if row.history_declined_at is not None:
            return _now("Its past was not shared: the business did not want to.")
        if row.history_progress is None:
            return NOTHING
        return _now("%(percent)s %% of its past taken over") % {"percent": row.history_progress}

    @display(description=_("last message in"), ordering="last_inbound_at")
    def last_in(self, row: Channel) -> str:
        return when(row.last_inbound_at)

    @display(description=_("this month"))
    def shown_costs(self, row: Channel) -> str:
        if row._state.adding or not (found := cost_words.shown([row])):
            return NOTHING
        return render_to_string("admin/conversations/meter.html", {"cost": found[0]})


class ChannelInline(TabularInline):
    model = Channel
    hide_title = True
    fields = ["name", "display_phone_number", "status"]
    readonly_fields = fields
    extra = 0
    can_delete = False
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Portfolio)
class PortfolioAdmin(ConfigAdmin):
    stamp = "channels"
    list_display = ["name", "meta_id", "messaging_limit"]
    search_fields = ["name", "meta_id"]
    inlines = [ChannelInline]
