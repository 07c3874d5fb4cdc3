"""The desk as its people meet it: customers write by signed webhooks through the real door, Meta is the simulator, workers run when told.

desk.customer("Asha").writes("Vorrei fare un reso")
desk.settle()
assert desk.customer("Asha").reads() == [...]
"""

from __future__ import annotations

import asyncio
import atexit
import itertools
import json
import shutil
import tempfile
import threading
import time
from collections.abc import Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any

import requests
from aiohttp import web

from config.demo.desk import with_secrets
from conversations import clock
from conversations.ingest import media, process, run
from conversations.ingest.door import Door
from conversations.journal import readers
from conversations.models import Channel
from conversations.outbox import deliver, settle
from conversations.simulator.options import Options
from conversations.simulator.server import make_server
from conversations.whatsapp.signature import sign
from tests.makers import make_channel

TOKEN = "test-demo-token"
QUIET = {"sent_delay": 0, "delivered_delay": 0, "read_delay": 0, "review_delay": 0, "duplicate": 0.0, "shuffle": 0.0}
wamids = itertools.count(1)
Json = dict[str, Any]


class World:
    """One event loop in a thread for the whole test run: the simulator, and the real webhook door behind a small server."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        threading.Thread(target=self.loop.run_forever, daemon=True, name="world").start()
        self.home = Path(tempfile.mkdtemp(prefix="sportello-world-"))
        atexit.register(shutil.rmtree, self.home, ignore_errors=True)
        self.door = Door()
        self.desk_port = self.run(self._serve_door())
        self.simulator_port = self.run(self._serve_simulator())

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(30)

    async def _serve_door(self) -> int:
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_route("*", "/webhooks/whatsapp/", self._webhook)
        return await self._serve(app)

    async def _serve_simulator(self) -> int:
        options = Options(port=0, home=self.home, desk_url=f"http://127.0.0.1:{self.desk_port}", token=TOKEN)
        return await self._serve(make_server(options))

    async def _serve(self, app: web.Application) -> int:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        return int(runner.addresses[0][1])

    async def _webhook(self, request: web.Request) -> web.Response:
        """ASGI to the door, as the server in production does."""
        body = await request.read()
        answer: Json = {"body": b""}

        async def receive() -> Json:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
            else:
                answer["body"] += message.get("body", b"")

        headers = [
            (name.lower().encode(), value.encode("utf-8", "surrogateescape")) for name, value in request.headers.items()
        ]
        scope = {
            "type": "http",
            "method": request.method,
            "headers": headers,
            "path": request.path,
            "query_string": request.query_string.encode(),
        }
        await self.door(scope, receive, send)
        return web.Response(status=answer["status"], body=answer["body"])

    def forget(self) -> None:
        """Between tests: the door's connection and what it knew of channels belong to the last database."""
        if self.door.store is not None:
            self.run(self.door.store.writer.close())
        self.door.store = None
        self.door.secrets.read_at = -1e9


class Customer:
    def __init__(self, desk: Desk, name: str, number: str, user_id: str = "") -> None:
        self.desk, self.name, self.number, self.user_id = desk, name, number, user_id

    def writes(self, text: str, *, at: datetime | None = None, wamid: str = "") -> str:
        return self.sends("text", {"body": text}, at=at, wamid=wamid)

    def taps(self, button_id: str, title: str) -> str:
        return self.sends("interactive", {"type": "button_reply", "button_reply": {"id": button_id, "title": title}})

    def sends(self, kind: str, content: Any, *, at: datetime | None = None, wamid: str = "", **more: Any) -> str:
        """Through the signed door, in Meta's shape; tells the stand-in that it was heard (D28). Returns the wamid."""
        at = at or clock.now()
        wamid = wamid or f"wamid.in{next(wamids)}"
        stamp = str(int(at.timestamp()))
        self.desk.control(
            "heard", {"phone_number_id": self.desk.channel.phone_number_id, "from": self.number, "timestamp": stamp}
        )
        message = {"from": self.number, "id": wamid, "timestamp": stamp, "type": kind, kind: content, **more}
        if self.user_id:
            message["from_user_id"] = self.user_id
        contact = {
            "profile": {"name": self.name},
            "wa_id": self.number,
            **({"user_id": self.user_id} if self.user_id else {}),
        }
        answer = self.desk.deliver_messages([message], [contact])
        assert answer.status_code == 200, answer.text
        return wamid

    def receives(self) -> list[Json]:
        """What really arrived on this customer's phone, oldest first."""
        answer = self.desk.control(f"received?to={self.number}&phone_number_id={self.desk.channel.phone_number_id}")
        return list(answer["messages"])

    def reads(self) -> list[str]:
        return [str(message["text"]) for message in self.receives()]


