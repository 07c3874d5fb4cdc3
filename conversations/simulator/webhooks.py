"""Posting signed webhooks to the desk: when due, some at a time, again until it answers 200.

due ──► in a POST ──200──► gone
          └──not 200, or nobody there──► due again (1, 2, 4 … 60 s later), for 7 days at most
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import heapq
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp

from conversations.simulator.chance import chance
from conversations.simulator.channels import Channel, Channels
from conversations.simulator.clock import Clock, machine_now
from conversations.simulator.numbers import Numbers
from conversations.simulator.payloads import MESSAGES, delivery, signature
from conversations.simulator.store import Settings, Store

GIVE_UP_AFTER = 7 * 86400.0  # seconds (facts §1, "Retries")
LONGEST_WAIT = 60.0
TIMEOUT = aiohttp.ClientTimeout(total=20)  # Meta publishes none
log = logging.getLogger("simulator.webhooks")


@dataclass(order=True)
class Due:
    due: float
    id: int
    phone_number_id: str = dataclasses.field(compare=False)
    wamid: str = dataclasses.field(compare=False)
    status: str = dataclasses.field(compare=False)  # sent, delivered, read, failed; "" for a customer's message
    value: dict[str, Any] = dataclasses.field(compare=False)
    made_at: float = dataclasses.field(compare=False)
    attempts: int = dataclasses.field(compare=False, default=0)
    field: str = dataclasses.field(compare=False, default=MESSAGES)
    # business time of the first try: a later one tells of the same moment
    told_at: float = dataclasses.field(compare=False, default=0.0)


class Webhooks:
    """The queue to the desk. `happened(due)` is called when an update is tried first, `arrived(due)` on a 200."""

    def __init__(self, store: Store, channels: Channels, numbers: Numbers, settings: Settings, clock: Clock) -> None:
        self._store, self._channels, self._numbers, self._settings = store, channels, numbers, settings
        self._clock = clock
        self._queue = [
            Due(**{**dict(row), "value": json.loads(row["value"])}) for row in store.rows("SELECT * FROM webhook")
        ]
        heapq.heapify(self._queue)
        self._wake = asyncio.Event()
        self._posting: set[asyncio.Task[None]] = set()
        self._resting: dict[str, tuple[float, float]] = {}  # url → (not before, wait): nobody answered there
        self.happened: Callable[[Due], None] = lambda due: None
        self.arrived: Callable[[Due], None] = lambda due: None
        self.reachable: Callable[[bool], None] = lambda up: None
        self.posted = 0  # POSTs answered with 200 since the start
        self.refused = 0

    def __len__(self) -> int:
        return len(self._queue) + len(self._posting)

    def add(
        self,
        channel: Channel,
        value: dict[str, Any],
        *,
        wamid: str = "",
        status: str = "",
        delay: float = 0.0,
        field: str = MESSAGES,
    ) -> None:
        """Queue one update; some are queued twice (setting `duplicate`). None when the app is not subscribed."""
        if not self._numbers.wants_webhooks(channel.phone_number_id):
            unheard = Due(machine_now(), 0, channel.phone_number_id, wamid, status, value, machine_now())
            self.happened(unheard)
            self.arrived(unheard)
            return
        delays = [delay]
        if chance.random() < self._settings["duplicate"]:
            delays.append(delay + chance.uniform(0.0, 2.0))
        for seconds in delays:
            due = machine_now() + seconds
            sql = """INSERT INTO webhook (phone_number_id, due, wamid, status, value, made_at, field)
                     VALUES (?, ?, ?, ?, ?, ?, ?)"""
            number, made_at = channel.phone_number_id, machine_now()
            row = self._store.write(sql, (number, due, wamid, status, json.dumps(value), made_at, field))
            heapq.heappush(self._queue, Due(due, row, number, wamid, status, value, made_at, field=field))
        self._wake.set()

    def account(self, channel: Channel, field: str, value: dict[str, Any]) -> None:
        """Tell of something that is no message: template, account, group, preference (facts §6, §7)."""
        self.add(channel, value, field=field)

    def clear(self) -> None:
        self._queue.clear()
        self._store.write("DELETE FROM webhook")

    def hurry(self) -> None:
        """The desk is back: try at once what was waiting for it."""
        self._resting.clear()
        now = machine_now()
        for due in self._queue:
            if due.attempts:
                due.due = min(due.due, now + chance.uniform(0, 0.5))
        heapq.heapify(self._queue)
        self._wake.set()

    async def run(self) -> None:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=30)
        async with aiohttp.ClientSession(connector=connector, timeout=TIMEOUT) as session:
            try:
                while True:
                    await self._until_something_is_due()
                    for channel, batch in self._take():
                        task = asyncio.create_task(self._post(session, channel, batch))
                        self._posting.add(task)
                        task.add_done_callback(self._posted)
            finally:
                for task in self._posting:
                    task.cancel()
                await asyncio.gather(*self._posting, return_exceptions=True)

    def _posted(self, task: asyncio.Task[None]) -> None:
        self._posting.discard(task)
        self._wake.set()
        if not task.cancelled() and task.exception():
            log.error("webhook not posted", exc_info=task.exception())

    async def _until_something_is_due(self) -> None:
        self._wake.clear()
        full = len(self._posting) >= self._settings["connections"]
        wait = None if full or not self._queue else max(self._queue[0].due - machine_now(), 0.0)
        if wait == 0.0:
            await asyncio.sleep(0)  # others have their turn
            return
        with contextlib.suppress(TimeoutError):  # not wait_for: in Python 3.11 it can swallow a cancellation
            async with asyncio.timeout(wait):
                await self._wake.wait()

    def _take(self) -> list[tuple[Channel, list[Due]]]:
        """What to post now: each update alone while connections are free for all, else several in one POST."""
        now, free = machine_now(), self._settings["connections"] - len(self._posting)
        if free <= 0:
            return []
        ready: dict[Channel, list[Due]] = {}
        taken, most = 0, free * self._settings["batch"]
        while self._queue and self._queue[0].due <= now and taken < most:
            due = heapq.heappop(self._queue)
            channel = self._channels.get(due.phone_number_id)
            rest = self._resting.get(self._url(channel), (0.0, 0.0))[0] if channel else now + LONGEST_WAIT
            if channel is None or rest > now:
                due.due = rest
                heapq.heappush(self._queue, due)
                continue
            ready.setdefault(channel, []).append(due)
            taken += 1
        size = 1 if taken <= free else min(self._settings["batch"], -(-taken // free))
        posts = []
        for channel, dues in ready.items():
            posts += [(channel, dues[start : start + size]) for start in range(0, len(dues), size)]
        return posts

    async def _post(self, session: aiohttp.ClientSession, channel: Channel, batch: list[Due]) -> None:
        for due in batch:
            if not due.attempts:
                self.happened(due)
            due.told_at = due.told_at or self._clock.now()
        told_at = max(due.told_at for due in batch)
        url, body = self._url(channel), delivery(channel, [(due.field, due.value) for due in batch], told_at)
        headers = {
            "Content-Type": "application/json",
            "X-Hub-Signature-256": signature(channel, body),
            "User-Agent": "facebookexternalua",
        }
        answered = False
        try:
            async with session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                answered, accepted = True, answer.status == 200
        except asyncio.CancelledError:
            for due in batch:  # kept in the file: posted again after the restart
                heapq.heappush(self._queue, due)
            raise
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            accepted = False
        self._settle(url, batch, answered=answered, accepted=accepted)

    def _url(self, channel: Channel) -> str:
        """Where this number's webhooks go: its own override, else the account's, else the app's callback (facts §1)."""
        return self._numbers.callback(channel.phone_number_id) or channel.webhook_url

    def _settle(self, url: str, batch: list[Due], *, answered: bool, accepted: bool) -> None:
        if accepted:
            self.posted += 1
            self._store.write_many("DELETE FROM webhook WHERE id = ?", [(due.id,) for due in batch])
            if self._resting.pop(url, None):
                self.hurry()
            for due in batch:
                self.arrived(due)
            self.reachable(True)
            return
        self.refused += 1
        now = machine_now()
        if not answered:
            before, wait = self._resting.get(url, (0.0, 0.5))
            if before <= now:
                wait = min(wait * 2, LONGEST_WAIT)
                self._resting[url] = (now + wait, wait)
            self.reachable(False)
        for due in batch:
            due.attempts += 1
            wait = min(2.0 ** (due.attempts - 1), LONGEST_WAIT) * chance.uniform(1, 1.2)
            due.due = max(now + wait, self._resting.get(url, (0.0, 0.0))[0])
            if now - due.made_at > GIVE_UP_AFTER:
                self._store.write("DELETE FROM webhook WHERE id = ?", (due.id,))
                continue
            self._store.write("UPDATE webhook SET due = ?, attempts = ? WHERE id = ?", (due.due, due.attempts, due.id))
            heapq.heappush(self._queue, due)
