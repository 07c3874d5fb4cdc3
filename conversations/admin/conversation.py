"""Conversations: the list, and one as a page to read (thread, notes, what happened and why)."""

from __future__ import annotations

from collections import Counter
from typing import Any, cast

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from conversations import clock, notices, reasons, times
from conversations.access.roles import Can, allows
from conversations.access.visibility import visible_conversations
from conversations.actions.keep_alive import keep_alive
from conversations.admin.config_admin import GrowingAdmin, ReadOnlyAdmin
from conversations.admin.showing import NOTHING, Tone, chip, link, machine_when, short, state, when
from conversations.errors import DeskError
from conversations.models import Conversation, Lock, Note, Rating, Window
from conversations.queries.may_write import may_write
from conversations.queries.timeline import page_of

WINDOW: dict[str, Tone] = {"closing": "warning"}
CLOSING_COLUMNS = ["who", "said", "shown_status", "where", "shown_window"]
PRIORITY: dict[int, Tone] = {0: "danger", 1: "warning"}


def _is_closing_list(request: HttpRequest) -> bool:
    return request.GET.get(WindowFilter.parameter_name) == Conversation.WindowState.CLOSING


class WindowFilter(admin.SimpleListFilter):
    """`closing` is the list of active ones to look after before they close, the first to close first."""

    title = _("window")
    parameter_name = "window"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Conversation.WindowState.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() not in Conversation.WindowState.values:
            return queryset
        rows = queryset.filter(window_state=self.value())
        return rows.closing_soon(clock.now()) if self.value() == Conversation.WindowState.CLOSING else rows


@admin.register(Conversation)
class ConversationAdmin(GrowingAdmin):
    change_form_template = "admin/conversations/conversation/page.html"
    change_form_outer_before_template = ""  # its buttons stand beside what they are about
    verbs = {"keep_alive": _("Keep it open")}
    verbs_need = Can.CONVERSATION_ANSWER
    actions = ["keep_alive_selected"]
    list_display = ["who", "said", "shown_status", "where", "shown_priority", "shown_window", "active"]
    list_display_links = ["who"]
    list_filter = ["status", "department", "assignee", "channel", "priority", WindowFilter, "needs_person"]
    search_fields = [
        "=id",
        "contact__name",
        "contact__book_name",
        "contact__profile_name",
        "contact__identities__value",
    ]
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
            shown = {"page": page_of(row), "may_write": may_write(row, by=cast(User, request.user))}
            kwargs["extra_context"] = {**(kwargs.get("extra_context") or {}), **shown}
        return super().change_view(request, object_id, *args, **kwargs)

    def get_ordering(self, request: HttpRequest) -> Any:
        return ["window_ends_at", "id"] if _is_closing_list(request) else super().get_ordering(request)

    def get_list_display(self, request: HttpRequest) -> Any:
        return CLOSING_COLUMNS if _is_closing_list(request) else super().get_list_display(request)

    def get_actions(self, request: HttpRequest) -> Any:
        return super().get_actions(request) if _is_closing_list(request) else {}

    def do_keep_alive(self, request: HttpRequest, row: Conversation) -> str:
        keep_alive(conversation=row, by=cast(User, request.user))
        return _now("The template is on its way.")

    def has_answer_permission(self, request: HttpRequest) -> bool:
        return allows(request.user, Can.CONVERSATION_ANSWER)

    @action(description=_("Keep open: send the channel's template"), permissions=["answer"])
    def keep_alive_selected(self, request: HttpRequest, queryset: QuerySet[Conversation]) -> None:
        """Each by itself: one that refuses says why and does not stop the others."""
        sent, refused = 0, Counter[str]()
        for row in queryset:
            try:
                keep_alive(conversation=row, by=cast(User, request.user))
                sent += 1
            except DeskError as refusal:
                refused[str(refusal.message)] += 1
        if sent:
            said = ngettext("Sent to %(count)s customer.", "Sent to %(count)s customers.", sent)
            messages.success(request, said % {"count": sent})
        for why, count in refused.items():
            messages.warning(request, _now("Not sent to %(count)s: %(why)s") % {"count": count, "why": why})

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
        now, ends_at = clock.now(), row.window_ends_at
        if row.window_state != Conversation.WindowState.CLOSING or ends_at is None or ends_at <= now:
            return state(row, "window_state", WINDOW)
        words = _now("Closes in %(time)s") % {"time": times.span(ends_at - now)}
        return chip(words, "warning", title=times.moment(ends_at, row.channel.zone))

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
