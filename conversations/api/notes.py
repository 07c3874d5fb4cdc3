"""/api/v1/conversations/{id}/notes/: internal remarks; everybody who sees the conversation may add one (C43)."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, status, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.access.roles import Can
from conversations.actions.notes import add_note
from conversations.api.message_shapes import NoteShape
from conversations.api.messages import ConversationPart
from conversations.models import Note
from conversations.queries.conversations import notes_of


class NoteBody(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=Note.LIMIT, help_text="@username tells that colleague.")


@extend_schema_view(list=extend_schema(summary="Notes of a conversation, oldest first"))
class Notes(ConversationPart, mixins.ListModelMixin, viewsets.GenericViewSet[Note]):
    reads = Can.CONVERSATION_SEE
    writes = Can.NOTE_ADD
    serializer_class = NoteShape
    ordering = ("created_at", "id")
    queryset = Note.objects.none()

    def get_queryset(self) -> QuerySet[Note]:
        return self.queryset if self.describing else notes_of(self.conversation())

    @extend_schema(summary="Add a note", request=NoteBody, responses={201: NoteShape})
    def create(self, request: Request, conversation: int) -> Response:
        row = self.conversation()
        body = NoteBody(data=request.data)
        body.is_valid(raise_exception=True)
        note = add_note(conversation=row, by=self.user, text=body.validated_data["text"])
        return Response(self.get_serializer(note).data, status=status.HTTP_201_CREATED)
