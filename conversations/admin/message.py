"""Messages with their attempts and files: the outbox as rows (D3)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations import notices
from conversations.access.roles import Can
from conversations.access.visibility import visible_messages
from conversations.actions import held
from conversations.actions import outbox as verbs
from conversations.actor import Actor
from conversations.admin.config_admin import GrowingAdmin, ReadOnlyInline
from conversations.admin.group import ReceiptInline
from conversations.admin.showing import NOTHING, Tone, chip, link, machine_when, pretty, short, state, when
from conversations.errors import NotTransition
from conversations.ingest.media import fetch_again
from conversations.models import Attachment, Attempt, Message, MessageStatus, MessageVersion, Reaction
from conversations.outbox.caps.words import RELEASABLE, sentence
from conversations.whatsapp.errors import describe

STATUS: dict[str, Tone] = {"failed": "danger", "unconfirmed": "warning", "held": "warning", "scheduled": "info"}
FILE: dict[str, Tone] = {"pending": "info", "lost": "danger", "refused": "warning"}


class AttemptInline(ReadOnlyInline):
    model = Attempt
    fields = ["number", "started_at", "ended_at", "http_status", "error_code", "meaning", "detail", "delivered_at"]
    readonly_fields = ["meaning"]
    show_change_link = False

    @display(description=_("meaning"))
    def meaning(self, row: Attempt) -> str:
        return describe(row.error_code, row.detail) or NOTHING


class AttachmentInline(ReadOnlyInline):
    model = Attachment
    fields = ["filename", "status", "content_type", "size", "problem"]


class ReactionInline(ReadOnlyInline):
    model = Reaction
    fields = ["emoji", "contact", "at"]
    show_change_link = False


class VersionInline(ReadOnlyInline):
    model = MessageVersion
    fields = ["text", "until"]
    show_change_link = False


@admin.register(Message)
class MessageAdmin(GrowingAdmin):
    list_display = ["said", "direction", "origin", "type", "shown_status", "talk", "written"]
    list_filter = ["status", "direction", "origin", "type", "channel"]
    search_fields = ["text", "=wamid"]
    list_select_related = ["conversation"]
    ordering = ["-id"]
    inlines = [AttachmentInline, ReactionInline, ReceiptInline, VersionInline, AttemptInline]
    verbs = {
        "retry": _("Send it once more"),
        "force": _("Send it all the same"),
        "release": _("Let it go now"),
        "cancel": _("Take it back"),
    }
    verbs_ask = {
        "force": _(
            "It is not known whether WhatsApp has this message already: its answer never came. A status usually tells within "
            "minutes. Sent again now, the customer may receive it twice, and it may be charged twice. Send it all the same?"
        )
    }
    verbs_need = Can.CONVERSATION_ANSWER
    fieldsets = [
        (None, {"fields": ["talk", "shown_status", "why", "text", "direction", "origin", "type", "shown_payload"]}),
        (
            _("On its way"),
            {
                "fields": [
                    "wamid",
                    "sender_contact",
                    "sender_user",
                    "rule_key",
                    "trigger",
                    "timestamp",
                    "created_at",
                    "not_before",
                    "sent_at",
                    "delivered_at",
                    "read_at",
                    "failed_at",
                    "tries",
                    "retry_at",
                    "error_detail",
                    "pricing",
                ]
            },
        ),
        (_("Pipeline"), {"fields": ["step", "step_tries", "step_due_at"]}),
    ]
    readonly_fields = ["talk", "shown_status", "why", "shown_payload"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return visible_messages(request.user)

    def offers(self, request: HttpRequest, row: Message) -> dict[str, Any]:
        stuck, unsure = row.status in verbs.STUCK, row.status in verbs.STUCK and verbs.is_unconfirmed(row)
        fitting = {"retry": stuck and not unsure, "force": unsure, "cancel": row.status in verbs.WAITING}
        fitting["release"] = row.status == MessageStatus.HELD and row.hold_code in RELEASABLE
        return {name: words for name, words in self.verbs.items() if fitting[name]}

    def do_retry(self, request: HttpRequest, row: Message) -> str:
        if not verbs.retry(message=row, by=Actor.person(request.user)):
            raise NotTransition
        return _now("It is queued once more.")

    def do_force(self, request: HttpRequest, row: Message) -> str:
        if not verbs.retry(message=row, by=Actor.person(request.user), force=True):
            raise NotTransition
        return _now("It is queued once more.")

    def do_release(self, request: HttpRequest, row: Message) -> str:
        if not held.release(message=row, by=Actor.person(request.user)):
            raise NotTransition
        return _now("It goes now.")

    def do_cancel(self, request: HttpRequest, row: Message) -> str:
        if not verbs.cancel(message=row, by=Actor.person(request.user)):
            raise NotTransition
        return _now("It will not be sent.")

    @display(description=_("text"))
    def said(self, row: Message) -> str:
        return short(notices.summary(row), 60)

    @display(description=_("conversation"))
    def talk(self, row: Message) -> str:
        return link(row.conversation)

    @display(description=_("status"), ordering="status")
    def shown_status(self, row: Message) -> str:
        if row.status == MessageStatus.HELD:
            return chip(row.get_status_display(), STATUS["held"], title=sentence(row.hold_code))
        if row.error_code:
            return chip(
                row.get_status_display(),
                STATUS.get(row.status, "quiet"),
                title=describe(row.error_code, row.error_detail),
            )
        return state(row, "status", STATUS)

    @display(description=_("why"))
    def why(self, row: Message) -> str:
        if row.status == MessageStatus.HELD:
            return format_html("{} ({}) {}", sentence(row.hold_code), row.hold_code, when(row.not_before))
        return f"{describe(row.error_code, row.error_detail)} ({row.error_code})" if row.error_code else NOTHING

    @display(description=_("written"), ordering="timestamp")
    def written(self, row: Message) -> str:
        return when(row.timestamp)

    @display(description=_("content"))
    def shown_payload(self, row: Message) -> str:
        return pretty(row.payload)


@admin.register(Attachment)
class AttachmentAdmin(GrowingAdmin):
    list_display = ["name", "shown_status", "content_type", "bytes_shown", "shown_message", "problem"]
    list_filter = ["status"]
    search_fields = ["filename", "=media_id", "=sha256"]
    list_select_related = ["message"]
    ordering = ["-id"]
    readonly_fields = ["file"]
    verbs = {"fetch_again": _("Fetch again")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attachment]:
        return Attachment.objects.filter(message__in=visible_messages(request.user))

    def offers(self, request: HttpRequest, row: Attachment) -> dict[str, Any]:
        return self.verbs if row.status == Attachment.Status.LOST else {}

    def do_fetch_again(self, request: HttpRequest, row: Attachment) -> str:
        if not fetch_again(attachment=row, by=Actor.person(request.user)):
            raise NotTransition
        return _now("It is fetched once more.")

    @display(description=_("file"))
    def name(self, row: Attachment) -> str:
        return str(row)

    @display(description=_("open"))
    def file(self, row: Attachment) -> str:
        if row.status != Attachment.Status.STORED:
            return NOTHING
        return format_html('<a class="desk-link" href="/media/{}/">{}</a>', row.pk, row)

    @display(description=_("status"), ordering="status")
    def shown_status(self, row: Attachment) -> str:
        return state(row, "status", FILE)

    @display(description=_("size"), ordering="size")
    def bytes_shown(self, row: Attachment) -> str:
        return f"{row.size / 1024:.0f} kB" if row.size is not None else NOTHING

    @display(description=_("message"))
    def shown_message(self, row: Attachment) -> str:
        return link(row.message)


@admin.register(Attempt)
class AttemptAdmin(GrowingAdmin):
    list_display = ["__str__", "shown_message", "outcome", "error_code", "started"]
    list_filter = ["http_status"]
    search_fields = ["=message__id", "error_code"]
    list_select_related = ["message"]
    ordering = ["-id"]

    @display(description=_("message"))
    def shown_message(self, row: Attempt) -> str:
        return link(row.message)

    @display(description=_("outcome"))
    def outcome(self, row: Attempt) -> str:
        if row.ended_at is None:
            return chip(_("Not known"), "warning")
        good = row.http_status is not None and row.http_status < 300
        return chip(row.http_status or _("No answer"), "quiet" if good else "danger", title=row.detail)

    @display(description=_("started"), ordering="started_at")
    def started(self, row: Attempt) -> str:
        return machine_when(row.started_at)
