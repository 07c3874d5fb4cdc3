"""Webhooks in Meta's exact shape (facts §2, 3, 5). Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import b64encode
from typing import Any

from conversations.simulator.channels import Channel
from conversations.simulator.customers import Customer

Value = dict[str, Any]
MESSAGES = "messages"
# fields about a number; the others are about the whole account, and carry the entry's time instead (facts 2)
OF_A_NUMBER = (
    MESSAGES,
    "smb_message_echoes",
    "user_preferences",
    "calls",
    "group_lifecycle_update",
    "group_participants_update",
    "group_settings_update",
    "group_status_update",
)


def new_wamid() -> str:
    return "wamid.HBgL" + b64encode(secrets.token_bytes(36)).decode()


def seconds(at: float) -> str:
    """Timestamps of messages and statuses are strings of unix seconds."""
    return str(int(at))


def contact(customer: Customer, *, username: bool = True, by_phone: bool = True) -> Value:
    profile = {"name": customer.name}
    if username and customer.username:
        profile["username"] = customer.username
    shown: Value = {"profile": profile, "user_id": customer.user_id}
    if by_phone and customer.wa_id:
        shown["wa_id"] = customer.wa_id
    return shown


def message(customer: Customer, *, wamid: str, at: float, kind: str, content: Any, context: Value | None) -> Value:
    """`contacts[]` and `messages[]` of what a customer wrote."""
    sent: Value = {"from_user_id": customer.user_id, "id": wamid, "timestamp": seconds(at), "type": kind, kind: content}
    if customer.wa_id:
        sent["from"] = customer.wa_id
    if context:
        sent["context"] = context
    return {"contacts": [contact(customer)], "messages": [sent]}


def status(
    customer: Customer | None,
    *,
    wamid: str,
    name: str,
    at: float,
    recipient: str,
    opaque: str | None,
    category: str,
    version: int,
    error: Value | None = None,
) -> Value:
    """`contacts[]` and `statuses[]` of one state of a message the desk sent; `recipient` is "" for a user id."""
    shown: Value = {"id": wamid, "status": name, "timestamp": seconds(at)}
    if recipient:
        shown["recipient_id"] = (customer and customer.wa_id) or recipient
    if customer and (name != "failed" or not recipient):
        shown["recipient_user_id"] = customer.user_id
    if opaque is not None:
        shown["biz_opaque_callback_data"] = opaque
    if error:
        shown["errors"] = [error]
        return {"statuses": [shown]}
    if name in ("sent", "delivered"):
        shown["pricing"] = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": category}
        if version < 24:  # from v24 on only inside a free entry point window
            conversation: Value = {"id": hashlib.sha256(wamid.encode()).hexdigest()[:32], "origin": {"type": category}}
            if name == "sent":
                conversation["expiration_timestamp"] = seconds(at + 86400)
            shown["conversation"] = conversation
    value: Value = {"statuses": [shown]}
    if customer:
        value["contacts"] = [contact(customer, username=name != "sent", by_phone=bool(recipient))]
    return value


def delivery(channel: Channel, updates: list[tuple[str, Value]], now: float) -> bytes:
    """The body of one POST of (field, value): all statuses together, each message as a change of its own."""
    values = [value for field, value in updates if field == MESSAGES]
    statuses = [value for value in values if "statuses" in value]
    changes = [value for value in values if "statuses" not in value]
    if statuses:
        merged: Value = {"statuses": [each for value in statuses for each in value["statuses"]]}
        contacts = {each["user_id"]: each for value in statuses for each in value.get("contacts", ())}
        if contacts:
            merged = {"contacts": list(contacts.values()), **merged}
        changes.append(merged)
    frame = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": channel.digits, "phone_number_id": channel.phone_number_id},
    }
    entry: Value = {"id": channel.waba_id}
    if any(field not in OF_A_NUMBER for field, _value in updates):
        entry["time"] = int(now)
    entry["changes"] = [{"value": {**frame, **value}, "field": MESSAGES} for value in changes]
    for field, value in updates:
        if field != MESSAGES:
            entry["changes"].append({"value": {**(frame if field in OF_A_NUMBER else {}), **value}, "field": field})
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, separators=(",", ":")).encode()


def signature(channel: Channel, body: bytes) -> str:
    """X-Hub-Signature-256 over the raw bytes, with the app's secret (facts 1)."""
    return "sha256=" + hmac.new(channel.app_secret.encode(), body, hashlib.sha256).hexdigest()
