"""The control API: for the desk's commands, for benches and tests (D28). Header X-Demo-Token when a token is set."""

from __future__ import annotations

import hmac
from typing import Any

from aiohttp import web

from conversations.simulator.clock import iso, seconds_of
from conversations.simulator.cloud import Handler
from conversations.simulator.dashboard import dashboard, issue
from conversations.simulator.membership import seed
from conversations.simulator.simulator import Simulator, of

MOST = 10_000


@web.middleware
async def token_needed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Guards /control/; a wrong value anywhere in it is a 400 with a sentence."""
    if not request.path.startswith("/control/"):
        return await handler(request)
    token = of(request).options.token
    if token and not hmac.compare_digest(request.headers.get("X-Demo-Token", ""), token):
        return problem(401, "X-Demo-Token is missing or wrong")
    try:
        answer = await handler(request)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        return problem(400, f"{type(error).__name__}: {error}")
    await of(request).store.committed()
    return answer


def problem(status: int, message: str) -> web.Response:
    return web.json_response({"error": {"code": "bad_request", "message": message, "hint": ""}}, status=status)


async def heard(request: web.Request) -> web.Response:
    """A customer wrote by another way: one {phone_number_id, from, timestamp, name?, user_id?}, or {"heard": [...]}.

    With {wamid, type, content} as well, the phone page shows the message as this customer's own.
    """
    simulator, body = of(request), await request.json()
    for one in body.get("heard", [body]):
        customer = simulator.customers.met(
            str(one["from"]), name=str(one.get("name") or ""), user_id=str(one.get("user_id") or "")
        )
        at = seconds_of(one["timestamp"]) if one.get("timestamp") else simulator.clock.now()
        simulator.customers.wrote(customer, str(one["phone_number_id"]), at)
        if one.get("wamid"):
            simulator.writing.wrote_elsewhere(
                customer,
                str(one["phone_number_id"]),
                wamid=str(one["wamid"]),
                kind=str(one["type"]),
                content=dict(one["content"]),
                at=at,
            )
    simulator.events.tell("customers", dict)
    return web.json_response({"ok": True, "customers": len(simulator.customers)})


async def channels(request: web.Request) -> web.Response:
    simulator, body = of(request), await request.json()
    for given in body["channels"]:
        channel = simulator.channels.learn(given, given.get("webhook_url") or body.get("webhook_url"))
        simulator.templates.seed(channel.waba_id)
    simulator.events.tell("reload", dict)
    return web.json_response({"channels": [channel.phone_number_id for channel in simulator.channels]})


async def numbers(request: web.Request) -> web.Response:
    """Business numbers as in Meta's dashboard: GET lists them with credentials and the code just sent.

    POST {display_phone_number, name?, waba_id?} issues one that has to be verified and registered;
    {phone_number_id, …} plays Meta on one: status, quality_rating, messaging_limit, name_status, oba_status, …
    """
    simulator = of(request)
    if request.method == "POST":
        body = dict(await request.json())
        known = body.pop("phone_number_id", None)
        if known is None:
            return web.json_response(dashboard(simulator, issue(simulator, **body)), status=201)
        channel = simulator.channels.get(str(known))
        if channel is None:
            raise ValueError("phone_number_id: nobody has this number")
        simulator.numbers.change(simulator.numbers.of(channel.phone_number_id), body)
        simulator.events.tell("numbers", dict)
        return web.json_response(dashboard(simulator, channel))
    return web.json_response({"numbers": [dashboard(simulator, channel) for channel in simulator.channels]})


async def groups(request: web.Request) -> web.Response:
    """{phone_number_id}: the demo's group on this number, when it has none."""
    simulator, body = of(request), await request.json()
    channel = simulator.channels.get(str(body["phone_number_id"]))
    if channel is None:
        raise ValueError("phone_number_id: nobody has this number")
    seed(simulator, channel)
    listed = simulator.groups.of_number(channel.phone_number_id)
    return web.json_response({"groups": [{"id": group.id, "subject": group.subject} for group in listed]})


async def webhook(request: web.Request) -> web.Response:
    """{phone_number_id, field, value}: tell the desk of anything Meta might."""
    simulator, body = of(request), await request.json()
    channel = simulator.channels.get(str(body["phone_number_id"]))
    if channel is None:
        raise ValueError("phone_number_id: nobody has this number")
    simulator.webhooks.account(channel, str(body["field"]), dict(body["value"]))
    return web.json_response({"ok": True})