class Desk:
    def __init__(self, world: World) -> None:
        self.world = world
        self.url = f"http://127.0.0.1:{world.desk_port}/webhooks/whatsapp/"
        self.simulator_url = f"http://127.0.0.1:{world.simulator_port}"
        self.customers: dict[str, Customer] = {}
        # Meta's own limits; the business's caps are for tests about them to set (D37).
        self.channel = make_channel(
            base_url=self.simulator_url, throughput=80, daily_cap=None, new_customer_cap=None, initiated_cap=None
        )
        self.control("reset", {"channels": True})
        self.settings(**QUIET)
        self.connect(self.channel)
        # A late webhook of the test before may have made the door look at the channels of nobody a moment ago.
        world.door.secrets.read_at = -1e9

    def connect(self, channel: Channel) -> None:
        """Make a channel known to the stand-in."""
        self.control("channels", {"channels": [with_secrets(channel)], "webhook_url": self.url})

    def control(self, path: str, body: Json | None = None) -> Json:
        method = "GET" if body is None else "POST"
        answer = requests.request(
            method, f"{self.simulator_url}/control/{path}", json=body, headers={"X-Demo-Token": TOKEN}, timeout=10
        )
        assert answer.ok, answer.text
        return dict(answer.json())

    def settings(self, **changes: Any) -> None:
        self.control("settings", changes)

    def fault(self, kind: str, **more: Any) -> None:
        self.control("faults", {"kind": kind, "phone_number_id": self.channel.phone_number_id, "next": 1, **more})

    def customer(self, name: str, number: str = "", user_id: str = "") -> Customer:
        if name not in self.customers:
            self.customers[name] = Customer(self, name, number or f"39333000{len(self.customers):04}", user_id)
        return self.customers[name]

    # --- the wire ---------------------------------------------------------------------------------------------------------

    def post(self, body: bytes, signature: str | None = None) -> requests.Response:
        header = sign(body, self.channel.app_secret) if signature is None else signature
        return requests.post(
            self.url, data=body, headers={"X-Hub-Signature-256": header, "Content-Type": "application/json"}, timeout=30
        )

    def deliver(self, value: Json, field: str = "messages") -> requests.Response:
        return self.post(self.envelope(value, field))

    def envelope(self, value: Json, field: str = "messages") -> bytes:
        change = {"field": field, "value": value}
        body = {"object": "whatsapp_business_account", "entry": [{"id": self.channel.waba_id, "changes": [change]}]}
        return json.dumps(body).encode()

    def value(self, **content: Any) -> Json:
        metadata = {"display_phone_number": "390655500", "phone_number_id": self.channel.phone_number_id}
        return {"messaging_product": "whatsapp", "metadata": metadata, **content}

    def deliver_messages(self, messages: list[Json], contacts: list[Json]) -> requests.Response:
        return self.deliver(self.value(contacts=contacts, messages=messages))

    def deliver_statuses(self, statuses: list[Json]) -> requests.Response:
        return self.deliver(self.value(statuses=statuses))

    # --- the workers ------------------------------------------------------------------------------------------------------

    def work(self) -> int:
        """One round of what workers do."""
        return process.drain() + run.run_due() + deliver.drain_outbox() + media.fetch_due() + settle.settle()

    def settle(self, seconds: float = 10) -> None:
        """Until nothing is left to do, on our side and on Meta's; then the journal is read."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            busy = self.work()
            if not busy and not self.control("received?summary=1")["webhooks_waiting"] and not self.work():
                self._read_journal(end)
                return
            time.sleep(0.01)
        raise AssertionError("the desk did not come to rest")

    def _read_journal(self, end: float) -> None:
        """All of it. Another test's transaction on the same PostgreSQL holds the readers' horizon back for a moment."""
        readers.read_all()
        while readers.is_held_back() and time.monotonic() < end:
            time.sleep(0.01)
            readers.read_all()
