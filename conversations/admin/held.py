"""What caps hold back: why, until when, and letting it go (C24)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action, display

from conversations import notices
from conversations.access.roles import Can
from conversations.access.visibility import visible_messages
from conversations.actions import held, outbox
from conversations.actor import Actor
from conversations.admin.config_admin import GrowingAdmin
from conversations.admin.showing import chip, link, short, when
from conversations.errors import DeskError, NotTransition
from conversations.models import HeldMessage, Message
from conversations.outbox.caps.words import RELEASABLE, SENTENCES, sentence


class CapFilter(admin.SimpleListFilter):
    title = _("held back for")
    parameter_name = "cap"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, sentence(code)) for code in SENTENCES if code != "opted_out"]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(hold_code=self.value()) if self.value() else queryset


@admin.register(HeldMessage)
class HeldMessageAdmin(GrowingAdmin):
    list_display = ["said", "talk", "origin", "channel", "reason", "goes"]
    list_filter = [CapFilter, "channel", "origin"]
    search_fields = ["text"]
    list_select_related = ["conversation", "channel"]
    ordering = ["not_before", "lane", "turn", "id"]
    fields = ["talk", "reason", "goes", "text", "origin", "channel", "timestamp"]
    readonly_fields = ["talk", "reason", "goes"]
    actions = ["let_go"]
    verbs = {"release": _("Let it go now"), "cancel": _("Take it back")}
    verbs_need = Can.CONVERSATION_ANSWER

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        seen = visible_messages(request.user).filter(status="held")
        return HeldMessage.objects.filter(pk__in=seen.values("pk"))

    def offers(self, request: HttpRequest, row: HeldMessage) -> dict[str, Any]:
        return {name: words for name, words in self.verbs.items() if name == "cancel" or row.hold_code in RELEASABLE}

    def do_release(self, request: HttpRequest, row: HeldMessage) -> str:
        if not held.release(message=row, by=Actor.person(request.user)):
            raise NotTransition
        return _now("It goes now.")

    def do_cancel(self, request: HttpRequest, row: HeldMessage) -> str:
        if not outbox.cancel(message=row, by=Actor.person(request.user)):
            raise NotTransition
        return _now("It will not be sent.")

    @action(description=_("Let them go now"), permissions=["operate"])
    def let_go(self, request: HttpRequest, rows: QuerySet[HeldMessage]) -> None:
        gone, kept = 0, ""
        for row in rows:
            try:
                gone += held.release(message=row, by=Actor.person(request.user))
            except DeskError as refusal:
                kept = f"{refusal.message} {refusal.hint}"
        messages.success(request, ngettext("%(count)s goes now.", "%(count)s go now.", gone) % {"count": gone})
        if kept:
            messages.warning(request, kept)

    @display(description=_("text"))
    def said(self, row: HeldMessage) -> str:
        return short(notices.summary(row), 60)

    @display(description=_("conversation"))
    def talk(self, row: HeldMessage) -> str:
        return link(row.conversation)

    @display(description=_("why"), ordering="hold_code")
    def reason(self, row: HeldMessage) -> str:
        return chip(sentence(row.hold_code), "warning", title=row.hold_code)

    @display(description=_("goes"), ordering="not_before")
    def goes(self, row: HeldMessage) -> str:
        return when(row.not_before)
