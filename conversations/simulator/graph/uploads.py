"""The Resumable Upload API: open a session, send the bytes, get a handle (profile pictures, samples of templates)."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode

from aiohttp import web

from conversations.simulator.errors import GraphError, bad_token
from conversations.simulator.graph.request import mine, parameters
from conversations.simulator.simulator import of
from conversations.simulator.uploads import TYPES, Upload


async def open_session(request: web.Request) -> web.StreamResponse:
    """POST /{app id}/uploads?file_length=&file_type=&file_name= → {"id": "upload:…?sig=…"}."""
    await mine(request)
    given = await parameters(request)
    kind = str(given.get("file_type") or "")
    if kind not in TYPES:
        raise GraphError(100, f"Param file_type must be one of {{{', '.join(TYPES)}}}.")
    length = str(given.get("file_length") or "")
    if not length.isdigit() or not 0 < int(length) <= TYPES[kind]:
        raise GraphError(100, f"Param file_length must be between 1 and {TYPES[kind]}.")
    key = "upload:" + urlsafe_b64encode(secrets.token_bytes(24)).decode().rstrip("=")
    upload = Upload(key, secrets.token_urlsafe(16), kind, int(length), str(given.get("file_name") or "file")[:240])
    of(request).uploads.sessions[key] = upload
    return web.json_response({"id": upload.address})


async def send_bytes(request: web.Request) -> web.StreamResponse:
    """POST /upload:… with `file_offset` and the rest of the file → {"h": handle} when it is whole."""
    await _allowed(request)
    upload = _session(request)
    if request.headers.get("file_offset", "") != str(len(upload.content)):
        raise GraphError(100, f"The header file_offset must be {len(upload.content)}.")
    upload.content += await request.read()
    if len(upload.content) > upload.length:
        upload.content = b""
        raise GraphError(100, f"More than the {upload.length} bytes that were announced.")
    if len(upload.content) < upload.length:
        return web.json_response({"id": upload.address, "file_offset": len(upload.content)})
    handle = of(request).uploads.finish(upload)
    await of(request).store.committed()
    return web.json_response({"h": handle})


async def show_session(request: web.Request) -> web.StreamResponse:
    """How much has arrived, to go on after an interruption."""
    await _allowed(request)
    upload = _session(request)
    return web.json_response({"id": upload.address, "file_offset": len(upload.content)})


async def _allowed(request: web.Request) -> None:
    """Here the scheme is OAuth; Bearer is taken too."""
    token = request.headers.get("Authorization", "").partition(" ")[2].strip()
    if not any(channel.access_token == token for channel in of(request).channels):
        raise bad_token()


def _session(request: web.Request) -> Upload:
    upload = of(request).uploads.sessions.get(request.match_info["object_id"])
    if upload is None or not secrets.compare_digest(upload.seal, request.query.get("sig", "")):
        raise GraphError(100, "The upload session is unknown or has ended. Open a new one.", subcode=33)
    return upload
