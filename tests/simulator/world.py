"""A simulator on a loopback port, and a small desk that checks signatures, all in one event loop."""

from __future__ import annotations

import asyncio
import functools
import hashlib
import hmac
import inspect
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from conversations.simulator.options import Options
from conversations.simulator.server import make_server
from conversations.simulator.simulator import SIMULATOR, Simulator

CHANNEL: dict[str, Any] = {
    "phone_number_id": "106540352242922",
    "waba_id": "102290129340398",
    "display_phone_number": "+39 055 000 1122",
    "name": "Bottega Tramontana",
    "access_token": "EAAtoken",
    "app_secret": "test_app_secret",
    "verify_token": "verify",
    "throughput": 12,
}
MARTA = "393331234567"
TOKEN = "demo-token"
QUICK = {
    "sent_delay": 0,
    "review_delay": 0,
    "delivered_delay": 0.01,
    "read_delay": 0.01,
    "duplicate": 0.0,
    "shuffle": 0.0,
}


class Desk:
    """What arrives at the desk's door, and the demo door it opens."""

    def __init__(self) -> None:
        self.deliveries: list[dict[str, Any]] = []
        self.elsewhere: list[dict[str, Any]] = []  # what came to an overridden callback
        self.answer = 200
        self.moved = 0.0
        self.port = 0

    async def webhook(self, request: web.Request) -> web.Response:
        body = await request.read()
        expected = hmac.new(CHANNEL["app_secret"].encode(), body, hashlib.sha256).hexdigest()
        assert request.headers["X-Hub-Signature-256"] == f"sha256={expected}"
        assert request.headers["Content-Type"] == "application/json"
        if self.answer == 200:
            (self.elsewhere if "elsewhere" in request.path else self.deliveries).append(json.loads(body))
        return web.Response(status=self.answer)

    async def handshake(self, request: web.Request) -> web.Response:
        if request.query["hub.verify_token"] != CHANNEL["verify_token"]:
            return web.Response(status=403)
        return web.Response(text=request.query["hub.challenge"])

    async def channels(self, request: web.Request) -> web.Response:
        assert request.headers["X-Demo-Token"] == TOKEN
        return web.json_response({"channels": [CHANNEL]})

    async def clock(self, request: web.Request) -> web.Response:
        if request.method == "POST":
            body = await request.json()
            self.moved = 0.0 if body.get("reset") else self.moved + body.get("advance_seconds", 0)
        now = datetime.now(UTC).timestamp() + self.moved
        shown = datetime.fromtimestamp(now, UTC).isoformat()
        return web.json_response({"now": shown, "machine": shown, "rate": 1.0, "moved": bool(self.moved)})

    def values(self, field: str = "") -> list[dict[str, Any]]:
        changes = [change for d in self.deliveries for e in d["entry"] for change in e["changes"]]
        return [change["value"] for change in changes if field in ("", change["field"])]

    def statuses(self, wamid: str = "") -> list[dict[str, Any]]:
        found = [status for value in self.values() for status in value.get("statuses", ())]
        return [status for status in found if wamid in ("", status["id"])]

    def messages(self) -> list[dict[str, Any]]:
        return [message for value in self.values() for message in value.get("messages", ())]


class World:
    def __init__(self, simulator: Simulator, desk: Desk, http: aiohttp.ClientSession, url: str) -> None:
        self.simulator, self.desk, self.http, self.url = simulator, desk, http, url

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        async with self.http.request(method, self.url + path, json=body, headers=headers) as answer:
            raw = await answer.read()
            return answer.status, json.loads(raw) if answer.content_type == "application/json" else raw

    async def control(self, path: str, body: Any = None) -> Any:
        method = "GET" if body is None else "POST"
        status, answer = await self.call(method, f"/control/{path}", body, **{"X-Demo-Token": TOKEN})
        assert status == 200, answer
        return answer

    async def heard(self, number: str = MARTA, **more: Any) -> None:
        await self.control("heard", {"phone_number_id": CHANNEL["phone_number_id"], "from": number, **more})

    async def graph(self, method: str, path: str, body: Any = None, token: str = "EAAtoken") -> tuple[int, Any]:
        return await self.call(method, f"/v24.0/{path}", body, Authorization=f"Bearer {token}")

    async def send(self, kind: str = "text", content: Any = None, **more: Any) -> tuple[int, Any]:
        to = {} if "recipient" in more else {"to": f"+{MARTA}"}
        content = {"body": "Ciao"} if content is None else content
        body = {"messaging_product": "whatsapp", **to, "type": kind, kind: content, **more}
        return await self.graph("POST", f"{CHANNEL['phone_number_id']}/messages", body)

    async def sent(self, *args: Any, **more: Any) -> str:
        status, answer = await self.send(*args, **more)
        assert status == 200, answer
        wamid: str = answer["messages"][0]["id"]
        return wamid


async def until(true: Callable[[], Any], seconds: float = 5.0) -> None:
    """Wait for something to become true."""
    for _ in range(int(seconds / 0.01)):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("did not happen in time")


async def serve(app: web.Application) -> tuple[web.AppRunner, int]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    return runner, runner.addresses[0][1]


@asynccontextmanager
async def desk_running() -> AsyncIterator[Desk]:
    desk, app = Desk(), web.Application()
    app.router.add_post("/webhooks/whatsapp/", desk.webhook)
    app.router.add_get("/webhooks/whatsapp/", desk.handshake)
    app.router.add_post("/elsewhere/", desk.webhook)
    app.router.add_get("/elsewhere/", desk.handshake)
    app.router.add_get("/demo/channels/", desk.channels)
    app.router.add_route("*", "/demo/clock/", desk.clock)
    runner, desk.port = await serve(app)
    try:
        yield desk
    finally:
        await runner.cleanup()


@asynccontextmanager
async def simulator_running(home: Path, desk: Desk, settings: dict[str, Any] | None = None) -> AsyncIterator[World]:
    app = make_server(Options(port=0, home=home, desk_url=f"http://127.0.0.1:{desk.port}", token=TOKEN))
    runner, port = await serve(app)
    async with aiohttp.ClientSession() as http:
        world = World(app[SIMULATOR], desk, http, f"http://127.0.0.1:{port}")
        if settings is not None:
            await world.control("channels", {"channels": [CHANNEL]})
            await world.control("settings", {**QUICK, **settings})
        try:
            yield world
        finally:
            await runner.cleanup()


def in_world(**settings: Any) -> Callable[[Callable[..., Awaitable[None]]], Callable[..., None]]:
    """Run an `async def test(world, …)` with a fresh simulator and desk."""

    def decorate(test: Callable[..., Awaitable[None]]) -> Callable[..., None]:
        @functools.wraps(test)
        def run(tmp_path: Path, **params: Any) -> None:
            async def all_of_it() -> None:
                async with desk_running() as desk, simulator_running(tmp_path, desk, settings) as world:
                    await test(world, **params)

            asyncio.run(all_of_it())

        params = [p for name, p in inspect.signature(test).parameters.items() if name != "world"]
        here = inspect.Parameter("tmp_path", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        run.__signature__ = inspect.Signature([here, *params])  # type: ignore[attr-defined]
        del run.__wrapped__
        return run

    return decorate
