"""Meta's side on the phone page: numbers with their codes, quality and limits, and new ones to set up."""

from __future__ import annotations

from aiohttp import web

from conversations.simulator.dashboard import dashboard, issue
from conversations.simulator.numbers import CHOICES
from conversations.simulator.simulator import of


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
    listed = [dashboard(simulator, channel) for channel in simulator.channels]
    return web.json_response({"numbers": listed, "choices": CHOICES})
