"""What automation decided, and why: to be looked at."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from autoreply.models import Firing
from conversations.admin.config_admin import GrowingAdmin
from conversations.admin.showing import NOTHING, Tone, link, state, when
from conversations.reasons import WITHHELD

OUTCOMES: dict[str, Tone] = {"sent": "success", "handed_over": "info", "put_first": "info"}


@admin.register(Firing)
class FiringAdmin(GrowingAdmin):
    list_display = ["shown_at", "shown_rule", "trigger", "shown_outcome", "reason", "shown_conversation", "shown_late"]
    list_filter = ["outcome", "trigger"]
    list_select_related = ["rule", "conversation"]
    ordering = ["-at", "-id"]
    fields = ["shown_at", "shown_rule", "trigger", "shown_outcome", "reason", "shown_conversation", "shown_late", "key"]

    @display(description=_("when"), ordering="at")
    def shown_at(self, row: Firing) -> str:
        return when(row.at)

    @display(description=_("rule"))
    def shown_rule(self, row: Firing) -> str:
        return link(row.rule) if row.rule is not None else row.rule_key

    @display(description=_("outcome"), ordering="outcome")
    def shown_outcome(self, row: Firing) -> str:
        return state(row, "outcome", OUTCOMES)

    @display(description=_("why"))
    def reason(self, row: Firing) -> str:
        return str(WITHHELD.get(row.why, row.why)) or NOTHING

    @display(description=_("conversation"))
    def shown_conversation(self, row: Firing) -> str:
        return link(row.conversation)

    @display(description=_("late by"))
    def shown_late(self, row: Firing) -> str:
        seconds = int(row.late.total_seconds())
        return f"{seconds // 60} min" if seconds >= 60 else NOTHING
