"""Messages and files of one channel: what delivery and ingest ask of Meta (facts §8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conversations.whatsapp.transport import Json, Transport, Unanswered

LONGEST_ID = 200  # as long as the column


@dataclass(frozen=True, slots=True)
class Accepted:
    """Meta took the message. 200 means accepted, never delivered (facts §0)."""

    wamid: str
    wa_id: str
    user_id: str
    message_status: str


class CloudApi(Transport):
    """Meta's Cloud API for one channel (facts §8)."""

    def send(self, payload: Json) -> Accepted:
        """POST /{phone number id}/messages. Raises ApiError, NotSent or Unanswered."""
        answer = self.call("POST", f"{self.access.phone_number_id}/messages", json=payload)
        if not (wamid := wamid_of(answer)):
            raise Unanswered("an answer without a message id", answer)
        message, contact = _first(answer.get("messages")), _first(answer.get("contacts"))
        return Accepted(
            wamid=wamid,
            wa_id=str(contact.get("wa_id") or ""),
            user_id=str(contact.get("user_id") or ""),
            message_status=str(message.get("message_status") or ""),
        )

    def mark_read(self, wamid: str, *, typing: bool = False) -> None:
        """Blue ticks for this and all earlier messages; with `typing` the dots too, for 25 s or until the answer."""
        payload: Json = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        if typing:
            payload["typing_indicator"] = {"type": "text"}
        self.call("POST", f"{self.access.phone_number_id}/messages", json=payload)

    def media(self, media_id: str) -> Json:
        """Link (valid five minutes), type, size and hash of a file."""
        return self.call("GET", media_id, params={"phone_number_id": self.access.phone_number_id})

    def upload(self, *, content: bytes, content_type: str, filename: str) -> str:
        """Meta's media id, kept 30 days."""
        answer = self.call(
            "POST",
            f"{self.access.phone_number_id}/media",
            data={"messaging_product": "whatsapp", "type": content_type},
            files={"file": (filename, content, content_type)},
        )
        return str(answer.get("id") or "")


def wamid_of(answer: Json) -> str:
    """The message's id in an answer, even in one of HTTP 500; "" when there is none."""
    wamid = str(_first(answer.get("messages")).get("id") or "")
    return wamid if len(wamid) <= LONGEST_ID else ""


def _first(items: Any) -> Json:
    return items[0] if isinstance(items, list) and items and isinstance(items[0], dict) else {}
