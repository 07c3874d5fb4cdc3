"""Connections: what staff set, how each is doing, and buttons that call actions (S1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display
from unfold.forms import BaseDialogForm

from conversations import clock
from conversations.access.roles import Can, allows
from conversations.actor import Actor
from conversations.admin.config_admin import ConfigAdmin
from conversations.errors import DeskError
from crm_sync import actions
from crm_sync.connectors.contract import Answer
from crm_sync.models import Connection, ConnectionHealth, SyncJob

RENEW_AFTER = timedelta(days=30)  # S1
CHIPS = {
    ConnectionHealth.State.WORKING.label: "success",
    ConnectionHealth.State.STRUGGLING.label: "warning",
    ConnectionHealth.State.RESTING.label: "danger",
    ConnectionHealth.State.STOPPED.label: "danger",
}

NEW_SECRET = {
    "title": _("Make a new secret?"),
    "description": _(
        "It is shown once. The present one signs as well for 24 hours, so that the receiver can be changed in peace."
    ),
    "form_submit_text": _("Make a new secret"),
}


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
    actions_detail = ["send_test", "try_now", "new_secret"]

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

    @display(description=_("state"), label=CHIPS)
    def shown_state(self, obj: Connection) -> Any:
        health = _health(obj)
        return health.shown_state if health else ConnectionHealth.State.NEW.label

    @display(description=_("waiting"))
    def backlog(self, obj: Connection) -> int:
        return getattr(obj, "waiting", 0)

    @display(description=_("given up"))
    def dead_letters(self, obj: Connection) -> int:
        return getattr(obj, "given_up", 0)

    @display(description=_("last success"))
    def last_success(self, obj: Connection) -> str:
        health = _health(obj)
        return date_format(health.last_success_at, "DATETIME_FORMAT") if health and health.last_success_at else "–"

    @display(description=_("last error"))
    def last_error(self, obj: Connection) -> str:
        health = _health(obj)
        if health is None or not health.last_error_at:
            return "–"
        return f"{date_format(health.last_error_at, 'SHORT_DATETIME_FORMAT')} · {health.last_error}"

    @display(description=_("secret"))
    def secret_state(self, obj: Connection) -> str:
        if not obj.secret_set_at:
            return _t("Made when you save, and shown once.")
        said = _t("Set on %(day)s.") % {"day": date_format(obj.secret_set_at, "DATE_FORMAT")}
        if clock.machine_now() - obj.secret_set_at > RENEW_AFTER:
            said += " " + _t("Older than 30 days: make a new one when it suits the receiver.")
        return said

    @action(description=_("Send a test"), icon="send", permissions=["operate"])
    def send_test(self, request: HttpRequest, object_id: int) -> HttpResponse:
        outcome = actions.send_test(connection=self._row(object_id), by=Actor.person(request.user))
        if outcome.answer == Answer.TAKEN:
            messages.success(
                request, _t("The receiver took the test (HTTP %(status)s).") % {"status": outcome.http_status}
            )
        else:
            messages.error(request, _t("The test did not arrive. %(problem)s") % {"problem": outcome.problem})
        return _back(object_id)

    @action(description=_("Try now"), icon="refresh", permissions=["operate"])
    def try_now(self, request: HttpRequest, object_id: int) -> HttpResponse:
        try:
            actions.try_now(connection=self._row(object_id), by=Actor.person(request.user))
            messages.success(request, _t("What waits is being sent."))
        except DeskError as problem:
            messages.error(request, str(problem.message))
        return _back(object_id)

    @action(description=_("New secret"), icon="key", permissions=["operate"], dialog=NEW_SECRET)
    def new_secret(self, request: HttpRequest, form: BaseDialogForm, object_id: int) -> HttpResponse:
        self._show_secret(request, actions.new_secret(connection=self._row(object_id), by=Actor.person(request.user)))
        return HttpResponse(headers={"HX-Redirect": _page(object_id)})  # the dialog was sent by htmx

    def has_operate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return allows(request.user, Can.OPERATE)

    def _row(self, object_id: int) -> Connection:
        return Connection.objects.get(pk=object_id)


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


def _page(object_id: int) -> str:
    return reverse("admin:crm_sync_connection_change", args=[object_id])


def _back(object_id: int) -> HttpResponse:
    return HttpResponseRedirect(_page(object_id))
