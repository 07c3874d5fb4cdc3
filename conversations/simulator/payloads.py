"""Webhooks in Meta's exact shape (facts §2, §3, 5). Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from base64 import b64encode
from typing import Any

from conversations.simulator.channels import Channel
from conversations.simulator.customers import Customer
from conversations.simulator.pricing import Price

Value = dict[str, Any]
MESSAGES = "messages"
# fields about a number; the others are about the whole account, and carry the entry's time instead (facts §2)
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


def message(customer: Customer, *, wamid: str, at: float, kind: str, content: Any, **more: Any) -> Value:
    """`contacts[]` and `messages[]` of what a customer wrote; `more` is what is not empty of context, group_id, …"""
    sent: Value = {"from_user_id": customer.user_id, "id": wamid, "timestamp": seconds(at), "type": kind, kind: content}
    if customer.wa_id:
        sent["from"] = customer.wa_id
    sent |= {name: value for name, value in more.items() if value}
    return {"contacts": [contact(customer)], "messages": [sent]}


def status(
    customer: Customer | None,
    *,
    wamid: str,
    name: str,
    at: float,
    recipient: str,
    opaque: str | None,
    price: Price,
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
        shown |= _cost(wamid, name, at, price, version)
    value: Value = {"statuses": [shown]}
    if customer:
        value["contacts"] = [contact(customer, username=name != "sent", by_phone=bool(recipient))]
    return value


def group_statuses(
    members: list[Customer],
    *,
    wamid: str,
    name: str,
    at: float,
    group_id: str,
    opaque: str | None,
    price: Price,
    version: int,
    error: Value | None = None,
) -> Value:
    """One webhook for one message and one status: one entry for `sent` and `failed`, else one for each member (facts §5)."""
    shared: Value = {"id": wamid, "status": name, "timestamp": seconds(at)}
    shared |= {"recipient_id": group_id, "recipient_type": "group"}
    if opaque is not None:
        shared["biz_opaque_callback_data"] = opaque
    if error:
        return {"statuses": [{**shared, "errors": [error]}]}
    if name == "sent":
        return {"statuses": [shared]}
    statuses = []
    for member in members:
        who = {"recipient_participant_user_id": member.user_id}
        if member.wa_id:
            who["recipient_participant_id"] = member.wa_id
        cost = _cost(wamid, name, at, price, version) if name == "delivered" else {}
        statuses.append({**shared, **who, **cost})
    return {"contacts": [contact(member) for member in members], "statuses": statuses}


def _cost(wamid: str, name: str, at: float, price: Price, version: int) -> Value:
    shown: Value = {"pricing": price.in_status()}
    if version < 24 or price.entry_ends_at is not None:  # from v24 on only inside a free entry point window
        origin = {"type": price.category}
        conversation: Value = {"id": hashlib.sha256(wamid.encode()).hexdigest()[:32], "origin": origin}
        if name == "sent":
            conversation["expiration_timestamp"] = seconds(price.entry_ends_at or at + 86400)
        shown["conversation"] = conversation
    return shown


def delivery(channel: Channel, updates: list[tuple[str, Value]], now: float) -> bytes:
    """The body of one POST of (field, value): all statuses together, each message as a change of its own."""
    values = [value for field, value in updates if field == MESSAGES]
    statuses = [value for value in values if _is_of_one(value)]
    changes = [value for value in values if not _is_of_one(value)]
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


def _is_of_one(value: Value) -> bool:
    """Statuses of single recipients can come together; those of a group's message are never mixed with others."""
    return "statuses" in value and "recipient_type" not in value["statuses"][0]


def signature(channel: Channel, body: bytes) -> str:
    """X-Hub-Signature-256 over the raw bytes, with the app's secret (facts §1)."""
    return "sha256=" + hmac.new(channel.app_secret.encode(), body, hashlib.sha256).hexdigest()
