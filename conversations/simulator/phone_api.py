"""What the phone page asks and does, under /phone/. Not guarded by the token: whoever reaches the page may play."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from conversations.simulator.channels import Channel
from conversations.simulator.cloud import Handler
from conversations.simulator.control import change_settings, problem, start_over
from conversations.simulator.customers import Customer
from conversations.simulator.faults import KINDS
from conversations.simulator.fields import need, text
from conversations.simulator.media import Media
from conversations.simulator.media_rules import bare_mime
from conversations.simulator.rules import check_location
from conversations.simulator.simulator import Simulator, of

LARGEST = 100 * 1024 * 1024  # bytes of an incoming file (facts 8)
PAGE_SETTINGS = ("duplicate", "shuffle", "auto_read")


@web.middleware
async def sentences(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A wrong value under /phone/ is a 400 with a sentence."""
    if not request.path.startswith("/phone/"):
        return await handler(request)
    try:
        answer = await handler(request)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return problem(400, str(error))
    await of(request).store.committed()
    return answer


def _who(simulator: Simulator, given: Any) -> tuple[Customer, Channel]:
    customer = simulator.customers.get(int(given["customer"]))
    channel = simulator.channels.get(str(given["channel"]))
    if customer is None or channel is None:
        raise ValueError("this customer or number is not known any more")
    return customer, channel


async def state(request: web.Request) -> web.Response:
    """All the page needs at first, except the chat."""
    simulator = of(request)
    await simulator.desk.learn_channels()
    return web.json_response(
        {
            "channels": [channel.public() for channel in simulator.channels],
            "customers": [asdict(customer) for customer in simulator.customers.recent()],
            "customer_count": len(simulator.customers),
            "settings": simulator.settings.all(),
            "faults": simulator.faults.all(),
            "fault_kinds": list(KINDS),
            "clock": {**simulator.clock.as_json(), "desk": simulator.desk.up},
            "inbox_url": f"{simulator.desk.url}/admin/",
        }
    )


async def customers(request: web.Request) -> web.Response:
    """GET ?search= lists; POST adds {name, number or "", username, note}."""
    simulator = of(request)
    if request.method == "POST":
        body = await request.json()
        given = {key: str(body.get(key) or "") for key in ("name", "number", "username", "note")}
        added = simulator.customers.add(**given, active_at=simulator.clock.now())
        simulator.events.tell("customers", dict)
        return web.json_response(asdict(added), status=201)
    found = simulator.customers.recent(request.query.get("search", ""))
    return web.json_response(
        {"customers": [asdict(each) for each in found], "customer_count": len(simulator.customers)}
    )


async def switch(request: web.Request) -> web.Response:
    """{customer, online?, read_receipts?}"""
    simulator, body = of(request), await request.json()
    customer = simulator.customers.get(int(body["customer"]))
    if customer is None:
        raise ValueError("this customer is not known any more")
    changes = {key: int(bool(body[key])) for key in ("online", "read_receipts") if key in body}
    simulator.phones.switch(customer, simulator.channels_by_id(), **changes)
    return web.json_response(asdict(simulator.customers.get(customer.id) or customer))


async def chat(request: web.Request) -> web.Response:
    """The newest messages with one customer; asking opens the chat, as a person would."""
    simulator = of(request)
    customer, channel = _who(simulator, request.query)
    simulator.phones.opened(customer, simulator.channels_by_id())
    return web.json_response({"messages": simulator.chats.chat(customer.id, channel.phone_number_id)})


async def write(request: web.Request) -> web.Response:
    """{customer, channel, type, content, quotes?}: the customer sends it."""
    simulator, body = of(request), await request.json()
    customer, channel = _who(simulator, body)
    content = _content(simulator, channel, str(body["type"]), dict(body["content"]))
    quotes = str(body["quotes"]) if body.get("quotes") else None
    wamid = simulator.phones.write(customer, channel, str(body["type"]), content, quotes=quotes)
    return web.json_response({"wamid": wamid}, status=201)


def _content(simulator: Simulator, channel: Channel, kind: str, given: dict[str, Any]) -> dict[str, Any]:
    """The object of an incoming message (facts 3), with nothing in it that Meta would not send. Raises ValueError."""
    try:
        if kind == "text":
            return {"body": text(given, "body", 4096, "text")}
        if kind == "location":
            check_location(given)
            return {key: given[key] for key in ("latitude", "longitude", "name", "address") if given.get(key)}
        if kind == "reaction":
            reaction = {"message_id": text(given, "message_id", 300, kind)}
            return {**reaction, "emoji": str(given["emoji"])[:12]} if given.get("emoji") else reaction
        if kind == "button":
            return {key: text(given, key, 300, kind) for key in ("payload", "text")}
        if kind == "interactive":
            form = given["type"]
            if form not in ("button_reply", "list_reply"):
                raise ValueError("an answer is a button_reply or a list_reply")
            reply = need(given, form, dict, kind)
            keys = ("id", "title", "description") if form == "list_reply" else ("id", "title")
            return {"type": form, form: {key: str(reply[key]) for key in keys if reply.get(key)}}
    except Exception as error:
        raise ValueError(str(error)) from error
    media = simulator.media.get(str(given.get("id") or ""), channel.phone_number_id)
    if media is None or kind not in ("image", "video", "audio", "document", "sticker"):
        raise ValueError("this file or kind of message is not known")
    return _media_content(media, kind, given)


