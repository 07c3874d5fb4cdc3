"""WhatsApp groups as Meta tells of them: to look at (C60). Managing them comes with its own screens."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.admin.config_admin import ReadOnlyAdmin, ReadOnlyInline
from conversations.admin.showing import NOTHING, Tone, chip, link, state, when
from conversations.models import Group, GroupJoinRequest, GroupParticipant, Receipt
from conversations.whatsapp.errors import describe

STATUS: dict[str, Tone] = {"requested": "info", "failed": "danger"}
ASKING: dict[str, Tone] = {"open": "info"}
RECEIPT: dict[str, Tone] = {"failed": "danger"}
HERE = Q(participants__joined_at__isnull=False) & (
    Q(participants__left_at__isnull=True) | Q(participants__joined_at__gt=F("participants__left_at"))
)


class ParticipantInline(ReadOnlyInline):
    model = GroupParticipant
    fields = ["who", "shown_state", "joined", "left"]
    readonly_fields = fields
    show_change_link = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[GroupParticipant]:
        rows: QuerySet[GroupParticipant] = super().get_queryset(request)
        return rows.select_related("contact")

    @display(description=_("participant"))
    def who(self, row: GroupParticipant) -> str:
        return link(row.contact)

    @display(description=_("state"))
    def shown_state(self, row: GroupParticipant) -> str:
        return chip(_("In the group")) if row.is_present else chip(row.get_left_by_display(), "quiet")

    @display(description=_("joined"))
    def joined(self, row: GroupParticipant) -> str:
        return when(row.joined_at)

    @display(description=_("left"))
    def left(self, row: GroupParticipant) -> str:
        return when(row.left_at)


class JoinRequestInline(ReadOnlyInline):
    model = GroupJoinRequest
    fields = ["who", "shown_state", "asked", "ended"]
    readonly_fields = fields
    show_change_link = False
    ordering = ["-asked_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[GroupJoinRequest]:
        rows: QuerySet[GroupJoinRequest] = super().get_queryset(request)
        return rows.select_related("contact")

    @display(description=_("who asks"))
    def who(self, row: GroupJoinRequest) -> str:
        return link(row.contact)

    @display(description=_("state"))
    def shown_state(self, row: GroupJoinRequest) -> str:
        return state(row, "state", ASKING)

    @display(description=_("asked"))
    def asked(self, row: GroupJoinRequest) -> str:
        return when(row.asked_at)

    @display(description=_("ended"))
    def ended(self, row: GroupJoinRequest) -> str:
        return when(row.ended_at)


@admin.register(Group)
class GroupAdmin(ReadOnlyAdmin):
    list_display = ["name", "shown_state", "people", "waiting", "channel", "created"]
    list_display_links = ["name"]
    list_filter = ["channel", "status", "is_suspended"]
    search_fields = ["subject", "=group_id"]
    list_select_related = ["channel"]
    ordering = ["-id"]
    inlines = [ParticipantInline, JoinRequestInline]
    fields = [
        "name", "shown_state", "why", "channel", "description", "approval", "link_out", "talk", "created", "group_id", "request_id",
    ]  # fmt: skip
    readonly_fields = ["name", "shown_state", "why", "link_out", "talk", "created"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        rows: QuerySet[Group] = super().get_queryset(request)
        return rows.annotate(
            here=Count("participants", filter=HERE, distinct=True),
            asking=Count("join_requests", filter=Q(join_requests__state="open"), distinct=True),
        )

    @display(description=_("group"), ordering="subject")
    def name(self, row: Group) -> str:
        return row.subject or row.group_id or row.request_id

    @display(description=_("state"), ordering="status")
    def shown_state(self, row: Group) -> str:
        if row.is_suspended and row.status == Group.Status.ACTIVE:
            return chip(_("Suspended by WhatsApp"), "danger")
        return state(row, "status", STATUS)

    @display(description=_("participants"), ordering="here")
    def people(self, row: Group) -> str:
        return str(row.here)  # type: ignore[attr-defined]

    @display(description=_("ask to join"), ordering="asking")
    def waiting(self, row: Group) -> str:
        return chip(str(row.asking), "info") if row.asking else NOTHING  # type: ignore[attr-defined]

    @display(description=_("last refusal"))
    def why(self, row: Group) -> str:
        return f"{describe(row.problem)} ({row.problem})" if row.problem else NOTHING

    @display(description=_("invite link"))
    def link_out(self, row: Group) -> str:
        if not row.invite_link.startswith("https://"):
            return row.invite_link or NOTHING
        return format_html('<a class="desk-link" href="{0}" rel="noreferrer">{0}</a>', row.invite_link)

    @display(description=_("conversation"))
    def talk(self, row: Group) -> str:
        return link(row.conversations.order_by("-pk").first())

    @display(description=_("created"), ordering="created_at")
    def created(self, row: Group) -> str:
        return when(row.created_at)


class OfGroup(ReadOnlyAdmin):
    list_select_related = ["group", "contact"]
    search_fields = ["group__subject", "contact__name", "contact__profile_name"]

    @display(description=_("group"))
    def shown_group(self, row: GroupParticipant | GroupJoinRequest) -> str:
        return link(row.group)

    @display(description=_("customer"))
    def who(self, row: GroupParticipant | GroupJoinRequest) -> str:
        return link(row.contact)


@admin.register(GroupParticipant)
class GroupParticipantAdmin(OfGroup):
    list_display = ["who", "shown_group", "joined_at", "left_at", "left_by"]
    list_filter = ["left_by", "group__channel"]
    ordering = ["-id"]


@admin.register(GroupJoinRequest)
class GroupJoinRequestAdmin(OfGroup):
    list_display = ["who", "shown_group", "shown_state", "asked_at", "ended_at"]
    list_filter = ["state", "group__channel"]
    ordering = ["-id"]

    @display(description=_("state"), ordering="state")
    def shown_state(self, row: GroupJoinRequest) -> str:
        return state(row, "state", ASKING)


@admin.register(Receipt)
class ReceiptAdmin(ReadOnlyAdmin):
    list_display = ["who", "shown_message", "shown_status", "delivered_at", "read_at", "shown_problem"]
    list_filter = ["status"]
    search_fields = ["=message__id"]
    list_select_related = ["message", "contact"]
    ordering = ["-id"]

    @display(description=_("participant"))
    def who(self, row: Receipt) -> str:
        return link(row.contact)

    @display(description=_("message"))
    def shown_message(self, row: Receipt) -> str:
        return link(row.message)

    @display(description=_("status"), ordering="status")
    def shown_status(self, row: Receipt) -> str:
        return state(row, "status", RECEIPT)

    @display(description=_("problem"))
    def shown_problem(self, row: Receipt) -> str:
        return describe(row.error_code) if row.error_code else NOTHING


class ReceiptInline(ReadOnlyInline):
    """On the page of a message to a group: how far each got."""

    model = Receipt
    fields = ["contact", "status", "delivered_at", "read_at", "error_code"]
    show_change_link = False
