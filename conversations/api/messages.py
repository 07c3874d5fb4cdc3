"""/api/v1/conversations/{id}/messages/ and /api/v1/messages/: read, search, answer, retry, take back (C30–C32)."""

from __future__ import annotations

from typing import Any

import django_filters
import django_filters.rest_framework
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.access.roles import Can
from conversations.access.visibility import require_may_answer, visible_conversations
from conversations.actions import messages as verbs
from conversations.api.bounds import TimeFilter
from conversations.api.desk_view import DeskView
from conversations.api.message_shapes import MessageShape
from conversations.errors import Invalid, NotTransition
from conversations.models import Conversation, Direction, Message, MessageStatus, Upload
from conversations.queries.conversations import listed_messages, thread_of
from conversations.queries.search import search_messages
from conversations.whatsapp import json_text

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


class AnswerBody(serializers.Serializer[Any]):
    """One of: `text`; `upload` with `caption` or `voice`; `type` with Meta's object of that type as `content`."""

    text = serializers.CharField(required=False, trim_whitespace=False)
    type = serializers.CharField(required=False, max_length=24, help_text="text, image, template, interactive, …")
    content = serializers.DictField(required=False, help_text='Meta\'s object of that type, such as {"body": "Ciao"}.')
    upload = serializers.IntegerField(required=False, help_text="Id of a file uploaded before by the same person.")
    caption = serializers.CharField(required=False, trim_whitespace=False, help_text="Of a picture, video or document.")
    voice = serializers.BooleanField(required=False, help_text="Sound as a voice message: OGG with Opus.")
    reply_to = serializers.IntegerField(required=False, allow_null=True, help_text="Id of the message it answers.")
    not_before = serializers.DateTimeField(required=False, allow_null=True, help_text="Send it later.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(name in attrs for name in ("text", "upload", "content")) != 1:
            raise serializers.ValidationError(_("Give either a text, an uploaded file, or a type with its content."))
        if "content" in attrs and "type" not in attrs:
            raise serializers.ValidationError({"type": _("Name the type of the content.")})
        return attrs

    def validate_content(self, content: dict[str, Any]) -> dict[str, Any]:
        """Only what a database can keep: nothing that reading a webhook would have to take out."""
        if content != json_text.clean(content) or not json_text.is_finite(content):
            raise serializers.ValidationError(_("It holds characters or numbers that cannot be kept."))
        return content


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
        type_, content = _content(given, self.user)
        message = verbs.answer(
            conversation=row,
            by=self.user,
            type_=type_,
            content=content,
            reply_to_wamid=_wamid(row, given.get("reply_to")),
            client_key=key or None,
            not_before=given.get("not_before"),
        )
        return Response(self.get_serializer(message).data, status=status.HTTP_201_CREATED)


def _content(given: dict[str, Any], user: User) -> tuple[str, dict[str, Any]]:
    """Type and Meta's object of it."""
    if "text" in given:
        return "text", {"body": given["text"]}
    if "content" in given:
        return given["type"], given["content"]
    upload = Upload.objects.filter(pk=given["upload"], by=user).first()
    if upload is None:
        raise Invalid(_("There is no such upload of yours."))
    content: dict[str, Any] = {"upload": upload.pk}
    if given.get("caption"):
        content["caption"] = given["caption"]
    if upload.kind == "document":
        content["filename"] = upload.filename
    if upload.kind == "audio" and given.get("voice"):
        content["voice"] = True
    return upload.kind, content


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

    @extend_schema(summary="Send a message that failed once more", request=None, responses=MessageShape)
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: int) -> Response:
        message = self._mine()
        if not verbs.retry(message=message, by=self.actor):
            raise NotTransition(was=message.status)
        return self._shown(message)

    @extend_schema(summary="Take back a message that has not left", request=None, responses=MessageShape)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        message = self._mine()
        if not verbs.cancel(message=message, by=self.actor):
            raise NotTransition(was=message.status)
        return self._shown(message)
