"""One item of `messages[]`, `message_echoes[]` or `statuses[]` -> an update (facts §3–§5; C13). Pure.

Each reader may raise KeyError, TypeError, ValueError or AttributeError: the parser then keeps the item as it came.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from conversations.whatsapp import content as contents
from conversations.whatsapp import reading
from conversations.whatsapp.payloads import (
    AccountChange,
    EditChange,
    IdentityChange,
    InboundMessage,
    News,
    ReactionChange,
    RevokeChange,
    Sender,
    StatusUpdate,
    Update,
)
from conversations.whatsapp.reading import Json

AD_ORIGIN = "referral_conversion"  # where a message inside a free entry point window comes from


def message(item: Json, known_senders: dict[str, Sender]) -> Update:
    wamid, kind = reading.required(item.get("id")), reading.text(item.get("type")) or "unknown"
    timestamp = reading.time(item.get("timestamp"))
    writer = sender(item, known_senders)
    context = reading.obj(item.get("context"))
    if kind == "reaction":
        reaction = reading.obj(item.get("reaction"))
        return ReactionChange(
            wamid, writer, timestamp, reading.required(reaction.get("message_id")), reading.text(reaction.get("emoji"))
        )
    if kind == "edit":
        edit = reading.obj(item.get("edit"))
        inner = reading.obj(edit.get("message"))
        inner_kind = reading.text(inner.get("type")) or "text"
        read = contents.read(inner_kind, inner)
        return EditChange(
            wamid,
            writer,
            timestamp,
            reading.required(edit.get("original_message_id")),
            inner_kind,
            read.text,
            read.content,
        )
    if kind == "revoke":
        return RevokeChange(
            wamid, timestamp, reading.required(reading.obj(item.get("revoke")).get("original_message_id"))
        )
    if kind == "system":  # nobody wrote: it opens no conversation and no window (D21)
        kind = reading.text(reading.obj(item.get("system")).get("type"))
        told = News("", "system", {"kind": kind[:60]})
        return identity_change(item, timestamp) or AccountChange(
            "messages", "system", {"id": wamid, "type": kind}, news=(told,)
        )
    read = contents.read(kind, item)
    return InboundMessage(
        wamid=wamid,
        sender=writer,
        timestamp=timestamp,
        type=read.type,
        text=read.text,
        content=read.content,
        media=read.media,
        group_id=reading.text(item.get("group_id")),
        reply_to=reading.text(context.get("id")),
        referral=reading.obj(item.get("referral")),
    )


def echo(item: Json) -> Update:
    """Written in the business app of a coexistence number: `to` is the customer."""
    customer = Sender(wa_id=reading.phone(item.get("to")), user_id=reading.user_id(item.get("to_user_id")))
    if not customer.is_known:
        raise ValueError("an echo to nobody")
    if reading.text(item.get("type")) in {"edit", "revoke"}:
        return message({**item, "from": item.get("to")}, {})
    read = contents.read(reading.text(item.get("type")) or "unknown", item)
    return InboundMessage(
        wamid=reading.required(item.get("id")),
        sender=customer,
        timestamp=reading.time(item.get("timestamp")),
        type=read.type,
        text=read.text,
        content=read.content,
        media=read.media,
        is_echo=True,
    )


def status(item: Json, known_senders: dict[str, Sender] | None = None) -> StatusUpdate:
    is_group = reading.text(item.get("recipient_type")) == "group"
    errors = reading.objects(item.get("errors"))
    error = errors[0] if errors else {}
    detail = (
        reading.text(reading.obj(error.get("error_data")).get("details"))
        or reading.text(error.get("title"))
        or reading.text(error.get("message"))
    )
    return StatusUpdate(
        wamid=reading.required(item.get("id")),
        status=reading.required(item.get("status")),
        timestamp=reading.time(item.get("timestamp")),
        opaque=reading.text(item.get("biz_opaque_callback_data")),
        error_code=reading.text(error.get("code"))[:40],
        error_detail=detail[:500],
        pricing=_pricing(item),
        raw={key: item[key] for key in item if key not in {"recipient_id", "recipient_user_id"}},
        is_group=is_group,
        recipient=Sender() if is_group else _recipient(item, known_senders or {}),
        participant=Sender(
            wa_id=reading.phone(item.get("recipient_participant_id")),
            user_id=reading.user_id(item.get("recipient_participant_user_id")),
        ),
    )


def _pricing(item: Json) -> Json:
    """As it came; of a free entry point window also when it ends, as `free_until` in unix seconds (facts §5, §9)."""
    conversation = reading.obj(item.get("conversation"))
    pricing = reading.obj(item.get("pricing")) or reading.obj(conversation.get("pricing"))
    origin = reading.obj(conversation.get("origin"))
    if AD_ORIGIN not in (reading.text(origin.get("type")), reading.text(pricing.get("category"))):
        return pricing
    ends = reading.time_or_none(conversation.get("expiration_timestamp"))
    until = {"free_until": int(ends.timestamp())} if ends is not None else {}
    return {"type": "free_entry_point", **pricing, **until}


def _recipient(item: Json, known_senders: dict[str, Sender]) -> Sender:
    """Both of its ids, or nobody: one alone teaches nothing (facts §4). The username stands beside, with "delivered" and "read"."""
    phone, user_id = reading.phone(item.get("recipient_id")), reading.user_id(item.get("recipient_user_id"))
    if not (phone and user_id):
        return Sender()
    known = known_senders.get(user_id) or Sender()
    return Sender(wa_id=phone, user_id=user_id, username=known.username)


def identity_change(item: Json, timestamp: datetime) -> IdentityChange | None:
    system = reading.obj(item.get("system"))
    kind, old = reading.text(system.get("type")), reading.phone(item.get("from"))
    if (
        kind in {"user_changed_number", "customer_changed_number"}
        and old
        and (new := reading.phone(system.get("wa_id") or system.get("new_wa_id")))
    ):
        return IdentityChange("wa_id", old, new, "", reading.user_id(system.get("user_id")), timestamp)
    if kind == "user_changed_user_id" and (new := reading.user_id(system.get("user_id"))):
        old_id = reading.user_id(item.get("from_user_id")) or reading.user_id(system.get("previous_user_id"))
        if old_id:
            return IdentityChange("bsuid", old_id, new, reading.phone(system.get("wa_id")) or old, "", timestamp)
    return None


def senders(contacts: Any) -> dict[str, Sender]:
    """By wa_id and by user_id; never by position (facts §0)."""
    found: dict[str, Sender] = {}
    for contact in reading.objects(contacts):
        profile = reading.obj(contact.get("profile"))
        one = Sender(
            wa_id=reading.phone(contact.get("wa_id")),
            user_id=reading.user_id(contact.get("user_id")),
            profile_name=reading.text(profile.get("name"))[:200],
            username=reading.text(profile.get("username")).removeprefix("@")[:80],
        )
        for name in (one.wa_id, one.user_id):
            if name:
                found[name] = one
    return found


def sender(item: Json, known_senders: dict[str, Sender]) -> Sender:
    """Who wrote or called, with the profile that stands beside. Raises ValueError when nobody is named."""
    phone, user_id = reading.phone(item.get("from")), reading.user_id(item.get("from_user_id"))
    known = known_senders.get(user_id) or known_senders.get(phone)
    if known is None and len(set(known_senders.values())) == 1 and not (phone or user_id):
        known = next(iter(known_senders.values()))
    known = known or Sender()
    found = Sender(
        wa_id=phone or known.wa_id,
        user_id=user_id or known.user_id,
        profile_name=known.profile_name,
        username=known.username,
    )
    if not found.is_known:
        raise ValueError("a message without a sender")
    return found
