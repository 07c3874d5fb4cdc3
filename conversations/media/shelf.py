"""The media store: one file per content, under its hash, never half written (C14)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from conversations.media.sniff import ENOUGH


class TooLarge(Exception):
    """More bytes came than are allowed."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Written beside its place: `keep` moves it there, `discard` forgets it."""

    file: Path
    sha256: str
    size: int
    start: bytes

    def keep(self) -> None:
        place = path_of(self.sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        self.file.replace(place)

    def discard(self) -> None:
        self.file.unlink(missing_ok=True)


def path_of(sha256: str) -> Path:
    """Where a content lies, whether it is there or not."""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


def draft(pieces: Iterable[bytes], *, largest: int) -> Draft:
    """Write `pieces` down. Raises TooLarge, OSError, and whatever the pieces raise; nothing is left behind then."""
    root = Path(settings.MEDIA_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=root, prefix="incoming-")
    digest, size, start = hashlib.sha256(), 0, b""
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > largest:
                    raise TooLarge
                if len(start) < ENOUGH:
                    start += piece[: ENOUGH - len(start)]
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Draft(Path(name), digest.hexdigest(), size, start)
