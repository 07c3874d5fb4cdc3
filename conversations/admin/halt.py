"""The kill switch (A9, D5)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations import clock
from conversations.actions import halts
from conversations.actor import Actor
from conversations.admin.config_admin import ConfigAdmin
from conversations.admin.showing import chip, when
from conversations.models import Halt


@admin.register(Halt)
class HaltAdmin(ConfigAdmin):
    stamp = "halts"
    list_display = ["scope", "what", "standing", "reason", "by", "since", "until"]
    list_filter = ["scope", "reason"]
    search_fields = ["key", "remark"]
    autocomplete_fields = ["channel"]
    list_select_related = ["channel", "by"]
    ordering = ["-starts_at"]
    fields = ["scope", "channel", "key", "reason", "remark", "ends_at"]
    verbs = {"lift": _("Let automatic messages leave again")}

    def offers(self, request: HttpRequest, row: Halt) -> dict[str, Any]:
        return self.verbs if self._stands(row) else {}

    def do_lift(self, request: HttpRequest, row: Halt) -> str:
        halts.lift(halt=row, by=Actor.person(request.user))
        return _now("Lifted: automatic messages leave again. What was stopped meanwhile is not sent.")

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            obj.by, obj.starts_at = request.user, clock.now()
        super().save_model(request, obj, form, change)

    def _stands(self, row: Halt) -> bool:
        return row.lifted_at is None and (row.ends_at is None or row.ends_at > clock.now())

    @display(description=_("which"))
    def what(self, row: Halt) -> str:
        return str(row.channel or row.key or _now("Every channel"))

    @display(description=_("state"))
    def standing(self, row: Halt) -> str:
        return chip(_("Stands"), "danger") if self._stands(row) else chip(_("Over"))

    @display(description=_("since"), ordering="starts_at")
    def since(self, row: Halt) -> str:
        return when(row.starts_at)

    @display(description=_("until"))
    def until(self, row: Halt) -> str:
        return when(row.lifted_at or row.ends_at)
