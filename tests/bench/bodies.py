"""Signed deliveries as Meta sends them, about one kilobyte each (facts §1 to 4)."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from dataclasses import dataclass
from typing import Any

WORDS = "vorrei un reso per la tazza blu del mio ordine, è arrivata con una crepa sul bordo e la scatola era bagnata"


@dataclass(frozen=True)
class Number:
    """What is needed to speak to the desk as Meta for one number."""

    phone_number_id: str
    waba_id: str
    display_phone_number: str
    app_secret: str


def number_of_customer(place: int) -> str:
    return f"39351{place:07}"


def wamid(run: str, place: int) -> str:
    """As long as Meta's."""
    return f"wamid.HBgMMzkzNTE{run}{place:010}FQIAEhgUM0E5RjQ4QzBBNUY3MkQ5RUI1ODEA"


def text_delivery(to: Number, *, customer: int, message_id: str, text: str = "") -> bytes:
    """A customer's text. Unless given, no two are the same: who repeats himself is taken for a robot (A6)."""
    text = text or f"{WORDS} ({message_id[17:-36]})"
    sender = number_of_customer(customer)
    contact = {"profile": {"name": f"Cliente {customer}"}, "wa_id": sender, "user_id": f"IT.{10**19 + customer}"}
    message: dict[str, Any] = {
        "from": sender,
        "from_user_id": f"IT.{10**19 + customer}",
        "id": message_id,
        "timestamp": str(int(time.time())),
        "type": "text",
        "text": {"body": text},
        "context": {"forwarded": False, "from": to.display_phone_number, "id": f"wamid.{'Q' * 60}"},
        "referral": {
            "source_url": "https://fb.me/3cr4Tramontana",
            "source_id": "120208930000000000",
            "source_type": "ad",
            "headline": "Bottega Tramontana",
            "body": "Ceramiche fatte a mano",
            "media_type": "image",
            "image_url": "https://scontent.example/v/t45.1600-4/Tramontana.jpg",
        },
    }
    metadata = {"display_phone_number": to.display_phone_number, "phone_number_id": to.phone_number_id}
    value = {"messaging_product": "whatsapp", "metadata": metadata, "contacts": [contact], "messages": [message]}
    entry = {"id": to.waba_id, "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, separators=(",", ":")).encode()


def request(body: bytes, *, secret: str, host: str, path: str) -> bytes:
    """The whole HTTP request, ready to be written to a socket."""
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n"
        f"Content-Type: application/json\r\nX-Hub-Signature-256: sha256={signature}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
