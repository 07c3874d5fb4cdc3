"""What the customer does on the phone page: write, send files, edit, delete, call, block, stop offers."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from conversations.simulator.incoming import content_of
from conversations.simulator.media_rules import bare_mime
from conversations.simulator.ogg import from_webm
from conversations.simulator.phone_api import shown_customer, who
from conversations.simulator.simulator import Simulator, of

LARGEST = 100 * 1024 * 1024  # bytes of an incoming file (facts §8)
UNSUPPORTED = ("poll", "event", "view_once")
AD = {
    "source_url": "https://fb.me/3cr4Wqqkv",
    "source_id": "120226305854810726",
    "source_type": "ad",
    "headline": "Bottega Tramontana",
    "body": "Ceramiche fatte a mano, a Firenze",
    "media_type": "image",
    "image_url": "https://bottega-tramontana.example/pubblicita.jpg",
    "ctwa_clid": "ARAkLkA8rmlFeiCktEJQ-QTwRiyYHAFDLMNDBH0CD3qpjd0HR4irJ6LEkR7JwFF4XvnO2E4Nx0-eM-GABDLOPaOdRMv",
}


async def write(request: web.Request) -> web.Response:
    """{customer, channel, group?, type, content, quotes?, forwarded?, product?, from_ad?}: the customer sends it."""
    simulator, body = of(request), await request.json()
    customer, channel, group = who(simulator, body)
    if body["type"] == "unsupported":
        what = str(body["content"]["type"])
        if what not in UNSUPPORTED:
            raise ValueError(f"one of {', '.join(UNSUPPORTED)}")
        wamid = simulator.writing.write_unsupported(customer, channel, what, group)
        return web.json_response({"wamid": wamid}, status=201)
    content = content_of(simulator, channel, str(body["type"]), body["content"])
    wamid = simulator.writing.write(
        customer,
        channel,
        str(body["type"]),
        content,
        quotes=str(body["quotes"]) if body.get("quotes") else None,
        group=group,
        context=_context(simulator, channel.waba_id, body),
        referral=AD if body.get("from_ad") else None,
    )
    return web.json_response({"wamid": wamid}, status=201)


def _context(simulator: Simulator, waba_id: str, body: dict[str, Any]) -> dict[str, Any] | None:
    """Forwarded (often: more than five times), or a question about a product."""
    if body.get("forwarded"):
        return {"frequently_forwarded": True} if body["forwarded"] == "often" else {"forwarded": True}
    product = simulator.catalogue.get(str(body.get("product") or ""))
    if product is None:
        return None
    referred = {"catalog_id": simulator.catalogue.id_of(waba_id), "product_retailer_id": product.retailer_id}
    return {"referred_product": referred}


async def edit(request: web.Request) -> web.Response:
    """{customer, channel, wamid, text}"""
    simulator, body = of(request), await request.json()
    customer, channel, _group = who(simulator, body)
    simulator.writing.edit(customer, channel, str(body["wamid"]), str(body["text"]))
    return web.json_response({"ok": True})


async def revoke(request: web.Request) -> web.Response:
    """{customer, channel, wamid}"""
    simulator, body = of(request), await request.json()
    customer, channel, _group = who(simulator, body)
    simulator.writing.revoke(customer, channel, str(body["wamid"]))
    return web.json_response({"ok": True})


async def play(request: web.Request) -> web.Response:
    """{customer, channel, wamid}: a voice message of the shop is heard for the first time."""
    simulator, body = of(request), await request.json()
    customer, _channel, group = who(simulator, body)
    row = simulator.chats.get(str(body["wamid"]))
    if row is not None and group is None and row["customer_id"] == customer.id:
        simulator.phones.played(customer, row, simulator.channels_by_id())
    return web.json_response({"ok": True})


async def act(request: web.Request) -> web.Response:
    """{customer, channel, act: call | block | unblock | stop | resume | number, number?}: besides writing."""
    simulator, body = of(request), await request.json()
    customer, channel, _group = who(simulator, body)
    writing, blocks, number = simulator.writing, simulator.blocks, channel.phone_number_id
    wanted = body["act"]
    if wanted == "call":
        writing.call(customer, channel)
    elif wanted == "block":
        blocks.add(number, customer.address, by_customer=True)
    elif wanted == "unblock":
        blocks.remove(number, customer.address, by_customer=True)
    elif wanted in ("stop", "resume"):
        writing.prefer(customer, channel, wanted)
    elif wanted == "number":
        customer = writing.change_number(customer, list(simulator.channels), str(body["number"]))
    else:
        raise ValueError("act: call, block, unblock, stop, resume or number")
    simulator.events.tell("customers", dict)
    return web.json_response(shown_customer(simulator, customer))


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
            if bare_mime(mime_type) in ("audio/webm", "video/webm"):
                content, mime_type, filename = from_webm(content), "audio/ogg; codecs=opus", "voice.ogg"
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
