"""The journal, how far each reader has read, and what was parked on the way (D22, D27)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from conversations.actor import Actor
from conversations.admin.config_admin import GrowingAdmin, ReadOnlyAdmin
from conversations.admin.showing import NOTHING, chip, link, machine_when, pretty, short, when
from conversations.errors import DeskError
from conversations.ingest.replay import replay_step
from conversations.journal import readers
from conversations.models import Bookmark, Event, ParkedEvent, ParkedStep
from conversations.problem_text import say


@admin.register(Event)
class EventAdmin(GrowingAdmin):
    list_display = ["what", "talk", "by", "shown_at"]
    list_filter = ["kind", "channel"]
    search_fields = ["=conversation__id", "=by"]
    ordering = ["-id"]
    fields = ["kind", "at", "talk", "by", "shown_data", "transaction"]
    readonly_fields = ["talk", "shown_data"]

    @display(description=_("what"), ordering="kind")
    def what(self, row: Event) -> str:
        return row.get_kind_display()

    @display(description=_("conversation"))
    def talk(self, row: Event) -> str:
        """By number alone: an event may outlive what it is about."""
        return f"#{row.conversation_id}" if row.conversation_id else NOTHING

    @display(description=_("at"), ordering="at")
    def shown_at(self, row: Event) -> str:
        return when(row.at)

    @display(description=_("details"))
    def shown_data(self, row: Event) -> str:
        return pretty(row.data)


@admin.register(Bookmark)
class BookmarkAdmin(ReadOnlyAdmin):
    list_display = ["reader", "event_id", "behind", "read"]

    @display(description=_("behind"))
    def behind(self, row: Bookmark) -> str:
        last = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
        missing = max(last - row.event_id, 0)
        return chip(missing, "warning" if missing > 1000 else "quiet")

    @display(description=_("read"), ordering="read_at")
    def read(self, row: Bookmark) -> str:
        return machine_when(row.read_at)


class Replayable(ReadOnlyAdmin):
    """Parked rows: a button on the page and an action in the list run them again. Each page says how: True when it was done."""

    actions = ["replay_selected"]
    verbs = {"replay": _("Replay")}
    replay: Callable[[HttpRequest, Any], bool]

    def do_replay(self, request: HttpRequest, row: Any) -> str:
        if self.replay(request, row):
            return _now("Done.")
        return _now("Nothing was done: somebody has answered meanwhile, or it was replayed before.")

    @action(description=_("Replay"), permissions=["operate"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        done = 0
        for row in queryset:
            try:
                done += self.replay(request, row)
            except DeskError as refusal:
                messages.error(request, str(refusal.message))
        messages.success(request, ngettext("%(count)s replayed.", "%(count)s replayed.", done) % {"count": done})


@admin.register(ParkedEvent)
class ParkedEventAdmin(Replayable):
    list_display = ["reader", "event", "shown_problem", "parked"]
    list_filter = ["reader"]
    list_select_related = ["event"]
    ordering = ["-parked_at"]

    def replay(self, request: HttpRequest, row: ParkedEvent) -> bool:
        try:
            readers.replay(row)
        except Exception as problem:  # whatever the reader stumbles over is shown, and the event stays parked
            raise DeskError(say(problem)) from problem
        return True

    @display(description=_("problem"))
    def shown_problem(self, row: ParkedEvent) -> str:
        return short(row.problem)

    @display(description=_("parked"), ordering="parked_at")
    def parked(self, row: ParkedEvent) -> str:
        return machine_when(row.parked_at)


@admin.register(ParkedStep)
class ParkedStepAdmin(Replayable):
    list_display = ["step", "shown_message", "shown_state", "shown_problem", "parked"]
    list_filter = ["step", ("replayed_at", admin.EmptyFieldListFilter)]
    list_select_related = ["message"]
    ordering = ["-parked_at"]

    def offers(self, request: HttpRequest, row: ParkedStep) -> dict[str, Any]:
        return self.verbs if row.replayed_at is None else {}

    def replay(self, request: HttpRequest, row: ParkedStep) -> bool:
        try:
            return replay_step(parked=row, by=Actor.person(request.user))
        except DeskError:
            raise
        except Exception as problem:
            raise DeskError(say(problem)) from problem

    @display(description=_("message"))
    def shown_message(self, row: ParkedStep) -> str:
        return link(row.message)

    @display(description=_("state"), ordering="replayed_at")
    def shown_state(self, row: ParkedStep) -> str:
        return chip(_("Replayed")) if row.replayed_at else chip(_("Parked"), "danger")

    @display(description=_("problem"))
    def shown_problem(self, row: ParkedStep) -> str:
        return short(row.problem)

    @display(description=_("parked"), ordering="parked_at")
    def parked(self, row: ParkedStep) -> str:
        return machine_when(row.parked_at)
