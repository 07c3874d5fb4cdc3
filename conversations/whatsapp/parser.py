"""Webhook JSON -> updates (facts §2–§6; C13). Pure. What it does not understand it keeps, and it never breaks the rest of the batch."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from conversations.whatsapp import content as contents
from conversations.whatsapp.payloads import (
    AccountChange,
    EditChange,
    IdentityChange,
    InboundMessage,
    Parsed,
    ReactionChange,
    RevokeChange,
    Sender,
    StatusUpdate,
    Update,
)

Json = dict[str, Any]
MESSAGE_FIELDS = {"messages", "smb_message_echoes", "history"}
PHONE = re.compile(r"\+?\d[\d ().-]{2,38}")
LONGEST_USER_ID = 160  # facts §4
EARLIEST, LATEST = 946_684_800, 4_102_444_800  # 2000 and 2100


class NotAWebhook(ValueError):
    """The body is no WhatsApp webhook: the delivery is parked."""


def parse(body: Any) -> Iterator[Parsed]:
    """Every update of a delivery in order. Raises NotAWebhook when the envelope itself is not one."""
    if not isinstance(body, dict) or not isinstance(body.get("entry"), list):
        raise NotAWebhook("no entry list")
    for entry in _dicts(body["entry"]):
        waba_id = _text(entry.get("id"))
        for change in _dicts(entry.get("changes")):
            field, value = _text(change.get("field")), change.get("value")
            value = value if isinstance(value, dict) else {"value": value}
            phone_number_id = _text(_dict(value.get("metadata")).get("phone_number_id"))
            for update in _updates(field, value):
                yield Parsed(waba_id, phone_number_id, update)


def _updates(field: str, value: Json) -> Iterator[Update]:
    if field not in MESSAGE_FIELDS:
        yield _account(field, value)
        if field == "user_id_update":
            yield from _kept(_user_id_update, value, field)
        return
    senders = _senders(value.get("contacts"))
    seen = False
    for message in _list(value.get("messages")):
        seen = True
        if field == "history":  # the past of a coexistence number: kept, never answered (D21)
            yield from _kept(lambda item: AccountChange("history", "message", dict(item)), message, "history")
        else:
            yield from _kept(lambda item: _message(item, senders), message, "messages")
    for message in _list(value.get("message_echoes")):
        seen = True
        yield from _kept(_echo, message, "message_echoes")
    for status in _list(value.get("statuses")):
        seen = True
        yield from _kept(_status, status, "statuses")
    for thread in (thread for chunk in _dicts(value.get("history")) for thread in _dicts(chunk.get("threads"))):
        seen = True
        yield AccountChange("history", "thread", thread)
    if not seen or value.get("errors"):
        yield _account(field, value)


def _kept(read: Callable[[Any], Update | None], item: Any, field: str) -> Iterator[Update]:
    """One unreadable item is kept as it came and does not take the others with it."""
    try:
        update = read(item)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        yield AccountChange(field, "not_understood", item if isinstance(item, dict) else {"item": item})
        return
    if update is not None:
        yield update


def _message(item: Json, senders: dict[str, Sender]) -> Update:
    wamid, kind = _required(item.get("id")), _text(item.get("type")) or "unknown"
    timestamp = _time(item.get("timestamp"))
    sender = _sender(item, senders)
    context = _dict(item.get("context"))
    if kind == "reaction":
        reaction = _dict(item.get("reaction"))
        return ReactionChange(
            wamid, sender, timestamp, _required(reaction.get("message_id")), _text(reaction.get("emoji"))
        )
    if kind == "edit":
        edit = _dict(item.get("edit"))
        inner = _dict(edit.get("message"))
        inner_kind = _text(inner.get("type")) or "text"
        read = contents.read(inner_kind, inner)
        return EditChange(
            wamid, sender, timestamp, _required(edit.get("original_message_id")), inner_kind, read.text, read.content
        )
    if kind == "revoke":
        return RevokeChange(wamid, timestamp, _required(_dict(item.get("revoke")).get("original_message_id")))
    if kind == "system":  # nobody wrote: it opens no conversation and no window (D21)
        return _identity_change(item, timestamp) or AccountChange("messages", "system", item)
    read = contents.read(kind, item)
    return InboundMessage(
        wamid=wamid,
        sender=sender,
        timestamp=timestamp,
        type=read.type,
        text=read.text,
        content=read.content,
        media=read.media,
        group_id=_text(item.get("group_id")),
        reply_to=_text(context.get("id")),
        referral=_dict(item.get("referral")),
    )


def _echo(item: Json) -> Update:
    """Written in the business app of a coexistence number: `to` is the customer."""
    customer = Sender(wa_id=_phone(item.get("to")), user_id=_user_id(item.get("to_user_id")))
    if not customer.is_known:
        raise ValueError("an echo to nobody")
    if _text(item.get("type")) in {"edit", "revoke"}:
        return _message({**item, "from": item.get("to")}, {})
    read = contents.read(_text(item.get("type")) or "unknown", item)
    return InboundMessage(
        wamid=_required(item.get("id")),
        sender=customer,
        timestamp=_time(item.get("timestamp")),
        type=read.type,
        text=read.text,
        content=read.content,
        media=read.media,
        is_echo=True,
    )


def _status(item: Json) -> StatusUpdate:
    errors = _dicts(item.get("errors"))
    error = errors[0] if errors else {}
    pricing = _dict(item.get("pricing")) or _dict(_dict(item.get("conversation")).get("pricing"))
    detail = (
        _text(_dict(error.get("error_data")).get("details")) or _text(error.get("title")) or _text(error.get("message"))
    )
    return StatusUpdate(
        wamid=_required(item.get("id")),
        status=_required(item.get("status")),
        timestamp=_time(item.get("timestamp")),
        opaque=_text(item.get("biz_opaque_callback_data")),
        error_code=_text(error.get("code"))[:40],
        error_detail=detail[:500],
        pricing=pricing,
        raw={key: item[key] for key in item if key not in {"recipient_id", "recipient_user_id"}},
        is_group=_text(item.get("recipient_type")) == "group",
    )


def _identity_change(item: Json, timestamp: datetime) -> IdentityChange | None:
    system = _dict(item.get("system"))
    kind, old = _text(system.get("type")), _phone(item.get("from"))
    if (
        kind in {"user_changed_number", "customer_changed_number"}
        and old
        and (new := _phone(system.get("wa_id") or system.get("new_wa_id")))
    ):
        return IdentityChange("wa_id", old, new, "", _user_id(system.get("user_id")), timestamp)
    if kind == "user_changed_user_id" and (new := _user_id(system.get("user_id"))):
        old_id = _user_id(item.get("from_user_id")) or _user_id(system.get("previous_user_id"))
        if old_id:
            return IdentityChange("bsuid", old_id, new, _phone(system.get("wa_id")) or old, "", timestamp)
    return None


def _user_id_update(value: Json) -> IdentityChange | None:
    ids = _dict(value.get("user_id"))
    old, new = _user_id(ids.get("previous")), _user_id(ids.get("current"))
    if not (old and new):
        return None
    return IdentityChange("bsuid", old, new, _phone(value.get("wa_id")), "", _time(value.get("timestamp")))


def _account(field: str, value: Json) -> AccountChange:
    event = _text(value.get("event") or value.get("decision"))
    if not event and value.get("groups"):
        event = _text(_dicts(value["groups"])[0].get("type")) if _dicts(value["groups"]) else ""
    return AccountChange(field[:60] or "unknown", event[:60], value)


def _senders(contacts: Any) -> dict[str, Sender]:
    """By wa_id and by user_id; never by position (facts §0)."""
    found: dict[str, Sender] = {}
    for contact in _dicts(contacts):
        profile = _dict(contact.get("profile"))
        sender = Sender(
            wa_id=_phone(contact.get("wa_id")),
            user_id=_user_id(contact.get("user_id")),
            profile_name=_text(profile.get("name"))[:200],
            username=_text(profile.get("username")).removeprefix("@")[:80],
        )
        for name in (sender.wa_id, sender.user_id):
            if name:
                found[name] = sender
    return found


def _sender(item: Json, senders: dict[str, Sender]) -> Sender:
    phone, user_id = _phone(item.get("from")), _user_id(item.get("from_user_id"))
    known = senders.get(user_id) or senders.get(phone)
    if known is None and len(set(senders.values())) == 1 and not (phone or user_id):
        known = next(iter(senders.values()))
    known = known or Sender()
    sender = Sender(
        wa_id=phone or known.wa_id,
        user_id=user_id or known.user_id,
        profile_name=known.profile_name,
        username=known.username,
    )
    if not sender.is_known:
        raise ValueError("a message without a sender")
    return sender


def _time(value: Any) -> datetime:
    """Unix seconds, as text or number. ValueError for a nonsense time: it would become somebody's window or place in the list."""
    seconds = int(value) if isinstance(value, str | int) and not isinstance(value, bool) else 0
    if not EARLIEST < seconds < LATEST:
        raise ValueError("no time of this century")
    return datetime.fromtimestamp(seconds, UTC)


def _text(value: Any) -> str:
    return (
        value.strip()
        if isinstance(value, str)
        else (str(value) if isinstance(value, int) and not isinstance(value, bool) else "")
    )


def _phone(value: Any) -> str:
    """ "" for what cannot be a phone number: its digits would be taken for somebody else's (facts §4)."""
    text = _text(value)
    return text if PHONE.fullmatch(text) else ""


def _user_id(value: Any) -> str:
    text = _text(value)
    return text if len(text) <= LONGEST_USER_ID else ""


def _required(value: Any) -> str:
    text = _text(value)
    if not text or len(text) > 200:
        raise ValueError("an id is missing or too long")
    return text


def _dict(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dicts(value: Any) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
