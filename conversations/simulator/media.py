"""Files: uploaded by the desk or sent by customers, kept by content, fetched in two steps (facts §8)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conversations.simulator.clock import machine_now
from conversations.simulator.store import Store

LINK_LIVES = 300  # seconds
KEPT = {False: 30 * 86400, True: 7 * 86400}  # from_customer: seconds; uploads live 30 days, incoming files 7


@dataclass(frozen=True)
class Media:
    id: str
    phone_number_id: str
    mime_type: str
    sha256: str  # hex
    size: int
    filename: str
    made_at: float
    from_customer: int

    def in_webhook(self) -> dict[str, Any]:
        """id, mime_type and sha256 as a message webhook has them: the hash in base64."""
        return {"id": self.id, "mime_type": self.mime_type, "sha256": b64encode(bytes.fromhex(self.sha256)).decode()}


class MediaShelf:
    def __init__(self, store: Store, folder: Path) -> None:
        self._store, self._folder = store, folder
        self._key = secrets.token_bytes(16)  # links do not outlive the process, nor need they

    def add(self, phone_number_id: str, content: bytes, mime_type: str, filename: str, *, from_customer: bool) -> Media:
        sha256 = hashlib.sha256(content).hexdigest()
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / sha256
        if not file.exists():
            part = file.with_suffix(".part")
            part.write_bytes(content)
            part.replace(file)
        media = Media(
            id=str(secrets.randbelow(9 * 10**15) + 10**15),
            phone_number_id=phone_number_id,
            mime_type=mime_type,
            sha256=sha256,
            size=len(content),
            filename=filename[:240],
            made_at=machine_now(),
            from_customer=int(from_customer),
        )
        self._store.write("INSERT INTO media VALUES (?, ?, ?, ?, ?, ?, ?, ?)", list(vars(media).values()))
        return media

    def get(self, media_id: str, phone_number_id: str = "") -> Media | None:
        """None when unknown, another number's, deleted or too old."""
        row = self._store.row("SELECT * FROM media WHERE id = ?", (media_id,))
        media = Media(**dict(row)) if row else None
        if media is None or phone_number_id not in ("", media.phone_number_id):
            return None
        return media if machine_now() - media.made_at < KEPT[bool(media.from_customer)] else None

    def path(self, media: Media) -> Path:
        return self._folder / media.sha256

    def delete(self, media: Media) -> None:
        self._store.write("DELETE FROM media WHERE id = ?", (media.id,))

    def ticket(self, media: Media) -> str:
        """The query of a link that works for five minutes."""
        until = int(machine_now()) + LINK_LIVES
        return f"ext={until}&hash={self._seal(media.id, until)}"

    def open(self, media_id: str, until: str, seal: str) -> Media | None:
        """The file behind a link, while it is valid."""
        if (
            not until.isdigit()
            or int(until) < machine_now()
            or not hmac.compare_digest(self._seal(media_id, until), seal)
        ):
            return None
        return self.get(media_id)

    def _seal(self, media_id: str, until: object) -> str:
        return hmac.new(self._key, f"{media_id}:{until}".encode(), "sha256").hexdigest()[:32]
