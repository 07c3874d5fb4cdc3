"""The webhook door: a thin ASGI application ahead of Django's stack (C10, C11, D20, D29).

Answers: 200 stored; 401 no or wrong signature; 403 handshake with a wrong token; 405 other methods; 413 over 4 MB; 503 not stored.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from conversations import wake
from conversations.ingest import intake
from conversations.ingest.store import Store, StoreFailed, writer_for_default_database

logger = logging.getLogger("sportello.intake")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

PLAIN = (b"content-type", b"text/plain; charset=utf-8")
NOSNIFF = (b"x-content-type-options", b"nosniff")


MOMENT = 0.01  # seconds


class TooLarge(Exception):
    pass


class Door:
    """One per process; its store is made on the first delivery, inside the server's own event loop."""

    def __init__(self) -> None:
        self.secrets = intake.Secrets()
        self.refusals = intake.Refusals()
        self.store: Store | None = None
        self.ringing = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method == "POST":
            status, text = await self._delivery(scope, receive)
        elif method == "GET":
            status, text = await self._handshake(scope)
        else:
            status, text = 405, "method not allowed"
        body = text.encode()
        headers = [PLAIN, NOSNIFF, (b"content-length", str(len(body)).encode())]
        if status == 405:
            headers.append((b"allow", b"GET, POST"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _delivery(self, scope: Scope, receive: Receive) -> tuple[int, str]:
        signature = ""
        for name, value in scope["headers"]:
            if name == b"x-hub-signature-256":
                signature = value.decode("latin-1")
            elif name == b"content-length" and value.isdigit() and int(value) > intake.MAX_BYTES:
                return 413, "too large"
        try:
            body = await self._read(receive)
        except TooLarge:
            return 413, "too large"
        await self._fresh(intake.LOOK_EVERY)
        if self.secrets.read_at < 0:  # no secret was ever read: nobody can be told that his signature is wrong
            return 503, "not ready"
        if not intake.signed(body, signature, self.secrets):
            if self.secrets.stale(intake.LOOK_AGAIN):
                await self._fresh(intake.LOOK_AGAIN)
            if not intake.signed(body, signature, self.secrets):
                self.refusals.add()
                return 401, "signature does not fit"
        if self.store is None:
            self.store = Store(writer_for_default_database(), self._ring)
        try:
            await self.store.put(body)
        except StoreFailed:
            return 503, "not stored"
        return 200, "ok"

    def _ring(self) -> None:
        """After a group is committed: at most one hop to a thread per moment, since telling the broker may block."""
        if not self.ringing:
            self.ringing = True
            asyncio.get_running_loop().call_later(MOMENT, self._ring_now)

    def _ring_now(self) -> None:
        self.ringing = False
        asyncio.get_running_loop().run_in_executor(None, wake.ring, wake.Bell.INGEST)

    async def _handshake(self, scope: Scope) -> tuple[int, str]:
        await self._fresh(intake.LOOK_AGAIN)
        query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True))
        challenge = intake.answer_to_handshake(query, self.secrets)
        return (403, "verify token does not fit") if challenge is None else (200, challenge)

    async def _fresh(self, seconds: float) -> None:
        if not self.secrets.stale(seconds):
            return
        try:
            await asyncio.to_thread(self.secrets.read_in_thread)
        except Exception as problem:  # a database that is away: what is known still serves, the store says 503
            logger.warning("webhook.secrets_unread", extra={"problem": type(problem).__name__})

    @staticmethod
    async def _read(receive: Receive) -> bytes:
        message = await receive()
        body: bytes = message.get("body", b"")
        if not message.get("more_body"):
            if len(body) > intake.MAX_BYTES:
                raise TooLarge
            return body
        chunks, size = [body], len(body)
        while message.get("more_body"):
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > intake.MAX_BYTES:
                raise TooLarge
            chunks.append(chunk)
        return b"".join(chunks)
