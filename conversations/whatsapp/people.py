"""Webhooks about customers that are no messages: what they want to receive, their ids, their names in the business app (facts §4, §6)."""

from __future__ import annotations

from collections.abc import Iterator

from conversations.whatsapp import reading
from conversations.whatsapp.payloads import BookEntry, IdentityChange, PreferenceChange, Sender, Update
from conversations.whatsapp.reading import Json

MARKETING = "marketing_messages"
STATES = {"stop": "opt_out", "resume": "opt_in", "signup": "opt_in"}


def preference_items(value: Json) -> Iterator[Json]:
    yield from reading.items(value.get("user_preferences"))


def preference(item: Json) -> Update:
    sender = Sender(wa_id=reading.phone(item.get("wa_id")), user_id=reading.user_id(item.get("user_id")))
    if not sender.is_known:
        raise ValueError("a preference of nobody")
    category = reading.required(item.get("category"))
    return PreferenceChange(
        sender=sender,
        timestamp=reading.time(item.get("timestamp")),
        topic="marketing" if category == MARKETING else category[:40],
        state=STATES[reading.text(item.get("value"))],
        words=reading.text(item.get("detail"))[:500],
    )


def user_id_items(value: Json) -> Iterator[Json]:
    """The webhook names one, or a list of them."""
    yield from reading.items(value.get("user_id_update")) or [value]


def user_id(item: Json) -> Update:
    ids = reading.obj(item.get("user_id"))
    return IdentityChange(
        kind="bsuid",
        old=reading.required(reading.user_id(ids.get("previous"))),
        new=reading.required(reading.user_id(ids.get("current"))),
        also_wa_id=reading.phone(item.get("wa_id")),
        also_user_id="",
        timestamp=reading.time(item.get("timestamp")),
    )


def book_items(value: Json) -> Iterator[Json]:
    yield from reading.items(value.get("state_sync"))


def book_entry(item: Json) -> Update:
    """A name in the address book of the business app; taken out, it has none."""
    if reading.text(item.get("type")) != "contact":
        raise ValueError("no contact")
    card, action = reading.obj(item.get("contact")), reading.text(item.get("action"))
    name = reading.text(card.get("full_name")) or reading.text(card.get("first_name"))
    if action not in {"add", "remove"}:
        raise ValueError("neither added nor removed")
    return BookEntry(
        sender=Sender(wa_id=reading.required(reading.phone(card.get("phone_number")))),
        timestamp=reading.time(reading.obj(item.get("metadata")).get("timestamp")),
        name=name[:200] if action == "add" else "",
    )
