"""/{phone_number_id}/block_users: whom the business does not want to hear from any more (facts §8, §10)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from conversations.simulator.channels import Channel
from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, items, text
from conversations.simulator.graph.request import needs_product, number_of, page, parameters
from conversations.simulator.rules import digits
from conversations.simulator.simulator import Simulator

MOST_AT_ONCE = 1000
FULL = 64_000
HOURS_24 = 86_400


async def list_blocked(request: web.Request) -> web.StreamResponse:
    simulator, channel, _number = await number_of(request)
    known = simulator.blocks.all(channel.phone_number_id)
    found, paging = page(request, [{"wa_id": address} for address in known], default=10)
    return web.json_response({"data": [{"block_users": found}], **paging} if found else {"data": []})


async def block(request: web.Request) -> web.StreamResponse:
    """Only who wrote in the last 24 h. Some failed: HTTP 400 with 139100, and the others are blocked all the same."""
    simulator, channel, users = await _users(request)
    done: list[Fields] = []
    failed: list[Fields] = []
    for user in users:
        number = digits(user)
        customer = simulator.customers.find(user, user)
        shown = {"input": user, "wa_id": customer.address if customer else number or user}
        error = _why_not(simulator, channel, user)
        if error:
            failed.append({**shown, "errors": [_brief(error)]})
        elif simulator.blocks.count(channel.phone_number_id) >= FULL:
            failed.append({**shown, "errors": [_brief(GraphError(139101))]})
        else:
            simulator.blocks.add(channel.phone_number_id, shown["wa_id"])
            done.append(shown)
    return await _answer(simulator, {"added_users": done}, failed)


async def unblock(request: web.Request) -> web.StreamResponse:
    simulator, channel, users = await _users(request)
    done: list[Fields] = []
    failed: list[Fields] = []
    for user in users:
        customer = simulator.customers.find(user, user)
        shown = {"input": user, "wa_id": customer.address if customer else digits(user) or user}
        if simulator.blocks.remove(channel.phone_number_id, shown["wa_id"]):
            done.append(shown)
        else:
            failed.append({**shown, "errors": [_brief(GraphError(131009, "This user is not blocked."))]})
    return await _answer(simulator, {"removed_users": done}, failed)


async def _users(request: web.Request) -> tuple[Simulator, Channel, list[str]]:
    simulator, channel, _number = await number_of(request)
    given = await parameters(request)
    needs_product(given)
    if isinstance(given.get("block_users"), list) and len(given["block_users"]) > MOST_AT_ONCE:
        raise GraphError(130429, "Too many numbers are in the request.")
    users = items(given, "block_users", 1, MOST_AT_ONCE, "")
    return (
        simulator,
        channel,
        [text(user, "user_id" if "user_id" in user else "user", 300, "block_users") or "" for user in users],
    )


def _why_not(simulator: Simulator, channel: Channel, user: str) -> GraphError | None:
    if digits(user) == channel.digits:
        return GraphError(131021, "Failed to block self phone number.")
    customer = simulator.customers.find(user, user)
    heard = simulator.customers.last_heard(customer, channel.phone_number_id) if customer else None
    if heard is None or simulator.clock.now() - heard > HOURS_24:
        return GraphError(
            131047,
            "Business has not received a message from this number in the last 24 hours",
            title="Re-engagement required",
        )
    return None


def _brief(error: GraphError) -> Fields:
    return {"message": error.title, "code": error.code, "error_data": {"details": error.details}}


async def _answer(simulator: Simulator, done: dict[str, Any], failed: list[Fields]) -> web.StreamResponse:
    await simulator.store.committed()
    simulator.events.tell("customers", dict)
    lists = {name: users for name, users in done.items() if users}
    body: Fields = {"messaging_product": "whatsapp", "block_users": lists}
    if not failed:
        return web.json_response(body)
    lists["failed_users"] = failed
    details = "Failed to block some users, see the block_users response list for details"
    refused = GraphError(139100, details)
    return web.json_response({**body, **refused.body()}, status=refused.http)
