"""/api/v1/conversations/{id}/assign/: a person hands a conversation to a department, a colleague, or a pool (D7)."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.access.roles import Can
from conversations.access.visibility import visible_conversations
from conversations.api.conversation_shapes import ConversationShape
from conversations.api.desk_view import DeskView
from conversations.models import Conversation, Department
from conversations.queries.conversations import as_listed
from routing.assignment import assign_by_hand


class AssignBody(serializers.Serializer[Any]):
    department = serializers.PrimaryKeyRelatedField(
        queryset=Department.objects.all(), required=False, allow_null=True, help_text="Empty: it stays where it is."
    )
    assignee = serializers.PrimaryKeyRelatedField(
        queryset=User.objects.filter(is_active=True),
        required=False,
        allow_null=True,
        help_text="Empty: to the department's pool.",
    )

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if not given:
            raise serializers.ValidationError(_("Name a department, an assignee, or both."))
        return given


class Assign(DeskView, GenericAPIView[Conversation]):
    """Without a department it stays where it is, without an assignee it goes to the pool."""

    writes = Can.CONVERSATION_ASSIGN
    serializer_class = AssignBody
    queryset = Conversation.objects.none()

    def get_queryset(self) -> QuerySet[Conversation]:
        return self.queryset if self.describing else visible_conversations(self.user)

    @extend_schema(
        operation_id="conversations_assign_create",
        summary="Assign it to a department, an agent, or a pool",
        responses=ConversationShape,
    )
    def post(self, request: Request, pk: int) -> Response:
        conversation = self.get_object()
        body = self.get_serializer(data=request.data)
        body.is_valid(raise_exception=True)
        done = assign_by_hand(conversation=conversation, by=self.user, **body.validated_data)
        return Response(ConversationShape(as_listed(done), context=self.get_serializer_context()).data)
