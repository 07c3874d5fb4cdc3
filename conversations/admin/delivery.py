"""What came from Meta, exactly as it came; the parked ones can be run again (C11)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from conversations.actor import Actor
from conversations.admin.config_admin import GrowingAdmin
from conversations.admin.showing import Tone, machine_when, pretty, short, state
from conversations.ingest.replay import replay_delivery
from conversations.models import Delivery, EarlyStatus

STATUS: dict[str, Tone] = {"parked": "danger", "received": "info"}


@admin.register(Delivery)
class DeliveryAdmin(GrowingAdmin):
    list_display = ["number", "shown_status", "received", "tries", "shown_problem"]
    list_filter = ["status"]
    search_fields = ["=id", "problem"]
    ordering = ["-id"]
    fields = ["shown_status", "received_at", "processed_at", "tries", "due_at", "problem", "shown_body"]
    readonly_fields = ["shown_status", "shown_body"]
    actions = ["replay_selected"]
    verbs = {"replay": _("Replay")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Delivery]:
        rows: QuerySet[Delivery] = super().get_queryset(request)
        return rows if request.resolver_match and "object_id" in request.resolver_match.kwargs else rows.defer("body")

    def offers(self, request: HttpRequest, row: Delivery) -> dict[str, Any]:
        return self.verbs if row.status != Delivery.Status.RECEIVED else {}

    def do_replay(self, request: HttpRequest, row: Delivery) -> str:
        replay_delivery(delivery=row, by=Actor.person(request.user))
        return _now("It is processed anew; what it stored already is not stored twice.")

    @action(description=_("Replay"), permissions=["operate"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        done = sum(replay_delivery(delivery=row, by=Actor.person(request.user)) for row in queryset)
        said = ngettext("%(count)s delivery is processed anew.", "%(count)s deliveries are processed anew.", done)
        messages.success(request, said % {"count": done})

    @display(description=_("number"), ordering="id")
    def number(self, row: Delivery) -> str:
        return f"#{row.pk}"

    @display(description=_("status"), ordering="status")
    def shown_status(self, row: Delivery) -> str:
        return state(row, "status", STATUS)

    @display(description=_("received"), ordering="received_at")
    def received(self, row: Delivery) -> str:
        return machine_when(row.received_at)

    @display(description=_("problem"))
    def shown_problem(self, row: Delivery) -> str:
        return short(row.problem)

    @display(description=_("body"))
    def shown_body(self, row: Delivery) -> str:
        return pretty(row.body)


@admin.register(EarlyStatus)
class EarlyStatusAdmin(GrowingAdmin):
    list_display = ["wamid", "status", "channel", "received"]
    list_filter = ["status", "channel"]
    search_fields = ["=wamid"]
    list_select_related = ["channel"]
    ordering = ["-id"]
    fields = ["wamid", "status", "channel", "received_at", "shown_data"]
    readonly_fields = ["shown_data"]

    @display(description=_("received"), ordering="received_at")
    def received(self, row: EarlyStatus) -> str:
        return machine_when(row.received_at)

    @display(description=_("as it came"))
    def shown_data(self, row: EarlyStatus) -> str:
        return pretty(row.data)
