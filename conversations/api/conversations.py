"""/api/v1/conversations/: the lists, one conversation, and what can be done with it besides answering (C40, C44).

Assigning is served by routing, one floor up (D7).
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.access.roles import Can
from conversations.access.visibility import require_may_answer
from conversations.actions import conversations as verbs
from conversations.actions import signals
from conversations.actions.keep_alive import keep_alive
from conversations.api.conversation_filters import PRIORITY_BY_NAME, ConversationFilter
from conversations.api.conversation_shapes import ConversationShape
from conversations.api.desk_view import DeskView
from conversations.api.message_shapes import MessageShape
from conversations.models import Conversation, Priority
from conversations.queries.conversations import as_listed, listed_conversations


class ResolveBody(serializers.Serializer[Any]):
    topic = serializers.CharField(max_length=80, required=False, allow_blank=True, help_text="What it was about.")
    outcome = serializers.CharField(max_length=40, required=False, allow_blank=True)


class SnoozeBody(serializers.Serializer[Any]):
    until = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Left out: until the customer's next message."
    )


class PriorityBody(serializers.Serializer[Any]):
    priority = serializers.ChoiceField(choices=list(PRIORITY_BY_NAME))


@extend_schema_view(
    list=extend_schema(summary="Conversations one may see, the last active first"),
    retrieve=extend_schema(summary="One conversation"),
)
class Conversations(DeskView, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Conversation]):
    reads = Can.CONVERSATION_SEE
    writes = Can.CONVERSATION_ANSWER
    serializer_class = ConversationShape
    filterset_class = ConversationFilter
    ordering = ("-last_activity_at", "-id")
    ordering_fields = ("last_activity_at", "opened_at", "window_ends_at")
    lookup_value_converter = "int"
    queryset = Conversation.objects.none()

    def get_queryset(self) -> QuerySet[Conversation]:
        if self.describing:
            return self.queryset
        rows = listed_conversations(self.user)
        by_window = self.request.query_params.get("ordering", "").endswith("window_ends_at")
        return rows.filter(window_ends_at__isnull=False) if by_window else rows  # a cursor cannot stand on nothing

    def _mine(self) -> Conversation:
        """The one named in the address, if this person may answer it. 404 unseen, 403 not theirs."""
        conversation: Conversation = self.get_object()
        require_may_answer(self.user, conversation)
        return conversation

    def _shown(self, conversation: Conversation) -> Response:
        return Response(ConversationShape(as_listed(conversation), context=self.get_serializer_context()).data)

    @extend_schema(summary="Resolve it", request=ResolveBody, responses=ConversationShape)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: int) -> Response:
        given = _checked(ResolveBody, request)
        return self._shown(verbs.resolve(conversation=self._mine(), by=self.actor, **given))

    @extend_schema(summary="Reopen it", request=None, responses=ConversationShape)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: int) -> Response:
        return self._shown(verbs.reopen(conversation=self._mine(), by=self.actor))

    @extend_schema(summary="Wait for the customer or somebody else", request=None, responses=ConversationShape)
    @action(detail=True, methods=["post"])
    def pending(self, request: Request, pk: int) -> Response:
        return self._shown(verbs.set_pending(conversation=self._mine(), by=self.actor))

    @extend_schema(
        summary="Put it aside until a time or the next message", request=SnoozeBody, responses=ConversationShape
    )
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: int) -> Response:
        given = _checked(SnoozeBody, request)
        return self._shown(verbs.snooze(conversation=self._mine(), by=self.actor, until=given.get("until")))

    @extend_schema(summary="Back to open, from pending or snoozed", request=None, responses=ConversationShape)
    @action(detail=True, methods=["post"], url_path="open")
    def wake_up(self, request: Request, pk: int) -> Response:
        return self._shown(verbs.wake_up(conversation=self._mine(), by=self.actor))

    @extend_schema(summary="Nothing in it is unread any more", request=None, responses=ConversationShape)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: int) -> Response:
        row = verbs.mark_read(conversation=self._mine(), by=self.actor)
        signals.opened(conversation=row, by=self.user)
        return self._shown(row)

    @extend_schema(
        summary="I am writing an answer",
        description="Renews the lock and, where the channel says so, shows the customer “typing…”. 423 `locked` while a colleague answers.",
        request=None,
        responses={204: None},
    )
    @action(detail=True, methods=["post"])
    def typing(self, request: Request, pk: int) -> Response:
        signals.typing(conversation=self._mine(), by=self.user)
        return Response(status=204)

    @extend_schema(summary="Set the priority", request=PriorityBody, responses=ConversationShape)
    @action(detail=True, methods=["post"])
    def priority(self, request: Request, pk: int) -> Response:
        given = _checked(PriorityBody, request)
        wanted = Priority(PRIORITY_BY_NAME[given["priority"]])
        return self._shown(verbs.set_priority(conversation=self._mine(), by=self.actor, priority=wanted))

    @extend_schema(
        summary="Send the channel's template before the window closes",
        description="409 `not_closing`, `keep_alive_missing` (no template is chosen), `keep_alive_sent` (once in a window), `opted_out`.",
        request=None,
        responses={201: MessageShape},
    )
    @action(detail=True, methods=["post"], url_path="keep-alive")
    def keep_alive(self, request: Request, pk: int) -> Response:
        message = keep_alive(conversation=self._mine(), by=self.user)
        return Response(
            MessageShape(message, context=self.get_serializer_context()).data, status=status.HTTP_201_CREATED
        )

    @extend_schema(summary="A person takes it: nothing automatic follows", request=None, responses=ConversationShape)
    @action(detail=True, methods=["post"])
    def hand_over(self, request: Request, pk: int) -> Response:
        return self._shown(verbs.hand_over(conversation=self._mine(), by=self.actor, why="asked"))


def _checked(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    body = shape(data=request.data)
    body.is_valid(raise_exception=True)
    given: dict[str, Any] = body.validated_data
    return given
