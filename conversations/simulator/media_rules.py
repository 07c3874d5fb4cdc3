"""Which files the Cloud API takes, and how large (facts §8, "Media"). Pure."""

from __future__ import annotations

import re

from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, text

MEDIA_TYPES = ("image", "video", "audio", "document", "sticker")
CAPTION = 1024
KB, MB = 1024, 1024 * 1024

# MIME type: (type of message, most bytes)
ACCEPTED: dict[str, tuple[str, int]] = {
    "image/jpeg": ("image", 5 * MB),
    "image/png": ("image", 5 * MB),
    "audio/aac": ("audio", 16 * MB),
    "audio/amr": ("audio", 16 * MB),
    "audio/mpeg": ("audio", 16 * MB),
    "audio/mp4": ("audio", 16 * MB),
    "audio/ogg": ("audio", 16 * MB),
    "video/mp4": ("video", 16 * MB),
    "video/3gpp": ("video", 16 * MB),
    "image/webp": ("sticker", 500 * KB),
    "text/plain": ("document", 100 * MB),
    "application/pdf": ("document", 100 * MB),
    "application/msword": ("document", 100 * MB),
    "application/vnd.ms-excel": ("document", 100 * MB),
    "application/vnd.ms-powerpoint": ("document", 100 * MB),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ("document", 100 * MB),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ("document", 100 * MB),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": ("document", 100 * MB),
}
LARGEST = 100 * MB


def bare_mime(mime_type: str) -> str:
    """`audio/ogg; codecs=opus` → `audio/ogg`."""
    return mime_type.split(";")[0].strip().lower()


def check_upload(mime_type: str, size: int) -> None:
    """Raises GraphError 100 for a type Meta does not take, 131053 for a file too large or empty."""
    kind = bare_mime(mime_type)
    if kind not in ACCEPTED:
        raise GraphError(
            100, f"Param file must be a file with one of the following types: {', '.join(ACCEPTED)}. Received '{kind}'."
        )
    if not 0 < size <= ACCEPTED[kind][1]:
        raise GraphError(131053, f"Media file size of {size} bytes is not allowed; the most is {ACCEPTED[kind][1]}.")


def fits(message_type: str, mime_type: str) -> bool:
    """May a file of this kind be sent as this type? Any accepted file can go as a document."""
    kind, _ = ACCEPTED.get(bare_mime(mime_type), ("", 0))
    return kind == message_type or (message_type == "document" and kind != "")


def check_media(content: Fields, where: str, *, caption: bool = False, filename: bool = False) -> None:
    if (content.get("id") is None) == (content.get("link") is None):
        raise GraphError(131009, f"Param {where} must have exactly one of id and link.")
    if content.get("link") is not None:
        link = text(content, "link", 2000, where) or ""
        if not re.match(r"https?://[^\s/]+", link):
            raise GraphError(100, f"Param {where}['link'] is not a valid URI.")
    else:
        text(content, "id", 200, where)
    if caption:
        text(content, "caption", CAPTION, where, required=False)
    elif content.get("caption") is not None:
        raise GraphError(100, f"Param {where}['caption'] is not allowed.")
    if filename:
        text(content, "filename", 240, where, required=False)
