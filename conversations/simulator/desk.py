"""The desk's demo door: channels with their secrets, business time, opening hours, what the desk did (D28)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import aiohttp

from conversations.simulator.channels import Channels
from conversations.simulator.clock import Clock, machine_now
from conversations.simulator.events import Events
from conversations.simulator.templates import Templates

TIMEOUT = aiohttp.ClientTimeout(total=5)
log = logging.getLogger("simulator.desk")


class Desk:
    def __init__(
        self, url: str, token: str, *, channels: Channels, templates: Templates, clock: Clock, events: Events
    ) -> None:
        self.url = url
        self._headers = {"X-Demo-Token": token}
        self._channels, self._templates, self._clock, self._events = channels, templates, clock, events
        self._session: aiohttp.ClientSession | None = None
        self._asked_at = 0.0
        self._one_at_a_time = asyncio.Lock()
        self.up = False
        self.came_back: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Follow the desk's clock: each second while a page is open, each five otherwise."""
        async with aiohttp.ClientSession(headers=self._headers, timeout=TIMEOUT) as self._session:
            while True:
                await self.look_at_clock()
                if self.up and not len(self._channels):
                    await self.learn_channels()
                await asyncio.sleep(1 if len(self._events) or not self.up else 5)

    async def ask(self, path: str, *, change: Any = None, **query: str) -> Any:
        """GET (or POST `change` to) the demo door; None when the desk is not there or says no."""
        if self._session is None:
            return None
        method = "GET" if change is None else "POST"
        try:
            async with self._session.request(method, f"{self.url}{path}", json=change, params=query) as answer:
                return await answer.json() if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return None

    async def look_at_clock(self, change: Any = None) -> bool:
        """Read or move business time; False when the desk did not answer."""
        async with self._one_at_a_time:  # two steps at once would be one
            answer = await self.ask("/demo/clock/", change=change)
        try:
            jumped = self._clock.told(answer) if answer else False
        except (KeyError, TypeError, ValueError):
            answer = None
        was_up, self.up = self.up, bool(answer)
        if answer is None:
            return False
        if jumped or not was_up:
            self.tell_clock()
        if not was_up:
            self.came_back()
        return True

    def tell_clock(self) -> None:
        self._events.tell("clock", lambda: {**self._clock.as_json(), "desk": self.up})

    def reachable(self, up: bool) -> None:
        """Webhooks arrive, or do not: what the page says of the desk."""
        if up != self.up and not up:
            self.up = up
            self.tell_clock()

    async def learn_channels(self) -> None:
        """Ask which numbers the desk has, at most once a second."""
        if machine_now() - self._asked_at < 1.0:
            return
        self._asked_at = machine_now()
        answer = await self.ask("/demo/channels/")
        try:
            before = list(self._channels)
            learnt = [self._channels.learn(given) for given in (answer or {}).get("channels", ())]
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            log.warning("the desk's channels were not understood: %s", type(error).__name__)
            return
        for channel in learnt:
            self._templates.seed(channel.waba_id)
        if list(self._channels) != before:
            self._events.tell("reload", dict)
