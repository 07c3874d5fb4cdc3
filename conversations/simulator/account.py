"""Files of the Cloud API; its other nouns are in graph/."""

from __future__ import annotations

from aiohttp import web

from conversations.simulator.channels import Channel
from conversations.simulator.cloud import channel_of
from conversations.simulator.errors import GraphError, no_such_object
from conversations.simulator.graph.request import mine
from conversations.simulator.media import Media
from conversations.simulator.media_rules import LARGEST, check_upload
from conversations.simulator.simulator import of


async def get_object(request: web.Request) -> web.StreamResponse:
    """GET /{id}: a file with a link that works for five minutes."""
    media = _own_media(request, await mine(request))
    shelf = of(request).media
    return web.json_response(
        {
            "messaging_product": "whatsapp",
            "url": f"{request.scheme}://{request.host}/whatsapp_business/attachments/{media.id}?{shelf.ticket(media)}",
            "mime_type": media.mime_type,
            "sha256": media.sha256,
            "file_size": str(media.size),
            "id": media.id,
        }
    )


async def delete_object(request: web.Request) -> web.StreamResponse:
    media = _own_media(request, await mine(request))
    of(request).media.delete(media)
    await of(request).store.committed()
    return web.json_response({"success": True})


def _own_media(request: web.Request, mine: list[Channel]) -> Media:
    object_id = request.match_info["object_id"]
    media = of(request).media.get(object_id, request.query.get("phone_number_id", ""))
    if media is None or media.phone_number_id not in {channel.phone_number_id for channel in mine}:
        raise no_such_object(object_id)
    return media


async def download(request: web.Request) -> web.StreamResponse:
    """The second step: the bytes, with the bearer token, 404 when the link is too old."""
    numbers = {channel.phone_number_id for channel in await mine(request)}
    shelf, query = of(request).media, request.query
    media = shelf.open(request.match_info["media_id"], query.get("ext", ""), query.get("hash", ""))
    if media is None or media.phone_number_id not in numbers or not shelf.path(media).exists():
        raise web.HTTPNotFound
    return web.FileResponse(shelf.path(media), headers={"Content-Type": media.mime_type})


async def upload(request: web.Request) -> web.StreamResponse:
    """POST /{phone_number_id}/media, multipart."""
    channel = await channel_of(request)
    if not request.content_type.startswith("multipart/"):
        raise GraphError(100, "The parameter file is required.")
    fields: dict[str, str] = {}
    content, filename, declared = None, "", ""
    async for part in await request.multipart():
        if getattr(part, "name", None) == "file":
            content = bytes(await part.read(decode=False))  # type: ignore[union-attr]
            filename, declared = part.filename or "", part.headers.get("Content-Type", "")  # type: ignore[union-attr]
            if len(content) > LARGEST:
                raise GraphError(131053, "The file is larger than 100 MB.")
        elif getattr(part, "name", None):
            fields[part.name] = await part.text()  # type: ignore[union-attr, index]
    if fields.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required.")
    if content is None:
        raise GraphError(100, "The parameter file is required.")
    mime_type = fields.get("type") or declared
    check_upload(mime_type, len(content))
    media = of(request).media.add(channel.phone_number_id, content, mime_type, filename, from_customer=False)
    await of(request).store.committed()
    return web.json_response({"id": media.id})
