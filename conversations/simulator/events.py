"""Server-sent events: what open phone pages hear of."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

WAITING = 500  # events a page may be behind; then it is told to read everything again


class Listener:
    """One open page. It hears of one chat (a customer's id, or a group's), and only that something happened elsewhere."""

    def __init__(self, chat: str) -> None:
        self.chat = chat
        self.queue: asyncio.Queue[str] = asyncio.Queue(WAITING)
        self.elsewhere = False  # told once until it was sent

    def put(self, kind: str, data: Any) -> None:
        try:
            self.queue.put_nowait(f"event: {kind}\ndata: {json.dumps(data)}\n\n")
        except asyncio.QueueFull:
            while not self.queue.empty():
                self.queue.get_nowait()
            self.queue.put_nowait("event: reload\ndata: {}\n\n")


class Events:
    def __init__(self) -> None:
        self._listeners: set[Listener] = set()

    def __len__(self) -> int:
        return len(self._listeners)

    def listen(self, chat: str) -> Listener:
        listener = Listener(chat)
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    def tell(self, kind: str, data: Callable[[], Any], *, chat: str | int | None = None) -> None:
        """`data` is only made when a page listens: a bench runs without one."""
        for listener in self._listeners:
            if chat is None or listener.chat == str(chat):
                listener.put(kind, data())
            if chat is not None and kind == "message" and not listener.elsewhere:
                listener.elsewhere = True
                listener.put("customers", {})
