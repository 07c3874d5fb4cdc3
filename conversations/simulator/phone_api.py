"""What the phone page asks, and its switches, under /phone/. Not guarded by the token: whoever reaches the page may play."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aiohttp import web

from conversations.simulator.channels import Channel
from conversations.simulator.cloud import Handler
from conversations.simulator.control import change_settings, problem, start_over
from conversations.simulator.customers import Customer
from conversations.simulator.errors import TABLE
from conversations.simulator.faults import KINDS
from conversations.simulator.graph.profile import picture_path
from conversations.simulator.groups import Group
from conversations.simulator.membership import seed
from conversations.simulator.phone_groups import shown as shown_group
from conversations.simulator.simulator import Simulator, of

PAGE_SETTINGS = ("duplicate", "shuffle", "auto_read")


@web.middleware
async def sentences(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A wrong value under /phone/ is a 400 with a sentence."""
    if not request.path.startswith("/phone/"):
        return await handler(request)
    try:
        answer = await handler(request)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return problem(400, str(error))
    await of(request).store.committed()
    return answer


def who(simulator: Simulator, given: Any) -> tuple[Customer, Channel, Group | None]:
    """Whom the page plays, to which number, and in which group if any. Raises ValueError."""
    customer = simulator.customers.get(int(given["customer"]))
    channel = simulator.channels.get(str(given["channel"]))
    group = simulator.groups.get(str(given["group"])) if given.get("group") else None
    if customer is None or channel is None or (given.get("group") and group is None):
        raise ValueError("this customer, number or group is not known any more")
    return customer, channel, group


async def state(request: web.Request) -> web.Response:
    """All the page needs at first, except the chat."""
    simulator = of(request)
    await simulator.desk.learn_channels()
    return web.json_response(
        {
            "channels": [_channel(simulator, channel) for channel in simulator.channels if _is_on(simulator, channel)],
            "customers": [shown_customer(simulator, each) for each in simulator.customers.recent()],
            "customer_count": len(simulator.customers),
            "groups": [
                shown_group(simulator, group)
                for channel in simulator.channels
                for group in simulator.groups.of_number(channel.phone_number_id)
            ],
            "products": [product.public() for product in simulator.catalogue.products],
            "settings": simulator.settings.all(),
            "faults": simulator.faults.all(),
            "fault_kinds": list(KINDS),
            "error_codes": [{"code": code, "title": title} for code, (_http, title) in sorted(TABLE.items())],
            "clock": {**simulator.clock.as_json(), "desk": simulator.desk.up},
            "inbox_url": f"{simulator.desk.url}/admin/",
        }
    )


def _is_on(simulator: Simulator, channel: Channel) -> bool:
    """Customers can write to it."""
    return simulator.numbers.of(channel.phone_number_id).connected


def _channel(simulator: Simulator, channel: Channel) -> dict[str, Any]:
    number = simulator.numbers.of(channel.phone_number_id)
    shown = {key: value for key, value in number.profile.items() if key != "picture"}
    return {
        **channel.public(),
        "profile": {**shown, "picture": picture_path(number.profile)},
        "official": number.oba_status == "APPROVED",
        "coexistence": number.is_on_biz_app,
        "catalogue": simulator.catalogue.is_connected(channel.waba_id) and number.is_catalog_visible,
        "cart": number.is_cart_enabled,
    }


def shown_customer(simulator: Simulator, customer: Customer) -> dict[str, Any]:
    """With what lies between the customer and each number."""
    numbers = [channel.phone_number_id for channel in simulator.channels]
    blocked = [each for each in numbers if simulator.blocks.has(each, customer.address, by_customer=True)]
    barred = [each for each in numbers if simulator.blocks.has(each, customer.address)]
    no_offers = [each for each in numbers if not simulator.customers.wants_offers(customer, each)]
    return {**asdict(customer), "blocked": blocked, "blocked_by": barred, "no_offers": no_offers}


