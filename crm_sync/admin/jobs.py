"""Jobs: to be looked at, and dead letters sent again (S10)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from conversations.actor import Actor
from conversations.admin.config_admin import GrowingAdmin
from conversations.admin.showing import Tone, machine_when, pretty, state
from crm_sync import actions
from crm_sync.models import SyncJob

TONES: dict[str, Tone] = {SyncJob.Status.DEAD: "danger"}


@admin.register(SyncJob)
class SyncJobAdmin(GrowingAdmin):
    list_display = ["__str__", "connection", "shown_status", "tries", "due", "sent", "problem"]
    list_filter = ["connection", "status", "kind"]
    list_select_related = ["connection"]
    ordering = ["-id"]
    search_fields = ["order_key", "object_id"]
    search_help_text = _("A contact as contact:12, or an object's number")
    fields = [
        "connection", "kind", "object_kind", "object_id", "order_key", "message_id", "shown_status", "tries", "created_at", "due_at",
        "sent_at", "http_status", "problem", "shown_body",
    ]  # fmt: skip
    readonly_fields = ["message_id", "shown_status", "shown_body"]
    actions = ["replay"]
    verbs = {"replay": _("Send again")}

    @display(description=_("status"), ordering="status")
    def shown_status(self, obj: SyncJob) -> str:
        return state(obj, "status", TONES)

    @display(description=_("due"), ordering="due_at")
    def due(self, obj: SyncJob) -> str:
        return machine_when(obj.due_at)

    @display(description=_("sent"), ordering="sent_at")
    def sent(self, obj: SyncJob) -> str:
        return machine_when(obj.sent_at)

    @display(description=_("message"))
    def shown_body(self, obj: SyncJob) -> str:
        return pretty(obj.body)

    @action(description=_("Send again"), permissions=["operate"])
    def replay(self, request: HttpRequest, queryset: QuerySet[SyncJob]) -> None:
        count = actions.replay(jobs=queryset, by=Actor.person(request.user))
        messages.success(
            request,
            ngettext("%(count)s dead letter goes again.", "%(count)s dead letters go again.", count) % {"count": count},
        )

    def offers(self, request: HttpRequest, row: SyncJob) -> dict[str, Any]:
        return self.verbs if row.status == SyncJob.Status.DEAD else {}

    def do_replay(self, request: HttpRequest, row: SyncJob) -> str:
        actions.replay(jobs=[row], by=Actor.person(request.user))
        return _t("It goes again.")
