"""Server-sent events: what open phone pages hear of."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Any

WAITING = 500  # events a page may be behind; then it is told to read everything again


class Listener:
    """One open page. It hears of one customer's chat, and only that something happened elsewhere."""

    def __init__(self, customer: int | None) -> None:
        self.customer = customer
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

    def listen(self, customer: int | None) -> Listener:
        listener = Listener(customer)
        self._listeners.add(listener)
        return listener

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)

    def tell(self, kind: str, data: Callable[[], Any], *, customer: int | None = None) -> None:
        """`data` is only made when a page listens: a bench runs without one."""
        for listener in self._listeners:
            if customer is None or listener.customer == customer:
                listener.put(kind, data())
            if customer is not None and kind == "message" and not listener.elsewhere:
                listener.elsewhere = True
                listener.put("customers", {})
