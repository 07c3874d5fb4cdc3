"""/api/v1/conversations/{id}/uploads/: a file to be sent in this conversation, checked before anything is queued (C34)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status, viewsets
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.access.roles import Can
from conversations.actions import uploads
from conversations.api.messages import ConversationPart
from conversations.errors import Invalid
from conversations.models import Upload


class UploadShape(serializers.ModelSerializer[Upload]):
    class Meta:
        model = Upload
        fields = ["id", "kind", "content_type", "size", "filename", "created_at"]
        read_only_fields = fields


class UploadBody(serializers.Serializer[Any]):
    file = serializers.FileField(help_text="One file; its type is found by its content.")


class Uploads(ConversationPart, viewsets.GenericViewSet[Upload]):
    reads = Can.MESSAGE_READ
    writes = Can.CONVERSATION_ANSWER
    serializer_class = UploadShape
    parser_classes = [MultiPartParser]
    queryset = Upload.objects.none()

    @extend_schema(
        summary="Upload a file to be sent",
        description="Pictures are turned upright, lose their metadata and are made smaller. "
        "400 `file_refused` says what WhatsApp would take; "
        '413 `file_too_large`. Send it with `POST …/messages/` and `{"upload": id}`.',
        request={"multipart/form-data": UploadBody},
        responses={201: UploadShape},
    )
    def create(self, request: Request, conversation: int) -> Response:
        row = self.conversation()
        given = request.FILES.get("file")
        if given is None:
            raise Invalid(_("Send one file, in the field “file”."))
        upload = uploads.take(
            pieces=given.chunks(), filename=given.name or "", by=self.user, longest_side=row.channel.picture_side
        )
        return Response(self.get_serializer(upload).data, status=status.HTTP_201_CREATED)
