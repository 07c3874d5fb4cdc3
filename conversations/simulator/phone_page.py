"""The phone on a web page: the page itself, its files, and what it hears live."""

from __future__ import annotations

import asyncio
import html
import json
import secrets
from pathlib import Path

from aiohttp import web

from conversations.simulator.cloud import Handler
from conversations.simulator.options import PROJECT
from conversations.simulator.simulator import of

HEARTBEAT = 15.0  # seconds between signs of life on a quiet stream
STATIC, MODULES = PROJECT / "static", PROJECT / "node_modules"
IMPORTS = {
    "preact": "preact/dist/preact.mjs",
    "preact/hooks": "preact/hooks/dist/hooks.mjs",
    "@preact/signals-core": "@preact/signals-core/dist/signals-core.mjs",
    "@preact/signals": "@preact/signals/dist/signals.mjs",
    "htm": "htm/dist/htm.mjs",
}
TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
LANGUAGES = ("en", "it")


def _language(request: web.Request) -> str:
    wanted = request.query.get("lang") or request.headers.get("Accept-Language", "")[:2]
    return wanted if wanted in LANGUAGES else "en"


async def page(request: web.Request) -> web.Response:
    """Nothing inline but the import map, which carries a nonce (D33)."""
    nonce = secrets.token_urlsafe(16)
    theme = request.query.get("theme", "")
    imports = json.dumps({"imports": {name: f"/modules/{path}" for name, path in IMPORTS.items()}})
    body = f"""<!doctype html>
<html lang="{_language(request)}"{f' data-theme="{html.escape(theme)}"' if theme in ("light", "dark") else ""}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sportello · Phone simulator</title>
<link rel="icon" href="/static/design/mark.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/design/tokens.css">
<link rel="stylesheet" href="/static/design/ui.css">
<link rel="stylesheet" href="/static/design/chat.css">
<link rel="stylesheet" href="/static/phone/phone.css">
<link rel="stylesheet" href="/static/phone/message.css">
<link rel="stylesheet" href="/static/phone/controls.css">
<link rel="stylesheet" href="/static/phone/dialogs.css">
<script type="importmap" nonce="{nonce}">{imports}</script>
<script type="module" src="/static/phone/main.js"></script>
</head>
<body><noscript>The phone simulator needs JavaScript.</noscript></body>
</html>
"""
    policy = (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' blob:; "
        "media-src 'self' blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    headers = {
        "Content-Security-Policy": policy,
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return web.Response(text=body, content_type="text/html", headers=headers)


def _file(folder: Path, name: str) -> web.FileResponse:
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()) or not path.is_file() or path.suffix not in TYPES:
        raise web.HTTPNotFound
    headers = {
        "Content-Type": f"{TYPES[path.suffix]}; charset=utf-8",
        "Cache-Control": "no-cache",
        "X-Content-Type-Options": "nosniff",
    }
    return web.FileResponse(path, headers=headers)


async def static(request: web.Request) -> web.StreamResponse:
    return _file(STATIC, request.match_info["name"])


async def module(request: web.Request) -> web.StreamResponse:
    """Front-end modules from node_modules, none but those of the import map."""
    name = request.match_info["name"]
    if name not in IMPORTS.values():
        raise web.HTTPNotFound
    return _file(MODULES, name)


@web.middleware
async def same_origin(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Another site's page must not write into this one."""
    origin = request.headers.get("Origin")
    foreign = origin is not None and origin.split("://")[-1] != request.host
    if request.method != "GET" and request.path.startswith("/phone/") and foreign:
        raise web.HTTPForbidden(text="Only from the phone page itself.")
    return await handler(request)


async def events(request: web.Request) -> web.StreamResponse:
    """Server-sent events: message, status, typing of one chat; customers, groups, numbers, clock, faults, reload for all."""
    simulator = of(request)
    listener = simulator.events.listen(request.query.get("chat", ""))
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    )
    try:
        await response.prepare(request)
        await response.write(b"retry: 1000\n\n")
        while True:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    text = await listener.queue.get()
            except TimeoutError:
                text = ": still here\n\n"
            if text.startswith("event: customers"):
                listener.elsewhere = False
            await response.write(text.encode())
    except (ConnectionError, asyncio.CancelledError):
        pass  # the page was closed, or we are
    finally:
        simulator.events.leave(listener)
    return response