def _media_content(media: Media, kind: str, given: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = media.in_webhook()
    if given.get("caption") and kind in ("image", "video", "document"):
        content["caption"] = str(given["caption"])[:1024]
    if kind == "audio":
        content["voice"] = bool(given.get("voice"))
    if kind == "document":
        content["filename"] = media.filename or "file"
    if kind == "sticker":
        content["animated"] = False
    return content


async def add_media(request: web.Request) -> web.Response:
    """Multipart: channel, then file → {id, type, filename}."""
    simulator = of(request)
    channel = None
    async for part in await request.multipart():
        name = getattr(part, "name", None)
        if name == "channel":
            channel = simulator.channels.get(await part.text())  # type: ignore[union-attr]
        elif name == "file" and channel is not None:
            content = bytes(await part.read(decode=False))  # type: ignore[union-attr]
            if not 0 < len(content) <= LARGEST:
                raise ValueError("the file is empty or larger than 100 MB")
            mime_type = part.headers.get("Content-Type", "application/octet-stream")  # type: ignore[union-attr]
            filename = part.filename or ""  # type: ignore[union-attr]
            media = simulator.media.add(channel.phone_number_id, content, mime_type, filename, from_customer=True)
            return web.json_response({"id": media.id, "type": _kind(mime_type), "filename": media.filename}, status=201)
    raise ValueError("channel and file are needed, in this order")


def _kind(mime_type: str) -> str:
    bare = bare_mime(mime_type)
    if bare == "image/webp":
        return "sticker"
    family = bare.split("/")[0]
    return family if bare in ("image/jpeg", "image/png") or family in ("audio", "video") else "document"


async def show_media(request: web.Request) -> web.StreamResponse:
    """A file of a chat, for the page. Never as something a browser would run."""
    simulator = of(request)
    media = simulator.media.get(request.match_info["media_id"])
    if media is None or not simulator.media.path(media).exists():
        raise web.HTTPNotFound
    shown = bare_mime(media.mime_type)
    safe = shown.split("/")[0] in ("audio", "video") or shown in ("image/jpeg", "image/png", "image/webp")
    headers = {"Content-Type": shown if safe else "application/octet-stream", "X-Content-Type-Options": "nosniff"}
    if not safe:
        headers["Content-Disposition"] = "attachment"
    return web.FileResponse(simulator.media.path(media), headers=headers)


async def desk(request: web.Request) -> web.Response:
    """Opening hours, service window and what the desk did, for one chat."""
    simulator = of(request)
    customer, channel = _who(simulator, request.query)
    query = {"phone_number_id": channel.phone_number_id, "from": customer.address}
    hours = await simulator.desk.ask("/demo/hours/", **query)
    log = await simulator.desk.ask("/demo/log/", **query)
    entries = (log or {}).get("entries", [])[:40] if isinstance(log, dict) else []
    return web.json_response({"hours": hours, "log": entries, "log_known": log is not None})


async def clock(request: web.Request) -> web.Response:
    """Move business time: {advance_seconds}, {set}, {rate} or {reset}."""
    simulator, body = of(request), await request.json()
    if not isinstance(body, dict) or len(body) != 1 or set(body) - {"advance_seconds", "set", "rate", "reset"}:
        raise ValueError("one of advance_seconds, set, rate, reset")
    moved = await simulator.desk.look_at_clock(body)
    if not moved:
        return problem(502, "The desk did not move its clock.")
    simulator.desk.tell_clock()
    return web.json_response({**simulator.clock.as_json(), "desk": True})


async def settings(request: web.Request) -> web.Response:
    simulator, body = of(request), await request.json()
    change_settings(simulator, {key: body[key] for key in PAGE_SETTINGS if key in body})
    return web.json_response(simulator.settings.all())


async def faults(request: web.Request) -> web.Response:
    simulator, body = of(request), await request.json()
    simulator.faults.clear()
    simulator.faults.add(body)
    simulator.events.tell("faults", simulator.faults.all)
    return web.json_response({"faults": simulator.faults.all()})


async def reset(request: web.Request) -> web.Response:
    start_over(of(request))
    return web.json_response({"ok": True})