async def templates(request: web.Request) -> web.Response:
    """GET ?phone_number_id=: the account's. POST {phone_number_id, name, language, …} plays Meta on one of them:
    status (with reason, title), quality, category (`soon`: announced a day ahead), components."""
    simulator = of(request)
    body = dict(await request.json()) if request.method == "POST" else dict(request.query)
    channel = simulator.channels.get(str(body.pop("phone_number_id")))
    if channel is None:
        raise ValueError("phone_number_id: nobody has this number")
    if request.method == "POST":
        name, language = str(body.pop("name")), str(body.pop("language"))
        return web.json_response(simulator.templates.play(channel.waba_id, name, language, body))
    return web.json_response({"templates": simulator.templates.of_account(channel.waba_id)})


async def faults(request: web.Request) -> web.Response:
    simulator = of(request)
    if request.method == "POST":
        simulator.faults.add(await request.json())
        simulator.events.tell("faults", simulator.faults.all)
    return web.json_response({"faults": simulator.faults.all()})


async def settings(request: web.Request) -> web.Response:
    """Change some, answer all. online and read_receipts also switch every phone there is, or that of `from`."""
    simulator = of(request)
    if request.method == "POST":
        body = dict(await request.json())
        change_settings(simulator, body, only=body.pop("from", None))
    return web.json_response(simulator.settings.all())


def change_settings(simulator: Simulator, changes: dict[str, Any], *, only: str | None = None) -> None:
    phones = {key: int(changes[key]) for key in ("online", "read_receipts") if isinstance(changes.get(key), bool)}
    if only is not None:
        found = simulator.customers.find(only, only)
        if found is None:
            raise ValueError("from: nobody has this number")
        simulator.phones.switch(found, simulator.channels_by_id(), **phones)
        changes = {key: value for key, value in changes.items() if key not in phones}
    simulator.settings.change(changes)
    if only is None and phones:
        for customer in simulator.customers.all():
            simulator.phones.switch(customer, simulator.channels_by_id(), **phones)
    simulator.events.tell("reload", dict)


async def received(request: web.Request) -> web.Response:
    """What customers really received. ?summary=1 counts only; else pages: ?after=<next>&limit=&to=&phone_number_id=."""
    simulator, query = of(request), request.query
    phone_number_id = query.get("phone_number_id", "")
    counts = {**simulator.chats.summary(phone_number_id), "webhooks_waiting": len(simulator.webhooks)}
    if query.get("summary"):
        return web.json_response(counts)
    limit, after = min(int(query.get("limit", 1000)), MOST), int(query.get("after", 0))
    found = simulator.chats.received(
        phone_number_id=phone_number_id, to=query.get("to", "").lstrip("+"), after=after, limit=limit
    )
    following = found[-1]["id"] if len(found) == limit else None
    return web.json_response({"messages": found, "next": following, **counts})


async def marks(request: web.Request) -> web.Response:
    """What was marked read by the desk, oldest first; the newest thousand."""
    return web.json_response({"marks": list(of(request).marks)})


async def clock(request: web.Request) -> web.Response:
    """{"now": ISO or unix seconds}: business time for as long as the desk's own clock cannot be read (the seeder, D26)."""
    simulator, body = of(request), await request.json()
    simulator.clock.told({"now": iso(seconds_of(body["now"])), "rate": 1.0, "moved": True})
    return web.json_response(simulator.clock.as_json())


async def reset(request: web.Request) -> web.Response:
    """Forget chats, customers, faults, settings and waiting webhooks; channels too with {"channels": true}."""
    body = await request.json() if request.can_read_body else {}
    start_over(of(request))
    if body.get("channels"):
        of(request).channels.forget()
        of(request).templates.forget()
        of(request).numbers.forget()
    return web.json_response({"ok": True})


def start_over(simulator: Simulator) -> None:
    simulator.webhooks.clear()
    simulator.chats.reset()
    simulator.faults.clear()
    simulator.settings.reset()
    simulator.customers.reset()
    simulator.customers.seed()
    simulator.blocks.forget()
    simulator.groups.forget()
    simulator.phones.entries.forget()
    simulator.throughput.forget()
    simulator.pairs.forget()
    simulator.events.tell("reload", dict)


async def healthz(request: web.Request) -> web.Response:
    simulator = of(request)
    return web.json_response(
        {
            "ok": True,
            "channels": len(simulator.channels),
            "webhooks_waiting": len(simulator.webhooks),
            "webhooks_posted": simulator.webhooks.posted,
            "webhooks_refused": simulator.webhooks.refused,
            "desk": simulator.desk.up,
        }
    )
