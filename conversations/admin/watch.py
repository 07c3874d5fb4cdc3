"""What the watchdog sees (O9): alarms, heartbeats, version stamps; and what people are told."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.actions.alarms import clear_alarm
from conversations.actor import Actor
from conversations.admin.config_admin import GrowingAdmin, ReadOnlyAdmin
from conversations.admin.showing import chip, link, machine_when, pretty, short, when
from conversations.models import Alarm, ChannelHealth, Heartbeat, Notification, SavedView, Stamp
from conversations.queries.home import alarm_words


@admin.register(Alarm)
class AlarmAdmin(ReadOnlyAdmin):
    """Most end by themselves; what Meta warned of may never be taken back, so a person who has seen to it closes that."""

    list_display = ["said", "shown_state", "key", "raised", "cleared"]
    list_filter = [("cleared_at", admin.EmptyFieldListFilter), "code"]
    search_fields = ["key", "code"]
    ordering = ["-raised_at"]
    fields = ["said", "key", "code", "shown_state", "raised_at", "cleared_at", "shown_data"]
    readonly_fields = ["said", "shown_state", "shown_data"]
    verbs = {"close": _("Seen to it")}

    def offers(self, request: HttpRequest, row: Alarm) -> dict[str, Any]:
        return self.verbs if row.code == "account_warning" and row.cleared_at is None else {}

    def do_close(self, request: HttpRequest, row: Alarm) -> str:
        clear_alarm(key=row.key, by=Actor.person(request.user))
        return _now("The alarm is closed.")

    @display(description=_("alarm"))
    def said(self, row: Alarm) -> str:
        return alarm_words(row)

    @display(description=_("state"), ordering="cleared_at")
    def shown_state(self, row: Alarm) -> str:
        return chip(_("Over")) if row.cleared_at else chip(_("Open"), "danger")

    @display(description=_("raised"), ordering="raised_at")
    def raised(self, row: Alarm) -> str:
        return machine_when(row.raised_at)

    @display(description=_("cleared"), ordering="cleared_at")
    def cleared(self, row: Alarm) -> str:
        return machine_when(row.cleared_at)

    @display(description=_("details"))
    def shown_data(self, row: Alarm) -> str:
        return pretty(row.data)


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "beat", "seconds", "shown_problem"]
    search_fields = ["name"]
    ordering = ["name"]

    @display(description=_("last"), ordering="at")
    def beat(self, row: Heartbeat) -> str:
        return machine_when(row.at)

    @display(description=_("problem"))
    def shown_problem(self, row: Heartbeat) -> str:
        return short(row.problem)


@admin.register(ChannelHealth)
class ChannelHealthAdmin(ReadOnlyAdmin):
    list_display = ["shown_channel", "milliseconds", "slow_in_a_row", "checked", "shown_backup", "shown_problem"]
    list_select_related = ["channel"]
    ordering = ["channel__name"]

    @display(description=_("channel"))
    def shown_channel(self, row: ChannelHealth) -> str:
        return link(row.channel)

    @display(description=_("checked"), ordering="checked_at")
    def checked(self, row: ChannelHealth) -> str:
        return machine_when(row.checked_at)

    @display(description=_("on the backup since"), ordering="backup_since")
    def shown_backup(self, row: ChannelHealth) -> str:
        return machine_when(row.backup_since)

    @display(description=_("problem"))
    def shown_problem(self, row: ChannelHealth) -> str:
        return short(row.problem)


@admin.register(Stamp)
class StampAdmin(ReadOnlyAdmin):
    list_display = ["name", "version"]
    ordering = ["name"]


@admin.register(Notification)
class NotificationAdmin(GrowingAdmin):
    list_display = ["kind", "user", "talk", "shown_at", "shown_read"]
    list_filter = ["kind"]
    search_fields = ["user__username"]
    list_select_related = ["user", "conversation"]
    ordering = ["-id"]

    @display(description=_("conversation"))
    def talk(self, row: Notification) -> str:
        return link(row.conversation)

    @display(description=_("at"), ordering="at")
    def shown_at(self, row: Notification) -> str:
        return when(row.at)

    @display(description=_("read"), ordering="read_at")
    def shown_read(self, row: Notification) -> str:
        return when(row.read_at)


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    list_display = ["name", "owner", "department", "is_shared"]
    list_select_related = ["owner", "department"]
    search_fields = ["name", "owner__username"]
