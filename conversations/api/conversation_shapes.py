"""How a conversation looks in the API: a row of the list and the head of the thread are the same."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations import clock, notices, reasons
from conversations.api.directory_shapes import ChannelRef, DepartmentRef, PersonShape, TagShape
from conversations.models import Contact, Conversation, Group, GroupParticipant, Identity, Lock, Message, Priority
from conversations.queries.windows import windows_of
from conversations.window import Windows

PRIORITIES = [priority.name.lower() for priority in Priority]


class IdentityShape(serializers.ModelSerializer[Identity]):
    class Meta:
        model = Identity
        fields = ["kind", "value"]


class ContactRef(serializers.ModelSerializer[Contact]):
    name = serializers.CharField(source="shown_name", read_only=True)
    identities = IdentityShape(many=True, read_only=True)
    tags = TagShape(many=True, read_only=True)

    class Meta:
        model = Contact
        fields = ["id", "name", "identities", "tags", "tier", "language", "is_blocked", "is_unreachable"]
        read_only_fields = fields


class ParticipantShape(serializers.ModelSerializer[GroupParticipant]):
    id = serializers.IntegerField(source="contact_id", read_only=True, help_text="Of the contact.")
    name = serializers.CharField(source="contact.shown_name", read_only=True)

    class Meta:
        model = GroupParticipant
        fields = ["id", "name", "joined_at"]
        read_only_fields = fields


class GroupRef(serializers.ModelSerializer[Group]):
    participants = serializers.SerializerMethodField(help_text="Who is in it now, besides the business.")

    class Meta:
        model = Group
        fields = ["id", "subject", "status", "is_suspended", "participants"]
        read_only_fields = fields

    @extend_schema_field(ParticipantShape(many=True))
    def get_participants(self, row: Group) -> list[dict[str, Any]]:
        present = [member for member in row.participants.all() if member.is_present]
        return list(ParticipantShape(present, many=True).data)


class LastMessage(serializers.ModelSerializer[Message]):
    notice = serializers.SerializerMethodField(help_text="What stands in place of words, where there are none.")

    class Meta:
        model = Message
        fields = ["id", "direction", "origin", "type", "text", "notice", "status", "created_at"]

    def get_notice(self, row: Message) -> str:
        return notices.notice(row)


class WindowShape(serializers.Serializer[Any]):
    """As it is this second; the stored state is renewed once a minute (C21)."""

    state = serializers.ChoiceField(choices=Conversation.WindowState.choices)
    free_form_allowed = serializers.BooleanField(help_text="Whether anything but a template may be sent now.")
    service_ends_at = serializers.DateTimeField(allow_null=True, help_text="24 h after the customer's last message.")
    pricing_ends_at = serializers.DateTimeField(
        allow_null=True, help_text="From then on each message carries the channel's surcharge."
    )
    entry_point_ends_at = serializers.DateTimeField(
        allow_null=True, help_text="The customer came from an ad: until then everything is free."
    )
    free = serializers.ChoiceField(
        choices=["", "entry_point", "entry_offer"],
        help_text="Why a message costs nothing now; entry_offer: it would open the free window.",
    )


class LockShape(serializers.Serializer[Any]):
    holder = PersonShape()
    until = serializers.DateTimeField()


class ServiceLevel(serializers.Serializer[Any]):
    kind = serializers.CharField()
    state = serializers.CharField()
    due_at = serializers.DateTimeField()


class ConversationShape(serializers.ModelSerializer[Conversation]):
    number = serializers.IntegerField(read_only=True, help_text="What customers and staff quote.")
    contact = ContactRef(read_only=True, allow_null=True)
    group = GroupRef(read_only=True, allow_null=True)
    channel = ChannelRef(read_only=True)
    department = DepartmentRef(read_only=True, allow_null=True)
    assignee = PersonShape(read_only=True, allow_null=True)
    reason = serializers.SerializerMethodField(help_text="Why it is where it is, in a sentence.")
    priority = serializers.SerializerMethodField()
    tags = TagShape(many=True, read_only=True)
    last_message = LastMessage(read_only=True, allow_null=True)
    window = serializers.SerializerMethodField()
    lock = serializers.SerializerMethodField()
    service_level = serializers.SerializerMethodField()

    class Meta:
        model = Conversation
        fields = [
            "id",
            "number",
            "status",
            "contact",
            "group",
            "channel",
            "department",
            "assignee",
            "reason",
            "reason_code",
            "priority",
            "tags",
            "topic",
            "outcome",
            "last_message",
            "unread",
            "needs_person",
            "window",
            "lock",
            "service_level",
            "opened_at",
            "waiting_since",
            "last_activity_at",
            "first_response_at",
            "snoozed_until",
            "resolved_at",
        ]
        read_only_fields = fields

    def get_reason(self, row: Conversation) -> str:
        return reasons.sentence(row.reason_code, row.reason_data)

    @extend_schema_field({"type": "string", "enum": PRIORITIES})
    def get_priority(self, row: Conversation) -> str:
        return Priority(row.priority).name.lower()

    @extend_schema_field(WindowShape)
    def get_window(self, row: Conversation) -> dict[str, Any]:
        return window_of(row)

    @extend_schema_field(LockShape(allow_null=True))
    def get_lock(self, row: Conversation) -> dict[str, Any] | None:
        lock: Lock | None = getattr(row, "lock", None)
        if lock is None or not lock.stands(clock.machine_now()):
            return None
        return {"holder": PersonShape(lock.holder).data, "until": _iso(lock.until)}

    @extend_schema_field(ServiceLevel(allow_null=True))
    def get_service_level(self, row: Conversation) -> dict[str, Any] | None:
        if row.sla_due_at is None:
            return None
        return {"kind": row.sla_kind, "state": row.sla_state, "due_at": _iso(row.sla_due_at)}


def window_of(row: Conversation) -> dict[str, Any]:
    return shown_windows(windows_of(row))


def shown_windows(windows: Windows) -> dict[str, Any]:
    now = clock.now()
    return {
        "state": windows.state(now),
        "free_form_allowed": windows.free_form_allowed(now),
        "service_ends_at": _iso(windows.service_ends_at),
        "pricing_ends_at": _iso(windows.pricing_ends_at),
        "entry_point_ends_at": _iso(windows.entry_point_ends_at),
        "free": windows.free(now),
    }


def _iso(value: Any) -> Any:
    return serializers.DateTimeField().to_representation(value) if value is not None else None
