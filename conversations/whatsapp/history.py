"""The past of a coexistence number (field `history`): threads in chunks, files that come later, or a refusal (facts §3). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conversations.whatsapp import content as contents
from conversations.whatsapp import inbound, numbers, reading
from conversations.whatsapp.payloads import InboundMessage, News, Sender, Update
from conversations.whatsapp.reading import Json

DECLINED = "2593109"
NOTHING_NEW = frozenset({"system"})  # of the past: nobody's number changes again


def items(value: Json) -> Iterator[Any]:
    """Every message with whose thread it is and the business' own number: it is ours when it is `from` there."""
    own = numbers.digits(reading.text(reading.obj(value.get("metadata")).get("display_phone_number")))
    for chunk in reading.objects(value.get("history")):
        for thread in reading.objects(chunk.get("threads")):
            for one in reading.items(thread.get("messages")):
                yield {**one, "thread": thread.get("id"), "own": own} if isinstance(one, dict) else one
    for one in reading.items(value.get("messages")):
        yield {**one, "own": own} if isinstance(one, dict) else one


def message(item: Json) -> Update | None:
    """One of the customer's may be a reaction, an edit or a deletion as well; of ours, only messages."""
    customer = _customer(item)
    is_ours = _is_ours(item, customer)
    kind = reading.text(item.get("type")) or "unknown"
    if not is_ours and kind in {"reaction", "edit", "revoke"}:
        return inbound.message({**item, "from": customer.wa_id, "from_user_id": customer.user_id}, {})
    if kind in NOTHING_NEW or (is_ours and kind in {"reaction", "edit", "revoke"}):
        return None
    read = contents.read(kind, item)
    return InboundMessage(
        wamid=reading.required(item.get("id")),
        sender=customer,
        timestamp=reading.time(item.get("timestamp")),
        type=read.type,
        text=read.text,
        content=read.content,
        media=read.media,
        reply_to=reading.text(reading.obj(item.get("context")).get("id")),
        is_echo=is_ours,
        is_history=True,
        status=reading.text(reading.obj(item.get("history_context")).get("status")).lower()[:12],
    )


def _customer(item: Json) -> Sender:
    """The thread's; a file that comes by itself names its writer, or, when it is ours, perhaps nobody."""
    given = reading.text(item.get("thread"))
    named = Sender(wa_id=reading.phone(given), user_id="" if reading.phone(given) else reading.user_id(given))
    if named.is_known:
        return named
    sender = Sender(wa_id=reading.phone(item.get("from")), user_id=reading.user_id(item.get("from_user_id")))
    if _same(sender.wa_id, reading.text(item.get("own"))):
        return Sender(wa_id=reading.phone(item.get("to")), user_id=reading.user_id(item.get("to_user_id")))
    return sender


def _is_ours(item: Json, customer: Sender) -> bool:
    """By our number; without it, whatever is not from the customer."""
    sender = reading.phone(item.get("from"))
    if _same(sender, reading.text(item.get("own"))):
        return True
    return bool(sender and customer.wa_id and not _same(sender, customer.wa_id))


def _same(one: str, other: str) -> bool:
    return bool(one) and bool(other) and numbers.key(one) == numbers.key(other)


def news(value: Json) -> Iterator[News]:
    for chunk in reading.objects(value.get("history")):
        codes = [reading.text(one.get("code"))[:40] for one in reading.objects(chunk.get("errors"))]
        if DECLINED in codes:
            yield News("", "history_declined")
            continue
        for code in codes:
            yield News("", "error", {"kind": code})
        told = reading.obj(chunk.get("metadata"))
        phase, progress = reading.number(told.get("phase")), reading.number(told.get("progress"))
        threads = reading.objects(chunk.get("threads"))
        count = sum(len(reading.items(thread.get("messages"))) for thread in threads)
        if not codes:
            yield News("", "history", {"phase": phase, "progress": progress, "count": count})
    if files := reading.items(value.get("messages")):
        yield News("", "history_files", {"count": len(files)})


def summary(value: Json) -> Json:
    """What is kept of it beside the messages: whose they are, and what they say, stands with them."""
    chunks = [
        {name: chunk[name] for name in ("metadata", "errors") if name in chunk}
        for chunk in reading.objects(value.get("history"))
    ]
    return {"history": chunks} if chunks else {"messages": len(reading.items(value.get("messages")))}
