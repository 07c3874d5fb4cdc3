"""/media/<attachment>/: a customer's file, for those who may see its conversation and nobody else (C14, law 7)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import BinaryIO

from asgiref.sync import sync_to_async
from django.http import HttpResponse, HttpResponseNotModified, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from conversations.access.roles import Can
from conversations.access.visibility import visible_messages
from conversations.api.desk_view import DeskView
from conversations.errors import NotFound
from conversations.media import shelf
from conversations.models import Attachment

CHUNK = 256 * 1024
KEEP = 3600  # seconds a browser may keep it: the content never changes, the right to see it may
SHOWN = ("image/", "audio/", "video/", "application/pdf")  # all else is saved, never opened: it might run
RUNS = {"image/svg+xml"}


class FileStream(StreamingHttpResponse):
    """Read piece by piece under ASGI as under WSGI: Django's own file answer is read into memory by an ASGI server."""

    def __init__(self, file: BinaryIO, **extra: str) -> None:
        super().__init__(self._pieces(file), **extra)
        self.file = file

    @staticmethod
    def _pieces(file: BinaryIO) -> Iterator[bytes]:
        with file:
            while piece := file.read(CHUNK):
                yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            while piece := await sync_to_async(self.file.read)(CHUNK):
                yield piece
        finally:
            self.file.close()


@extend_schema(exclude=True)  # a file, not JSON: its address comes with the attachment
class Media(DeskView, APIView):
    reads = Can.MESSAGE_READ

    def get(self, request: Request, pk: int) -> HttpResponse | StreamingHttpResponse | Response:
        row = Attachment.objects.filter(pk=pk, message__in=visible_messages(self.user).values("pk")).first()
        if row is None:
            raise NotFound
        path = shelf.path_of(row.sha256)
        if row.status != Attachment.Status.STORED or not path.is_file():
            raise NotFound(_("This file is not stored: it is being fetched, was lost or refused."))
        etag = f'"{row.sha256}"'
        if request.headers.get("If-None-Match") == etag:
            return HttpResponseNotModified(headers={"ETag": etag, "Cache-Control": f"private, max-age={KEEP}"})
        kind = row.content_type or "application/octet-stream"
        save = kind in RUNS or not kind.startswith(SHOWN)
        response = FileStream(path.open("rb"), content_type=kind)
        response.headers["Content-Length"] = str(path.stat().st_size)
        response.headers["Content-Disposition"] = str(content_disposition_header(save, row.filename or f"{row.pk}"))
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Cache-Control"] = f"private, max-age={KEEP}"
        response.headers["ETag"] = etag
        return response
