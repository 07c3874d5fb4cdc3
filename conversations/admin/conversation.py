"""Conversations: the list, and one as a page to read (thread, notes, what happened and why)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations import notices, reasons
from conversations.access.visibility import visible_conversations
from conversations.admin.config_admin import GrowingAdmin, ReadOnlyAdmin
from conversations.admin.showing import NOTHING, Tone, chip, link, machine_when, short, state, when
from conversations.models import Conversation, Lock, Note, Rating, Window
from conversations.queries.timeline import page_of

WINDOW: dict[str, Tone] = {"closing": "warning"}
PRIORITY: dict[int, Tone] = {0: "danger", 1: "warning"}


@admin.register(Conversation)
class ConversationAdmin(GrowingAdmin):
    change_form_template = "admin/conversations/conversation/page.html"
    list_display = ["who", "said", "shown_status", "where", "shown_priority", "shown_window", "active"]
    list_display_links = ["who"]
    list_filter = ["status", "department", "assignee", "channel", "priority", "window_state", "needs_person"]
    search_fields = ["=id", "contact__name", "contact__profile_name", "contact__identities__value"]
    search_help_text = _("Number, name or phone")
    list_select_related = ["contact", "group", "channel", "department", "assignee", "last_message"]
    ordering = ["-last_activity_at", "-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Conversation]:
        return visible_conversations(request.user)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        return super().get_search_results(request, queryset, search_term.replace("#", ""))

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is not None:
            kwargs["extra_context"] = {**(kwargs.get("extra_context") or {}), "page": page_of(row)}
        return super().change_view(request, object_id, *args, **kwargs)

    @display(description=_("customer"))
    def who(self, row: Conversation) -> str:
        return f"{row.counterpart} · #{row.number}"

    @display(description=_("last message"))
    def said(self, row: Conversation) -> str:
        last = row.last_message
        return short(notices.summary(last), 60) if last is not None else NOTHING

    @display(description=_("status"), ordering="status")
    def shown_status(self, row: Conversation) -> str:
        if row.needs_person and row.is_active:
            return chip(_("Needs a person"), "warning")
        return state(row, "status", {})

    @display(description=_("department, agent"), ordering="department__name")
    def where(self, row: Conversation) -> str:
        place = [str(part) for part in (row.department, row.assignee) if part]
        words = " · ".join(place) or _("In nobody's pool")
        return chip(
            words, "quiet" if row.department_id else "warning", title=reasons.sentence(row.reason_code, row.reason_data)
        )

    @display(description=_("priority"), ordering="priority")
    def shown_priority(self, row: Conversation) -> str:
        return chip(row.get_priority_display(), PRIORITY.get(row.priority, "quiet"))

    @display(description=_("window"), ordering="window_ends_at")
    def shown_window(self, row: Conversation) -> str:
        return state(row, "window_state", WINDOW)

    @display(description=_("last activity"), ordering="last_activity_at")
    def active(self, row: Conversation) -> str:
        return when(row.last_activity_at)


class OfConversation(ReadOnlyAdmin):
    """Rows that hang on a conversation and have little to say by themselves."""

    list_select_related = ["conversation"]
    search_fields = ["=conversation__id"]

    @display(description=_("conversation"))
    def talk(self, row: Any) -> str:
        return link(row.conversation)


@admin.register(Note)
class NoteAdmin(OfConversation):
    list_display = ["shown_text", "author", "talk", "written"]
    list_select_related = ["conversation", "author"]
    search_fields = ["text"]
    ordering = ["-created_at"]

    @display(description=_("text"))
    def shown_text(self, row: Note) -> str:
        return short(row.text)

    @display(description=_("written"), ordering="created_at")
    def written(self, row: Note) -> str:
        return when(row.created_at)


@admin.register(Window)
class WindowAdmin(OfConversation):
    list_display = ["kind", "talk", "opened", "ends", "free_form", "priced"]
    list_filter = ["kind"]
    ordering = ["-id"]

    @display(description=_("opened"), ordering="opened_at")
    def opened(self, row: Window) -> str:
        return when(row.opened_at)

    @display(description=_("ends"), ordering="expires_at")
    def ends(self, row: Window) -> str:
        return when(row.expires_at)


@admin.register(Rating)
class RatingAdmin(OfConversation):
    list_display = ["stars_shown", "talk", "shown_comment", "shown_at"]
    list_filter = ["stars"]
    ordering = ["-at"]

    @display(description=_("stars"), ordering="stars")
    def stars_shown(self, row: Rating) -> str:
        return "★" * row.stars + "☆" * (5 - row.stars)

    @display(description=_("comment"))
    def shown_comment(self, row: Rating) -> str:
        return short(row.comment)

    @display(description=_("at"), ordering="at")
    def shown_at(self, row: Rating) -> str:
        return when(row.at)


@admin.register(Lock)
class LockAdmin(OfConversation):
    list_display = ["holder", "talk", "taken", "ends"]
    list_select_related = ["conversation", "holder"]
    ordering = ["-taken_at"]

    @display(description=_("taken"), ordering="taken_at")
    def taken(self, row: Lock) -> str:
        return machine_when(row.taken_at)

    @display(description=_("until"), ordering="until")
    def ends(self, row: Lock) -> str:
        return machine_when(row.until)
