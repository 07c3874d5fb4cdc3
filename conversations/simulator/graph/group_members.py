"""Who may come into a group and who has to go: join requests and participants (facts §7)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, items, need, text
from conversations.simulator.graph.groups import group_of
from conversations.simulator.graph.request import needs_product, page, parameters
from conversations.simulator.groups import ASKS, LEFT, MOST_MEMBERS, REMOVED, Group
from conversations.simulator.membership import join, new_request_id, person, tell
from conversations.simulator.simulator import Simulator


async def list_requests(request: web.Request) -> web.StreamResponse:
    simulator, _channel, group = await group_of(request)
    known = []
    for member in simulator.groups.members(group.id, ASKS):
        customer = simulator.customers.get(member.customer_id)
        if customer:
            about = {key: value for key, value in person(customer).items() if key != "username"}
            known.append({"join_request_id": member.request_id, **about, "creation_timestamp": int(member.at)})
    found, paging = page(request, known)
    return web.json_response({"data": found, **paging})


async def approve(request: web.Request) -> web.StreamResponse:
    simulator, channel, group = await group_of(request)
    found, failed = _asking(simulator, group, await _wanted(request))
    room = MOST_MEMBERS - len(simulator.groups.members(group.id))
    failed += [_failure(request_id, GraphError(131204)) for request_id in list(found)[room:]]
    approved = dict(list(found.items())[:room])
    customers = [simulator.customers.get(customer_id) for customer_id in approved.values()]
    if approved:
        join(simulator, channel, group, [customer for customer in customers if customer])
    return await _answer(simulator, {"approved_join_requests": list(approved)}, failed)


async def reject(request: web.Request) -> web.StreamResponse:
    """They may ask again. No webhook."""
    simulator, _channel, group = await group_of(request)
    found, failed = _asking(simulator, group, await _wanted(request))
    for customer_id in found.values():
        simulator.groups.set_member(group.id, customer_id, LEFT, simulator.clock.now())
    simulator.events.tell("groups", dict)
    return await _answer(simulator, {"rejected_join_requests": list(found)}, failed)


async def _wanted(request: web.Request) -> list[str]:
    given = await parameters(request)
    needs_product(given)
    wanted = need(given, "join_requests", list, "")
    if not wanted or not all(isinstance(each, str) for each in wanted):
        raise GraphError(100, "Param join_requests must be a list of ids.")
    return list(wanted)


def _asking(simulator: Simulator, group: Group, wanted: list[str]) -> tuple[dict[str, int], list[Fields]]:
    """Customers by the id of their request, and what could not be found."""
    known = {member.request_id: member.customer_id for member in simulator.groups.members(group.id, ASKS)}
    found = {request_id: known[request_id] for request_id in wanted if request_id in known}
    return found, [_failure(each, GraphError(131213)) for each in wanted if each not in known]


def _failure(request_id: str, error: GraphError) -> Fields:
    return {"join_request_id": request_id, "errors": [error.brief()]}


async def _answer(simulator: Simulator, done: dict[str, Any], failed: list[Fields]) -> web.StreamResponse:
    await simulator.store.committed()
    body: Fields = {"messaging_product": "whatsapp", **done}
    if failed:
        body |= {"failed_join_requests": failed, "errors": [GraphError(131201).brief()]}
    return web.json_response(body, status=206 if failed else 200)


async def remove(request: web.Request) -> web.StreamResponse:
    """By number or user id. Who was removed cannot come back by the link. Done by webhook, some may fail there."""
    simulator, channel, group = await group_of(request)
    given = await parameters(request)
    needs_product(given)
    people = items(given, "participants", 1, MOST_MEMBERS, "")
    wanted = [text(each, "user_id" if "user_id" in each else "user", 300, "participants") or "" for each in people]
    if len(set(wanted)) != len(wanted):
        raise GraphError(131202)
    removed: list[Fields] = []
    failed: list[Fields] = []
    for address in wanted:
        customer = simulator.customers.find(address, address)
        if customer and simulator.groups.is_in(group.id, customer.id):
            simulator.groups.set_member(group.id, customer.id, REMOVED, simulator.clock.now())
            removed.append(person(customer, given=address))
        else:
            failed.append({"input": address, "errors": [GraphError(131212).brief()]})
    told: Fields = {"initiated_by": "business", "removed_participants": removed}
    if failed:
        told |= {"failed_participants": failed, "errors": [GraphError(131201).brief()]}
    request_id = new_request_id()
    field, kind = "group_participants_update", "group_participants_remove"
    tell(simulator, channel, field, group, kind, soon=True, request_id=request_id, **told)
    await simulator.store.committed()
    return web.json_response({"messaging_product": "whatsapp", "request_id": request_id})


async def add(request: web.Request) -> web.StreamResponse:
    """Nobody can be put into a group: they come by the invitation (Meta's documentation against its OpenAPI)."""
    await group_of(request)
    raise GraphError(100, "Participants cannot be added. Send them the group's invite link.")
