"""Groups on the phone page: who is in them, and customers who come, ask and go."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from conversations.simulator.groups import ASKS, Group
from conversations.simulator.membership import follow_link, join, leave, tell
from conversations.simulator.simulator import Simulator, of


def shown(simulator: Simulator, group: Group) -> dict[str, Any]:
    def people(state: str) -> list[dict[str, Any]]:
        found = (simulator.customers.get(member.customer_id) for member in simulator.groups.members(group.id, state))
        return [{"id": customer.id, "name": customer.name} for customer in found if customer]

    return {
        "id": group.id,
        "channel": group.phone_number_id,
        "subject": group.subject,
        "description": group.description,
        "link": group.link,
        "by_approval": bool(group.by_approval),
        "suspended": bool(group.suspended),
        "picture": f"/whatsapp_business/pictures/{group.picture}" if group.picture else "",
        "members": people("in"),
        "asking": people(ASKS),
        "active_at": simulator.customers.last_heard_in(group.id) or group.created_at,
    }


async def groups(request: web.Request) -> web.Response:
    """GET lists; POST {channel, subject, members: [id]} makes one that is already known to everybody."""
    simulator = of(request)
    if request.method == "POST":
        body = await request.json()
        channel = simulator.channels.get(str(body["channel"]))
        subject = str(body["subject"]).strip()[:128]
        if channel is None or not subject:
            raise ValueError("a group needs a number and a name")
        at = simulator.clock.now()
        group = simulator.groups.add(channel.phone_number_id, subject=subject, at=at)
        made: dict[str, Any] = {"subject": subject, "invite_link": group.link, "join_approval_mode": group.mode}
        tell(simulator, channel, "group_lifecycle_update", group, "group_create", **made)
        people = [simulator.customers.get(int(each)) for each in body.get("members") or []]
        join(simulator, channel, group, [each for each in people if each][:8])
        return web.json_response(shown(simulator, group), status=201)
    listed = [
        shown(simulator, group)
        for channel in simulator.channels
        for group in simulator.groups.of_number(channel.phone_number_id)
    ]
    return web.json_response({"groups": listed})


async def member(request: web.Request) -> web.Response:
    """{group, customer, act: join | leave}: follows the invitation, or goes."""
    simulator, body = of(request), await request.json()
    group = simulator.groups.get(str(body["group"]))
    customer = simulator.customers.get(int(body["customer"]))
    channel = simulator.channels.get(group.phone_number_id) if group else None
    if group is None or customer is None or channel is None:
        raise ValueError("this group or customer is not known any more")
    if body["act"] == "join":
        follow_link(simulator, channel, group, customer)
    elif body["act"] == "leave":
        leave(simulator, channel, group, customer)
    else:
        raise ValueError("act: join or leave")
    return web.json_response(shown(simulator, group))


async def suspend(request: web.Request) -> web.Response:
    """{group, suspended}: WhatsApp stops a group for its contents, or lets it go on."""
    simulator, body = of(request), await request.json()
    group = simulator.groups.get(str(body["group"]))
    channel = simulator.channels.get(group.phone_number_id) if group else None
    if group is None or channel is None:
        raise ValueError("this group is not known any more")
    group = simulator.groups.change(group, suspended=int(bool(body["suspended"])))
    kind = "group_suspend" if group.suspended else "group_suspend_cleared"
    tell(simulator, channel, "group_status_update", group, kind)
    return web.json_response(shown(simulator, group))
