"""Coming into a group and going out of it, with what the desk hears of it (facts §7)."""

from __future__ import annotations

import secrets
from typing import Any

from conversations.simulator.chance import chance
from conversations.simulator.channels import Channel
from conversations.simulator.customers import Customer
from conversations.simulator.groups import ASKS, IN, LEFT, REMOVED, Group
from conversations.simulator.payloads import seconds
from conversations.simulator.simulator import Simulator


def new_request_id() -> str:
    return secrets.token_hex(16).upper()


def tell(
    simulator: Simulator, channel: Channel, field: str, group: Group, kind: str, *, soon: bool = False, **more: Any
) -> None:
    """One `groups[]` webhook. What a call asked for comes a moment after its answer (`soon`)."""
    shown = {"timestamp": seconds(simulator.clock.now()), "group_id": group.id, "type": kind, **more}
    delay = chance.uniform(*simulator.settings["sent_delay"]) if soon else 0.0
    simulator.webhooks.add(channel, {"groups": [shown]}, field=field, delay=delay)
    simulator.events.tell("groups", dict)


def person(customer: Customer, *, given: str = "") -> dict[str, Any]:
    """A participant, as groups' webhooks name one: hidden numbers stay hidden."""
    shown: dict[str, Any] = {"input": given} if given else {}
    if customer.wa_id:
        shown["wa_id"] = customer.wa_id
    shown["user_id"] = customer.user_id
    if customer.username:
        shown["username"] = customer.username
    return shown


def follow_link(simulator: Simulator, channel: Channel, group: Group, customer: Customer) -> str:
    """The customer taps the invitation: joins, or asks to. Returns the new state. Raises ValueError."""
    known = simulator.groups.member(group.id, customer.id)
    if known and known.state == IN:
        raise ValueError("is in the group already")
    if known and known.state == REMOVED:
        raise ValueError("was removed, and cannot come back by the link")
    if simulator.groups.is_full(group.id):
        raise ValueError("the group is full: eight members besides the shop")
    if group.by_approval:
        member = simulator.groups.set_member(group.id, customer.id, ASKS, simulator.clock.now())
        asks = {"join_request_id": member.request_id, **person(customer)}
        tell(simulator, channel, "group_participants_update", group, "group_join_request_created", **asks)
        return ASKS
    join(simulator, channel, group, [customer])
    return IN


def join(simulator: Simulator, channel: Channel, group: Group, customers: list[Customer]) -> None:
    for customer in customers:
        simulator.groups.set_member(group.id, customer.id, IN, simulator.clock.now())
    added = [person(customer, given=customer.address) for customer in customers]
    more: dict[str, Any] = {"reason": "invite_link", "added_participants": added}
    tell(simulator, channel, "group_participants_update", group, "group_participants_add", **more)


def leave(simulator: Simulator, channel: Channel, group: Group, customer: Customer) -> None:
    """The customer goes, or takes back the wish to join."""
    known = simulator.groups.member(group.id, customer.id)
    if known is None or known.state not in (IN, ASKS):
        raise ValueError("is not in the group")
    simulator.groups.set_member(group.id, customer.id, LEFT, simulator.clock.now())
    if known.state == ASKS:
        asks = {"join_request_id": known.request_id, **person(customer)}
        tell(simulator, channel, "group_participants_update", group, "group_join_request_revoked", **asks)
        return
    more: dict[str, Any] = {
        "initiated_by": "participant",
        "removed_participants": [person(customer, given=customer.address)],
    }
    tell(simulator, channel, "group_participants_update", group, "group_participants_remove", **more)


DEMO = ("Rivenditori Nord", ("Ines Carraro", "Sergio Lonati", "Yusuf Demir"))


def seed(simulator: Simulator, channel: Channel) -> None:
    """The demo's group on a number the desk brought along; its id is always the same, so that starting over goes on in it."""
    if channel.issued or simulator.groups.of_number(channel.phone_number_id):
        return
    subject, names = DEMO
    people = [customer for customer in simulator.customers.all() if customer.name in names]
    key, at = "120363040469423382", simulator.clock.now()
    group = simulator.groups.add(channel.phone_number_id, subject=subject, at=at, key=key)
    made: dict[str, Any] = {"subject": subject, "invite_link": group.link, "join_approval_mode": group.mode}
    tell(simulator, channel, "group_lifecycle_update", group, "group_create", **made)
    join(simulator, channel, group, people)
