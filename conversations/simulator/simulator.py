"""All parts of the simulator, put together once."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from aiohttp import web

from conversations.simulator.blocks import Blocks
from conversations.simulator.catalogue import Catalogue
from conversations.simulator.channels import Channel, Channels
from conversations.simulator.chats import Chats
from conversations.simulator.clock import Clock
from conversations.simulator.customers import Customers
from conversations.simulator.desk import Desk
from conversations.simulator.events import Events
from conversations.simulator.faults import Faults
from conversations.simulator.group_phones import GroupPhones
from conversations.simulator.groups import Groups
from conversations.simulator.limits import Pairs, Throughput
from conversations.simulator.media import MediaShelf
from conversations.simulator.numbers import Numbers
from conversations.simulator.options import Options
from conversations.simulator.phones import Phones
from conversations.simulator.pricing import EntryPoints
from conversations.simulator.store import Settings, Store
from conversations.simulator.templates import Templates
from conversations.simulator.uploads import Uploads
from conversations.simulator.webhooks import Webhooks
from conversations.simulator.writing import Writing


class Simulator:
    def __init__(self, options: Options) -> None:
        self.options = options
        self.store = Store(options.database)
        self.settings = Settings(self.store)
        self.clock = Clock()
        self.events = Events()
        self.numbers = Numbers(self.store)
        self.channels = Channels(self.store, f"{options.desk_url}/webhooks/whatsapp/")
        self.customers = Customers(self.store, self.settings)
        if not len(self.customers):
            self.customers.seed()
            self.store.commit()
        self.chats = Chats(self.store)
        self.templates = Templates(self.store, self.settings, self.clock)
        self.media = MediaShelf(self.store, options.media)
        self.uploads = Uploads(self.store, options.media)
        self.catalogue = Catalogue(self.store)
        self.blocks = Blocks(self.store)
        self.faults = Faults(self.store)
        self.throughput, self.pairs = Throughput(), Pairs()
        self.webhooks = Webhooks(self.store, self.channels, self.numbers, self.settings, self.clock)
        self.groups = Groups(self.store)
        self.marks: deque[dict[str, Any]] = deque(maxlen=1000)  # what was marked read, for whoever counts
        self.phones = Phones(
            chats=self.chats,
            customers=self.customers,
            clock=self.clock,
            settings=self.settings,
            webhooks=self.webhooks,
            media=self.media,
            events=self.events,
            blocks=self.blocks,
            entries=EntryPoints(self.store),
        )
        self.group_phones = GroupPhones(self.phones, self.groups)
        self.writing = Writing(self.phones, self.groups, self.numbers)
        self.desk = Desk(
            options.desk_url,
            options.token,
            channels=self.channels,
            templates=self.templates,
            clock=self.clock,
            events=self.events,
        )
        self.webhooks.happened, self.webhooks.arrived = self.phones.happened, self.phones.arrived
        self.webhooks.reachable = self.desk.reachable
        self.desk.came_back = self.webhooks.hurry
        self.templates.tell = self._tell_account

    def _tell_account(self, waba_id: str, field: str, value: dict[str, Any], delay: float) -> None:
        """Once per business account, through any of its numbers."""
        for channel in self.channels.of_account(waba_id)[:1]:
            self.webhooks.add(channel, value, field=field, delay=delay)

    def channels_by_id(self) -> dict[str, Channel]:
        return {channel.phone_number_id: channel for channel in self.channels}

    async def alive(self, _app: web.Application) -> AsyncIterator[None]:
        """What runs besides the server: posting webhooks and following the desk."""
        tasks = [asyncio.create_task(self.webhooks.run()), asyncio.create_task(self.desk.run())]
        yield
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)
        self.store.close()


SIMULATOR = web.AppKey("simulator", Simulator)


def of(request: web.Request) -> Simulator:
    return request.app[SIMULATOR]
