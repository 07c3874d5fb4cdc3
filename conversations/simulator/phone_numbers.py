"""Meta's side on the phone page: numbers with their codes, quality and limits, and new ones to set up."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from conversations.simulator.dashboard import dashboard, issue
from conversations.simulator.numbers import CHOICES
from conversations.simulator.simulator import Simulator, of

TEMPLATE_STATUS = ("APPROVED", "PENDING", "REJECTED", "PAUSED", "DISABLED")
REASONS = {"REJECTED": "PROMOTIONAL"}


async def numbers(request: web.Request) -> web.Response:
    """GET lists; POST {display_phone_number, name} issues one, {phone_number_id, …} changes what Meta says of it."""
    simulator = of(request)
    if request.method == "POST":
        body = dict(await request.json())
        known = body.pop("phone_number_id", None)
        channel = simulator.channels.get(str(known)) if known else issue(simulator, **body)
        if channel is None:
            raise ValueError("this number is not known any more")
        if known:
            simulator.numbers.change(simulator.numbers.of(channel.phone_number_id), body)
            simulator.events.tell("numbers", dict)
        return web.json_response(dashboard(simulator, channel), status=200 if known else 201)
    listed = [
        {**dashboard(simulator, channel), "templates": _templates(simulator, channel.waba_id)}
        for channel in simulator.channels
    ]
    return web.json_response({"numbers": listed, "choices": {**CHOICES, "template_status": TEMPLATE_STATUS}})


def _templates(simulator: Simulator, waba_id: str) -> list[dict[str, Any]]:
    keys = ("name", "language", "category", "status")
    return [{key: each[key] for key in keys} for each in simulator.templates.of_account(waba_id)]


async def template(request: web.Request) -> web.Response:
    """{phone_number_id, name, language, status}: what Meta says of a template; the desk hears of it by webhook."""
    simulator, body = of(request), await request.json()
    channel = simulator.channels.get(str(body["phone_number_id"]))
    if channel is None or body["status"] not in TEMPLATE_STATUS:
        raise ValueError("this number is not known any more")
    changes = {"status": body["status"], "reason": REASONS.get(body["status"], "NONE")}
    played = simulator.templates.play(channel.waba_id, str(body["name"]), str(body["language"]), changes)
    simulator.events.tell("numbers", dict)
    return web.json_response(played)
