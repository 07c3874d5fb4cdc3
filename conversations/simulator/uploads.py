"""Files of the Resumable Upload API: sessions being filled, and finished files by their handle."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

from conversations.simulator.store import Store

MB = 1024 * 1024
TYPES = {  # MIME type: most bytes
    "image/jpeg": 5 * MB,
    "image/jpg": 5 * MB,
    "image/png": 5 * MB,
    "video/mp4": 16 * MB,
    "application/pdf": 100 * MB,
}


@dataclass
class Upload:
    key: str
    seal: str
    mime_type: str
    length: int
    name: str
    content: bytes = b""

    @property
    def address(self) -> str:
        return f"{self.key}?sig={self.seal}"


@dataclass(frozen=True)
class Finished:
    handle: str
    mime_type: str
    sha256: str
    size: int


class Uploads:
    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder
        self.sessions: dict[str, Upload] = {}  # a restart forgets them, as Meta does after a while

    def finish(self, upload: Upload) -> str:
        """Keep the whole file; its handle."""
        del self.sessions[upload.key]
        parts = (b64encode(upload.name.encode()).decode(), b64encode(upload.mime_type.encode()).decode())
        handle = f"4:{parts[0]}:{parts[1]}:{secrets.token_urlsafe(48)}"
        sha256 = self.keep(upload.content)
        row = (handle, upload.mime_type, sha256, len(upload.content))
        self._store.write("INSERT INTO upload VALUES (?, ?, ?, ?)", row)
        return handle

    def get(self, handle: str) -> Finished | None:
        row = self._store.row("SELECT * FROM upload WHERE handle = ?", (handle,))
        return Finished(**dict(row)) if row else None

    def keep(self, content: bytes) -> str:
        """Write the file under its hash; the hash."""
        sha256 = hashlib.sha256(content).hexdigest()
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self.path(sha256).exists():
            self.path(sha256).write_bytes(content)
        return sha256

    def path(self, sha256: str) -> Path:
        return self._folder / sha256

    def picture_type(self, sha256: str) -> str | None:
        """The type of a kept picture, "" included for none of ours: only pictures are shown to everybody."""
        row = self._store.row("SELECT mime_type FROM upload WHERE sha256 = ? AND mime_type LIKE 'image/%'", (sha256,))
        return str(row["mime_type"]) if row else None
