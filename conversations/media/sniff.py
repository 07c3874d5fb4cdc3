"""A file's type by its content, never by its name or what somebody declared (C14)."""

from __future__ import annotations

ENOUGH = 512  # bytes needed

SIGNATURES: list[tuple[int, bytes, str]] = [
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF8", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"OggS", "audio/ogg"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf1", "audio/aac"),
    (0, b"\xff\xf9", "audio/aac"),
    (0, b"#!AMR", "audio/amr"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftyp3g", "video/3gpp"),
    (4, b"ftyp", "video/mp4"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),  # and the office formats, which are zips
    (0, b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    (8, b"WAVE", "audio/wav"),
]


def content_type(start: bytes) -> str:
    """A media type; text/plain for clean UTF-8, application/octet-stream for anything else. Never one a browser would run."""
    for offset, magic, found in SIGNATURES:
        if start[offset : offset + len(magic)] == magic:
            return found
    try:
        start[: ENOUGH - 4].decode("utf-8")
    except UnicodeDecodeError:
        return "application/octet-stream"
    return "application/octet-stream" if b"\x00" in start else "text/plain"
