"""Webhooks about calls (field `calls`): the desk takes none, so what matters is that a customer called (facts §9; D21). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conversations.whatsapp import inbound, reading
from conversations.whatsapp.payloads import CallUpdate, News, Sender, Update
from conversations.whatsapp.reading import Json


def items(value: Json) -> Iterator[Any]:
    """Each with the profiles beside it."""
    for one in reading.items(value.get("calls")):
        yield {**one, "contacts": value.get("contacts")} if isinstance(one, dict) else one


def call(item: Json) -> Update:
    """`status`: ringing, missed or completed; only a call that was taken has a duration."""
    known = inbound.senders(item.get("contacts"))
    by_customer = reading.text(item.get("direction")) != "BUSINESS_INITIATED"
    ended = reading.text(item.get("event")) == "terminate"
    duration = reading.number(item.get("duration"))
    done = duration is not None and duration > 0
    status = ("completed" if done else "missed") if ended else "ringing"
    return CallUpdate(
        call_id=reading.required(item.get("id")),
        sender=inbound.sender(item, known) if by_customer else Sender(),
        timestamp=reading.time(item.get("timestamp")),
        by_customer=by_customer,
        status=status,
        duration=duration if done else None,
        payload=reading.text(item.get("cta_payload") or item.get("deeplink_payload"))[:500],
    )


def news(value: Json) -> Iterator[News]:
    for item in reading.objects(value.get("calls")):
        yield News("", "call", {"kind": reading.text(item.get("event"))[:40]})
    for item in reading.objects(value.get("statuses")):
        yield News("", "call", {"kind": reading.text(item.get("status"))[:40]})
