"""Meta's payloads, written by hand from its documentation, for tests of the wire (facts: webhooks, messages, statuses)."""

from __future__ import annotations

import itertools
from typing import Any

Json = dict[str, Any]

NUMBER_ID, WABA = "100000000001", "200000000001"
ASHA, ASHA_ID = "393330000001", "IT.13491208655302741918"
T0 = 1_763_700_000  # a moment in November 2025
_ids = itertools.count(1)

# One valid example of each type that a person can send (facts §3).
CONTENTS: dict[str, Any] = {
    "text": {"body": "Buongiorno, vorrei fare un reso"},
    "image": {"id": "1001", "mime_type": "image/jpeg", "sha256": "x" * 44, "caption": "La tazza rotta"},
    "video": {"id": "1002", "mime_type": "video/mp4", "sha256": "x" * 44},
    "audio": {"id": "1003", "mime_type": "audio/ogg; codecs=opus", "sha256": "x" * 44, "voice": True},
    "document": {"id": "1004", "mime_type": "application/pdf", "sha256": "x" * 44, "filename": "scontrino.pdf"},
    "sticker": {"id": "1005", "mime_type": "image/webp", "sha256": "x" * 44, "animated": False},
    "location": {"latitude": 45.07, "longitude": 7.68, "name": "Bottega", "address": "Via Po 1"},
    "contacts": [{"name": {"formatted_name": "Bianca Neri"}, "phones": [{"phone": "+39 333 1", "type": "CELL"}]}],
    "button": {"payload": "YES", "text": "Sì, confermo"},
    "interactive": {"type": "button_reply", "button_reply": {"id": "returns", "title": "Reso"}},
    "order": {
        "catalog_id": "77",
        "text": "per favore",
        "product_items": [{"product_retailer_id": "sku1", "quantity": 2, "item_price": 18.5, "currency": "EUR"}],
    },
    "unsupported": {"type": "poll"},
}


def wamid() -> str:
    return f"wamid.wire{next(_ids)}"


def message(kind: str = "text", content: Any = None, *, at: int = T0, sender: str = ASHA, **more: Any) -> Json:
    """One of `messages[]`. `sender=""` leaves the phone out, as for people with a username."""
    body: Json = {
        "id": wamid(),
        "timestamp": str(at),
        "type": kind,
        kind: CONTENTS[kind] if content is None else content,
    }
    if sender:
        body["from"] = sender
    return {**body, **more}


def contact(number: str = ASHA, name: str = "Asha", user_id: str = "", username: str = "") -> Json:
    profile = {"name": name, **({"username": username} if username else {})}
    return {
        "profile": profile,
        **({"wa_id": number} if number else {}),
        **({"user_id": user_id} if user_id else {}),
    }


def status(of: str, kind: str, *, at: int = T0, **more: Any) -> Json:
    return {"id": of, "status": kind, "timestamp": str(at), "recipient_id": ASHA, **more}


def value(number_id: str = NUMBER_ID, **content: Any) -> Json:
    metadata = {"display_phone_number": "390655500", "phone_number_id": number_id}
    return {"messaging_product": "whatsapp", "metadata": metadata, **content}


def body(*values: Json, field: str = "messages", waba: str = WABA) -> Json:
    changes = [{"field": field, "value": one} for one in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": waba, "changes": changes}]}