async def customers(request: web.Request) -> web.Response:
    """GET ?search= lists; POST adds {name, number or "", username, note}."""
    simulator = of(request)
    if request.method == "POST":
        body = await request.json()
        given = {key: str(body.get(key) or "") for key in ("name", "number", "username", "note")}
        added = simulator.customers.add(**given, active_at=simulator.clock.now())
        simulator.events.tell("customers", dict)
        return web.json_response(shown_customer(simulator, added), status=201)
    found = simulator.customers.recent(request.query.get("search", ""))
    listed = [shown_customer(simulator, each) for each in found]
    return web.json_response({"customers": listed, "customer_count": len(simulator.customers)})


async def switch(request: web.Request) -> web.Response:
    """{customer, online?, read_receipts?}"""
    simulator, body = of(request), await request.json()
    customer = simulator.customers.get(int(body["customer"]))
    if customer is None:
        raise ValueError("this customer is not known any more")
    changes = {key: int(bool(body[key])) for key in ("online", "read_receipts") if key in body}
    simulator.phones.switch(customer, simulator.channels_by_id(), **changes)
    changed = simulator.customers.get(customer.id) or customer
    simulator.group_phones.caught_up(changed, simulator.channels_by_id())
    return web.json_response(shown_customer(simulator, changed))


async def chat(request: web.Request) -> web.Response:
    """The newest messages with one customer or in one group; asking opens the chat, as a person would."""
    simulator = of(request)
    customer, channel, group = who(simulator, request.query)
    if group is not None:
        pinned = [row["wamid"] for row in simulator.chats.pinned(group.id, simulator.clock.now())]
        return web.json_response({"messages": simulator.chats.group_chat(group.id), "pinned": pinned})
    simulator.phones.opened(customer, simulator.channels_by_id())
    return web.json_response({"messages": simulator.chats.chat(customer.id, channel.phone_number_id), "pinned": []})


async def desk(request: web.Request) -> web.Response:
    """Opening hours, windows and what the desk did, for one chat."""
    simulator = of(request)
    customer, channel, group = who(simulator, request.query)
    query = {"phone_number_id": channel.phone_number_id, "from": customer.address}
    if group is not None:
        query["group_id"] = group.id
    hours = await simulator.desk.ask("/demo/hours/", **query)
    log = await simulator.desk.ask("/demo/log/", **query)
    entries = (log or {}).get("entries", [])[:40] if isinstance(log, dict) else []
    at, number = simulator.clock.now(), channel.phone_number_id
    heard = simulator.customers.last_heard_in(group.id) if group else simulator.customers.last_heard(customer, number)
    entry = None if group else simulator.phones.entries.open_until(number, customer.id, at)
    return web.json_response(
        {"hours": hours, "log": entries, "log_known": log is not None, "heard_at": heard, "entry_ends_at": entry}
    )


async def clock(request: web.Request) -> web.Response:
    """Move business time: {advance_seconds}, {set}, {rate} or {reset}."""
    simulator, body = of(request), await request.json()
    if not isinstance(body, dict) or len(body) != 1 or set(body) - {"advance_seconds", "set", "rate", "reset"}:
        raise ValueError("one of advance_seconds, set, rate, reset")
    moved = await simulator.desk.look_at_clock(body)
    if not moved:
        return problem(502, "The desk did not move its clock.")
    simulator.desk.tell_clock()
    return web.json_response({**simulator.clock.as_json(), "desk": True})


async def settings(request: web.Request) -> web.Response:
    simulator, body = of(request), await request.json()
    change_settings(simulator, {key: body[key] for key in PAGE_SETTINGS if key in body})
    return web.json_response(simulator.settings.all())


async def faults(request: web.Request) -> web.Response:
    simulator, body = of(request), await request.json()
    simulator.faults.clear()
    simulator.faults.add(body)
    simulator.events.tell("faults", simulator.faults.all)
    return web.json_response({"faults": simulator.faults.all()})


async def reset(request: web.Request) -> web.Response:
    simulator = of(request)
    start_over(simulator)
    for channel in list(simulator.channels):
        seed(simulator, channel)
    return web.json_response({"ok": True})
