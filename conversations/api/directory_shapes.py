"""How people, departments, channels and tags look in the API: no secret, no colleague's e-mail address."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations import channel_trouble, clock
from conversations.access.roles import roles_of
from conversations.models import Channel, Department, DepartmentMember, Presence, Tag
from conversations.queries.people import shown_name


class PersonShape(serializers.ModelSerializer[User]):
    name = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = ["id", "username", "name"]
        read_only_fields = fields

    def get_name(self, user: User) -> str:
        return shown_name(user)


class TagShape(serializers.ModelSerializer[Tag]):
    class Meta:
        model = Tag
        fields = ["id", "name", "emoji"]


class DepartmentRef(serializers.ModelSerializer[Department]):
    class Meta:
        model = Department
        fields = ["id", "name"]


class ChannelRef(serializers.ModelSerializer[Channel]):
    class Meta:
        model = Channel
        fields = ["id", "name", "kind", "display_phone_number"]


class DepartmentShape(serializers.ModelSerializer[Department]):
    members = serializers.SerializerMethodField()

    class Meta:
        model = Department
        fields = ["id", "name", "description", "is_active", "shares_conversations", "members"]

    @extend_schema_field(
        {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "name", "is_supervisor"],
                "properties": {
                    "id": {"type": "integer"},
                    "name": {"type": "string"},
                    "is_supervisor": {"type": "boolean"},
                },
            },
        }
    )
    def get_members(self, department: Department) -> list[dict[str, Any]]:
        return [
            {"id": one.user_id, "name": shown_name(one.user), "is_supervisor": one.is_supervisor}
            for one in department.memberships.all()
        ]


class ChannelShape(serializers.ModelSerializer[Channel]):
    default_department = DepartmentRef(read_only=True, allow_null=True)
    status_reason = serializers.SerializerMethodField(help_text="Why it stopped, in words.")

    class Meta:
        model = Channel
        fields = [
            "id",
            "name",
            "kind",
            "display_phone_number",
            "phone_number_id",
            "status",
            "status_code",
            "status_reason",
            "stopped_until",
            "quality_rating",
            "throughput",
            "time_zone",
            "language",
            "currency",
            "default_department",
            "reopen_hours",
            "last_inbound_at",
        ]
        read_only_fields = fields

    def get_status_reason(self, channel: Channel) -> str:
        return channel_trouble.sentence(channel)


class PresenceShape(serializers.Serializer[Any]):
    state = serializers.ChoiceField(
        choices=Presence.State.choices, help_text="automatic follows activity; the others are set by hand."
    )
    online = serializers.BooleanField(read_only=True)
    last_seen_at = serializers.DateTimeField(read_only=True, allow_null=True)


def presence_of(user: User) -> dict[str, Any]:
    """The row, or what it would say when nobody has made it yet."""
    found: Presence | None = getattr(user, "presence", None)
    if found is None:
        return {"state": Presence.State.AUTOMATIC, "online": False, "last_seen_at": None}
    return {"state": found.state, "online": found.is_online(clock.machine_now()), "last_seen_at": found.last_seen_at}


class MembershipShape(serializers.ModelSerializer[DepartmentMember]):
    id = serializers.IntegerField(source="department_id", read_only=True)
    name = serializers.CharField(source="department.name", read_only=True)

    class Meta:
        model = DepartmentMember
        fields = ["id", "name", "is_supervisor"]
        read_only_fields = fields


class AgentShape(PersonShape):
    roles = serializers.SerializerMethodField()
    departments = MembershipShape(source="memberships", many=True, read_only=True)
    presence = serializers.SerializerMethodField()
    open_conversations = serializers.IntegerField(read_only=True, help_text="Assigned and open: the load.")

    class Meta(PersonShape.Meta):
        fields = [*PersonShape.Meta.fields, "roles", "departments", "presence", "open_conversations"]
        read_only_fields = fields

    def get_roles(self, user: User) -> list[str]:
        names = {group.name for group in user.groups.all()}
        return sorted(names | ({"Administrator"} if user.is_superuser else set()))

    @extend_schema_field(PresenceShape)
    def get_presence(self, user: User) -> dict[str, Any]:
        return presence_of(user)


def role_names(user: User) -> list[str]:
    return sorted(role.value for role in roles_of(user))
