"""What WhatsApp takes as picture, sound, video, document or sticker, and how large (facts §8). By content, never by what is declared."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from conversations.media import sniff

KB, MB = 1024, 1024 * 1024
LARGEST = 100 * MB

# WhatsApp's own limits: the kind of message -> its types by content -> bytes.
LIMITS: dict[str, dict[str, int]] = {
    "image": {"image/jpeg": 5 * MB, "image/png": 5 * MB},
    "sticker": {"image/webp": 500 * KB},
    "audio": dict.fromkeys(["audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"], 16 * MB),
    "video": dict.fromkeys(["video/mp4", "video/3gpp"], 16 * MB),
    "document": dict.fromkeys(
        [
            "text/plain",
            "application/pdf",
            "application/msword",
            "application/vnd.ms-excel",
            "application/vnd.ms-powerpoint",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ],
        LARGEST,
    ),
}
OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
OLD_OFFICE = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
}
ANIMATED, STILL = 500 * KB, 100 * KB  # stickers


@dataclass(frozen=True, slots=True)
class Kind:
    """`name`: the type of message it goes as; "" when WhatsApp takes no such file."""

    name: str
    content_type: str


def kind_of(file: Path, start: bytes, filename: str) -> Kind:
    """By what is in it. Old office files are told apart by their name only: what is in them looks the same."""
    content_type = sniff.content_type(start)
    if content_type == "application/zip":
        content_type = _office(file) or content_type
    elif content_type == "application/x-ole-storage":
        content_type = OLD_OFFICE.get(Path(filename).suffix.lower(), content_type)
    name = next((name for name, types in LIMITS.items() if content_type in types), "")
    return Kind(name, content_type)


def problem(kind: Kind, size: int, *, animated: bool = False) -> str:
    """ "" when WhatsApp would take it, else a sentence that says what to do."""
    if size == 0:
        return _("This file is empty.")
    if not kind.name:
        return _(
            "WhatsApp takes no files of this kind (%(type)s). It takes JPEG and PNG pictures, MP4 videos, "
            "MP3, M4A, AAC, AMR and OGG sound, PDF, text, and Word, Excel and PowerPoint documents."
        ) % {"type": kind.content_type}
    limit = LIMITS[kind.name][kind.content_type]
    if kind.name == "sticker":
        limit = ANIMATED if animated else STILL
    if size <= limit:
        return ""
    return _("This file has %(size)s; WhatsApp takes at most %(limit)s of this kind.") % {
        "size": said(size),
        "limit": said(limit),
    }


def said(size: int) -> str:
    """ "3.4 MB"."""
    return f"{size / MB:.1f} MB" if size >= MB else f"{max(size // KB, 1)} KB"


def _office(file: Path) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return ""
    return next((found for folder, found in OFFICE.items() if any(name.startswith(folder) for name in names)), "")
