"""Signed webhook deliveries in Meta's shape, as the seeder and `manage.py simulate` post them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from conversations.models import Channel
from conversations.whatsapp.signature import sign

Json = dict[str, Any]


def message(*, wamid: str, number: str, at: datetime, kind: str, content: Json) -> Json:
    return {"from": number, "id": wamid, "timestamp": str(int(at.timestamp())), "type": kind, kind: content}


def status(*, wamid: str, number: str, name: str, at: datetime, opaque: str = "") -> Json:
    """One entry of `statuses[]`: sent, delivered or read."""
    shown: Json = {"id": wamid, "status": name, "timestamp": str(int(at.timestamp())), "recipient_id": number}
    if opaque:
        shown["biz_opaque_callback_data"] = opaque
    if name in {"sent", "delivered"}:
        shown["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}
    return shown


def body(
    channel: Channel, *, messages: list[Json] | None = None, name: str = "", statuses: list[Json] | None = None
) -> bytes:
    """One POST's body. `name` is the profile name of the customer who wrote all of `messages`."""
    digits = "".join(sign for sign in channel.display_phone_number if sign.isdigit())
    value: Json = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": digits, "phone_number_id": channel.phone_number_id},
    }
    if messages:
        value["contacts"] = [{"profile": {"name": name}, "wa_id": messages[0]["from"]}]
        value["messages"] = messages
    if statuses:
        value["statuses"] = statuses
    change = {"field": "messages", "value": value}
    envelope = {"object": "whatsapp_business_account", "entry": [{"id": channel.waba_id, "changes": [change]}]}
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()


def signature(channel: Channel, delivery: bytes) -> str:
    """The value of X-Hub-Signature-256."""
    return sign(delivery, channel.app_secret)
