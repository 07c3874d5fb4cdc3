"""/api/v1/conversations/{id}/messages/ and /api/v1/messages/: read, search, answer, retry, take back (C30–C32)."""

from __future__ import annotations

from typing import Any

import django_filters
import django_filters.rest_framework
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.access.roles import Can
from conversations.access.visibility import require_may_answer, visible_conversations
from conversations.actions import held, messages, outbox
from conversations.api.answers import AnswerBody, RetryBody, said
from conversations.api.bounds import TimeFilter
from conversations.api.desk_view import DeskView
from conversations.api.message_shapes import AttemptShape, MessageShape
from conversations.errors import Invalid, NotTransition
from conversations.models import Conversation, Direction, Message, MessageStatus
from conversations.queries.conversations import listed_messages, thread_of
from conversations.queries.search import search_messages

LONGEST_KEY = 120


class MessageFilter(django_filters.rest_framework.FilterSet):
    search = django_filters.CharFilter(method="by_words", label="Every word in the text or the sender's name.")
    direction = django_filters.ChoiceFilter(choices=Direction.choices)
    status = django_filters.MultipleChoiceFilter(choices=MessageStatus.choices)
    type = django_filters.CharFilter()
    after = TimeFilter(field_name="timestamp", lookup_expr="gte")
    before = TimeFilter(field_name="timestamp", lookup_expr="lt")

    class Meta:
        model = Message
        fields: list[str] = []

    def by_words(self, rows: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        return search_messages(rows, value)


class ConversationPart(DeskView):
    """A view below /conversations/{conversation}/: 404 when that is not visible."""

    kwargs: dict[str, Any]

    def conversation(self) -> Conversation:
        rows = visible_conversations(self.user).select_related("channel", "contact")
        return get_object_or_404(rows, pk=self.kwargs["conversation"])


@extend_schema_view(list=extend_schema(summary="The thread, oldest first (`ordering=-timestamp`: newest first)"))
class Thread(ConversationPart, mixins.ListModelMixin, viewsets.GenericViewSet[Message]):
    reads = Can.MESSAGE_READ
    writes = Can.CONVERSATION_ANSWER
    serializer_class = MessageShape
    filterset_class = MessageFilter
    ordering = ("timestamp", "id")
    ordering_fields = ("timestamp",)
    queryset = Message.objects.none()

    def get_queryset(self) -> QuerySet[Message]:
        return self.queryset if self.describing else thread_of(self.conversation())

    @extend_schema(
        summary="Answer the customer",
        description="From the pool this takes the conversation. 409 `window_closed` after 24 h, "
        "423 `locked` while a colleague answers, 403 `not_yours` for a colleague's.",
        request=AnswerBody,
        responses={201: MessageShape},
        parameters=[
            OpenApiParameter(
                "Idempotency-Key", str, OpenApiParameter.HEADER, description="Repeating it returns the first message."
            )
        ],
    )
    def create(self, request: Request, conversation: int) -> Response:
        row = self.conversation()
        body = AnswerBody(data=request.data)
        body.is_valid(raise_exception=True)
        given = body.validated_data
        key = request.headers.get("Idempotency-Key", "").strip()
        if len(key) > LONGEST_KEY:
            raise Invalid(_("An Idempotency-Key has at most %(count)s characters.") % {"count": LONGEST_KEY})
        type_, content = said(given, row, self.user)
        message = messages.answer(
            conversation=row,
            by=self.user,
            type_=type_,
            content=content,
            reply_to_wamid=_wamid(row, given.get("reply_to")),
            client_key=key or None,
            not_before=given.get("not_before"),
        )
        return Response(self.get_serializer(message).data, status=status.HTTP_201_CREATED)


def _wamid(conversation: Conversation, reply_to: int | None) -> str:
    if reply_to is None:
        return ""
    wamid = conversation.messages.filter(pk=reply_to).values_list("wamid", flat=True).first()
    if not wamid:
        raise Invalid(_("The message to answer is not in this conversation, or has not reached WhatsApp."))
    return str(wamid)


@extend_schema_view(
    list=extend_schema(summary="Messages of all conversations one may see, newest first"),
    retrieve=extend_schema(summary="One message"),
)
class Messages(DeskView, mixins.ListModelMixin, mixins.RetrieveModelMixin, viewsets.GenericViewSet[Message]):
    reads = Can.MESSAGE_READ
    writes = Can.CONVERSATION_ANSWER
    serializer_class = MessageShape
    filterset_class = MessageFilter
    ordering = ("-id",)
    lookup_value_converter = "int"
    queryset = Message.objects.none()

    def get_queryset(self) -> QuerySet[Message]:
        return self.queryset if self.describing else listed_messages(self.user)

    def _mine(self) -> Message:
        message: Message = self.get_object()
        require_may_answer(self.user, message.conversation)
        return message

    def _shown(self, message: Message) -> Response:
        row = listed_messages(self.user).get(pk=message.pk)
        return Response(self.get_serializer(row).data)

    @extend_schema(
        summary="Send a message that failed once more",
        description="409 `unconfirmed` while nobody knows whether WhatsApp has it already: with `force` it is sent all the same, "
        "and the customer may receive it twice.",
        request=RetryBody,
        responses=MessageShape,
    )
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: int) -> Response:
        message = self._mine()
        body = RetryBody(data=request.data)
        body.is_valid(raise_exception=True)
        if not outbox.retry(message=message, by=self.actor, force=body.validated_data["force"]):
            raise NotTransition(was=message.status)
        return self._shown(message)

    @extend_schema(
        summary="Each call to WhatsApp for this message, the first one first",
        responses=AttemptShape(many=True),
        filters=False,
    )
    @action(detail=True, pagination_class=None)
    def attempts(self, request: Request, pk: int) -> Response:
        message: Message = self.get_object()
        return Response(AttemptShape(message.attempts.order_by("number"), many=True).data)

    @extend_schema(
        summary="Let a message go that a cap holds back",
        description="For supervisors. 409 `cap_stands` where the cap is WhatsApp's, or protects a customer who has not opted in.",
        request=None,
        responses=MessageShape,
    )
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: int) -> Response:
        message = self._mine()
        if not held.release(message=message, by=self.actor):
            raise NotTransition(was=message.status)
        return self._shown(message)

    @extend_schema(summary="Take back a message that has not left", request=None, responses=MessageShape)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        message = self._mine()
        if not outbox.cancel(message=message, by=self.actor):
            raise NotTransition(was=message.status)
        return self._shown(message)
