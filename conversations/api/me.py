"""/api/v1/me/: who is signed in, what they may do, whether they are there."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.access.roles import Can, allows
from conversations.actions.presence import set_presence
from conversations.api.desk_view import DeskView
from conversations.api.directory_shapes import MembershipShape, PersonShape, PresenceShape, presence_of, role_names
from conversations.models import Presence


class MeShape(PersonShape):
    email = serializers.CharField(read_only=True)  # empty when there is none, which is no e-mail address
    roles = serializers.SerializerMethodField()
    permissions = serializers.SerializerMethodField(help_text="What the permission table allows this person.")
    departments = serializers.SerializerMethodField()
    presence = serializers.SerializerMethodField()

    class Meta(PersonShape.Meta):
        fields = [*PersonShape.Meta.fields, "email", "roles", "permissions", "departments", "presence"]
        read_only_fields = fields

    def get_roles(self, user: User) -> list[str]:
        return role_names(user)

    def get_permissions(self, user: User) -> list[str]:
        return sorted(what.value for what in Can if allows(user, what))

    @extend_schema_field(MembershipShape(many=True))
    def get_departments(self, user: User) -> list[Any]:
        rows = user.memberships.select_related("department").order_by("department__name")
        return list(MembershipShape(rows, many=True).data)

    @extend_schema_field(PresenceShape)
    def get_presence(self, user: User) -> dict[str, Any]:
        return presence_of(user)


class MeBody(serializers.Serializer[Any]):
    presence = serializers.ChoiceField(choices=Presence.State.choices)


class Me(DeskView, GenericAPIView[User]):
    any_role = True
    serializer_class = MeShape
    pagination_class = None
    filter_backends: list[Any] = []

    @extend_schema(summary="Oneself")
    def get(self, request: Request) -> Response:
        return Response(self.get_serializer(self.user).data)

    @extend_schema(summary="Say whether one is there", request=MeBody, responses=MeShape)
    def patch(self, request: Request) -> Response:
        body = MeBody(data=request.data)
        body.is_valid(raise_exception=True)
        set_presence(user=self.user, state=Presence.State(body.validated_data["presence"]), by=self.actor)
        return Response(self.get_serializer(User.objects.get(pk=self.user.pk)).data)
