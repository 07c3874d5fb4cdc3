"""One ASGI application, three doors (D29): webhooks, the live stream (comes with the inbox), Django.

SPORTELLO_ROLE = all | web | live | door lets production run them apart; what a role does not serve is 404.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

# Static files are small and come from memory or disk at once: reading them synchronously is right, and Django's warning is noise.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
django_door = get_asgi_application()

from django.conf import settings  # noqa: E402  settings are ready only now

from config.refusal import refuse_if_unsafe  # noqa: E402
from conversations.ingest.door import Door  # noqa: E402

refuse_if_unsafe()

WEBHOOK = "/webhooks/whatsapp"
webhook_door = Door()

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


async def _nothing_here(send: Send) -> None:
    await send({"type": "http.response.start", "status": 404, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"not served by this process"})


async def _lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if webhook_door.store is not None:
                await webhook_door.store.writer.close()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
        return
    role = settings.SPORTELLO_ROLE
    if scope["path"].rstrip("/") == WEBHOOK:
        if role in {"all", "door"}:
            await webhook_door(scope, receive, send)
        else:
            await _nothing_here(send)
    elif role in {"all", "web"} or scope["path"] in {"/healthz", "/readyz"}:
        await django_door(scope, receive, send)  # type: ignore[arg-type]  # Django names these shapes more narrowly
    else:
        await _nothing_here(send)
