"""Connections: what staff set, how each is doing, and buttons that call actions (S1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations import clock
from conversations.actor import Actor
from conversations.admin.config_admin import ConfigAdmin
from conversations.admin.showing import NOTHING, Tone, chip, machine_when, short, state
from conversations.errors import DeskError
from crm_sync import actions
from crm_sync.connectors.contract import Answer
from crm_sync.models import Connection, ConnectionHealth, SyncJob

RENEW_AFTER = timedelta(days=30)  # S1
TONES: dict[str, Tone] = {
    ConnectionHealth.State.STRUGGLING: "warning",
    ConnectionHealth.State.RESTING: "danger",
    ConnectionHealth.State.STOPPED: "danger",
}


class TestRefused(DeskError):
    """The receiver did not take the test."""

    code, http_status = "test_refused", 502


@admin.register(Connection)
class ConnectionAdmin(ConfigAdmin):
    stamp = "crm_sync"
    list_display = ["name", "kind", "shown_state", "is_active", "backlog", "last_success", "last_error"]
    list_select_related = ["health"]
    search_fields = ["name", "url"]
    readonly_fields = ["secret_state", "shown_state", "backlog", "dead_letters", "last_success", "last_error"]
    fieldsets = [
        (None, {"fields": ["name", "kind", "url", "is_active", "secret_state"]}),
        (_("What it is told"), {"fields": ["sends_contacts", "sends_messages", "sends_conversations"]}),
        (_("How it is doing"), {"fields": ["shown_state", "backlog", "dead_letters", "last_success", "last_error"]}),
    ]
    verbs = {"send_test": _("Send a test"), "try_now": _("Try now"), "new_secret": _("New secret")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        rows: QuerySet[Connection] = super().get_queryset(request)
        return rows.annotate(waiting=_count(SyncJob.objects.unfinished()), given_up=_count(SyncJob.objects.dead()))

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if not change:
            self._show_secret(request, actions.new_secret(connection=obj, by=Actor.person(request.user)))

    def _show_secret(self, request: HttpRequest, secret: str) -> None:
        said = _t("The secret, shown this once: %(secret)s. The receiver checks signatures with it.") % {
            "secret": secret
        }
        messages.warning(request, said)

    @display(description=_("state"))
    def shown_state(self, obj: Connection) -> Any:
        health = _health(obj)
        return state(health, "state", TONES) if health else chip(ConnectionHealth.State.NEW.label)

    @display(description=_("waiting"))
    def backlog(self, obj: Connection) -> int:
        return getattr(obj, "waiting", 0)

    @display(description=_("given up"))
    def dead_letters(self, obj: Connection) -> int:
        return getattr(obj, "given_up", 0)

    @display(description=_("last success"))
    def last_success(self, obj: Connection) -> str:
        health = _health(obj)
        return machine_when(health.last_success_at) if health else NOTHING

    @display(description=_("last error"))
    def last_error(self, obj: Connection) -> str:
        health = _health(obj)
        if health is None or not health.last_error_at:
            return NOTHING
        return format_html("{} · {}", machine_when(health.last_error_at), short(health.last_error))

    @display(description=_("secret"))
    def secret_state(self, obj: Connection) -> str:
        if not obj.secret_set_at:
            return _t("Made when you save, and shown once.")
        said = _t("Set on %(day)s.") % {"day": date_format(obj.secret_set_at, "DATE_FORMAT")}
        if clock.machine_now() - obj.secret_set_at > RENEW_AFTER:
            said += " " + _t("Older than 30 days: make a new one when it suits the receiver.")
        return said

    def do_send_test(self, request: HttpRequest, row: Connection) -> str:
        outcome = actions.send_test(connection=row, by=Actor.person(request.user))
        if outcome.answer != Answer.TAKEN:
            raise TestRefused(_t("The test did not arrive. %(problem)s") % {"problem": outcome.problem})
        return _t("The receiver took the test (HTTP %(status)s).") % {"status": outcome.http_status}

    def do_try_now(self, request: HttpRequest, row: Connection) -> str:
        actions.try_now(connection=row, by=Actor.person(request.user))
        return _t("What waits is being sent.")

    def do_new_secret(self, request: HttpRequest, row: Connection) -> str:
        self._show_secret(request, actions.new_secret(connection=row, by=Actor.person(request.user)))
        return _t("The former secret signs as well for 24 hours, so that the receiver can be changed in peace.")


def _count(jobs: QuerySet[SyncJob]) -> Coalesce:
    """A connection's number of such jobs: a subquery over the small partial index, not a join over all that was ever sent."""
    mine = (
        jobs.filter(connection=OuterRef("pk"))
        .order_by()
        .values("connection")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return Coalesce(Subquery(mine), 0)


def _health(obj: Connection) -> ConnectionHealth | None:
    return getattr(obj, "health", None)
