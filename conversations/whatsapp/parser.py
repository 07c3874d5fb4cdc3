"""Webhook JSON -> updates (facts §2–§7; C13). Pure. What it does not understand it keeps, and it never breaks the rest of the batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from conversations.whatsapp import account, calls, discreet, groups, history, inbound, people, reading
from conversations.whatsapp.payloads import AccountChange, News, Parsed, Update
from conversations.whatsapp.reading import Json

MESSAGE_FIELDS = {"messages", "smb_message_echoes"}

# Fields that tell of customers one by one: where the items stand, and what reads one.
ITEMS: dict[str, tuple[Callable[[Json], Iterator[Any]], Callable[[Any], Update | None]]] = {
    "user_preferences": (people.preference_items, people.preference),
    "user_id_update": (people.user_id_items, people.user_id),
    "smb_app_state_sync": (people.book_items, people.book_entry),
    "calls": (calls.items, calls.call),
    "history": (history.items, history.message),
    **dict.fromkeys(account.GROUP_FIELDS, (groups.items, groups.update)),
}


class NotAWebhook(ValueError):
    """The body is no WhatsApp webhook: the delivery is parked."""


def parse(body: Any) -> Iterator[Parsed]:
    """Every update of a delivery in order. Raises NotAWebhook when the envelope itself is not one."""
    if not isinstance(body, dict) or not isinstance(body.get("entry"), list):
        raise NotAWebhook("no entry list")
    for entry in reading.objects(body["entry"]):
        waba_id, at = reading.text(entry.get("id")), reading.time_or_none(entry.get("time"))
        for change in reading.objects(entry.get("changes")):
            field, value = reading.text(change.get("field")), change.get("value")
            value = value if isinstance(value, dict) else {"value": value}
            phone_number_id = reading.text(reading.obj(value.get("metadata")).get("phone_number_id"))
            for update in _updates(field, value, at):
                yield Parsed(waba_id, phone_number_id, update)


def _updates(field: str, value: Json, at: datetime | None) -> Iterator[Update]:
    if field in MESSAGE_FIELDS:
        yield from _of_messages(field, value, at)
        return
    yield account.change(field, value, at)
    if field in ITEMS:
        found, read = ITEMS[field]
        for item in found(value):
            yield from _kept(read, item, field)


def _of_messages(field: str, value: Json, at: datetime | None) -> Iterator[Update]:
    senders = inbound.senders(value.get("contacts"))
    seen = False
    for message in reading.items(value.get("messages")):
        seen = True
        yield from _kept(partial(inbound.message, known_senders=senders), message, "messages")
    for message in reading.items(value.get("message_echoes")):
        seen = True
        yield from _kept(inbound.echo, message, "message_echoes")
    for status in reading.items(value.get("statuses")):
        seen = True
        yield from _kept(partial(inbound.status, known_senders=senders), status, "statuses")
    if not seen or value.get("errors"):
        yield account.change(field, value, at)


def _kept(read: Callable[[Any], Update | None], item: Any, field: str) -> Iterator[Update]:
    """One unreadable item is kept as it came and does not take the others with it."""
    try:
        update = read(item)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        data = discreet.without_people(item if isinstance(item, dict) else {"item": item})
        yield AccountChange(field, "not_understood", data, news=(News("", "not_understood"),))
        return
    if update is not None:
        yield update
