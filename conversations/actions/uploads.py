"""Taking a file that somebody wants to send (C34): what it is by content, small enough, on the shelf; and tying it to its message."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _

from conversations import clock
from conversations.errors import DeskError
from conversations.media import kinds, pictures, shelf
from conversations.models import Attachment, Message, Upload
from conversations.templates.filling import header_file

JPEG = "image/jpeg"


class FileRefused(DeskError):
    """WhatsApp would not take this file (facts §8)."""

    code, http_status = "file_refused", 400
    message = _("This file cannot be sent.")


class FileTooLarge(DeskError):
    code, http_status = "file_too_large", 413
    message = _("This file is larger than 100 MB.")
    hint = _("WhatsApp takes nothing larger.")


def take(*, pieces: Iterable[bytes], filename: str, by: User, longest_side: int) -> Upload:
    """Store a file to be sent. Pictures are turned upright, lose their metadata and are made smaller (`longest_side`, 0: as they are).

    Raises FileRefused, FileTooLarge.
    """
    name = Path(filename.replace("\\", "/")).name[:240]
    try:
        draft = shelf.draft(pieces, largest=kinds.LARGEST)
    except shelf.TooLarge:
        raise FileTooLarge from None
    try:
        kind = kinds.kind_of(draft.file, draft.start, name)
        if kind.name == "image" and (smaller := _recompressed(draft.file, longest_side)) is not None:
            draft.discard()
            draft = shelf.draft([smaller], largest=kinds.LARGEST)
            kind, name = kinds.Kind("image", JPEG), f"{Path(name).stem or 'picture'}.jpg"
        animated = kind.name == "sticker" and pictures.is_animated(draft.file)
        if found := kinds.problem(kind, draft.size, animated=animated):
            raise FileRefused(found)
        draft.keep()
    finally:
        draft.discard()
    return Upload.objects.create(
        sha256=draft.sha256,
        kind=kind.name,
        content_type=kind.content_type,
        size=draft.size,
        filename=name,
        by=by,
        created_at=clock.now(),
    )


def _recompressed(file: Path, longest_side: int) -> bytes | None:
    try:
        return pictures.recompressed(file, longest=longest_side)
    except pictures.NotAPicture:
        raise FileRefused(_("This picture cannot be read: it is damaged, or too large to be one.")) from None


def attach(message: Message) -> None:
    """The file of a queued message, or of its template's header, shows in its thread at once, from our own shelf. In the caller's
    transaction."""
    content = message.payload if message.type != "template" else header_file(message.payload)
    if not isinstance(pk := content.get("upload"), int):
        return
    upload = Upload.objects.filter(pk=pk).first()
    if upload is not None:
        Attachment.objects.create(
            message=message,
            status=Attachment.Status.STORED,
            filename=str(content.get("filename") or upload.filename),
            declared_type=upload.content_type,
            content_type=upload.content_type,
            sha256=upload.sha256,
            size=upload.size,
        )
