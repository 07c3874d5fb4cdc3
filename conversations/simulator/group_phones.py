"""The desk's messages to groups: one message, a receipt from each member's phone (facts §5, §7)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from conversations.simulator import payloads
from conversations.simulator.channels import Channel
from conversations.simulator.chats import Row
from conversations.simulator.customers import Customer
from conversations.simulator.errors import GraphError
from conversations.simulator.groups import Group, Groups
from conversations.simulator.phones import WINDOW, Phones, price_of
from conversations.simulator.pricing import price
from conversations.simulator.rules import Outgoing

DAY = 86_400


@dataclass
class GroupPhones:
    phones: Phones
    groups: Groups

    def members(self, group_id: str) -> list[Customer]:
        found = (self.phones.customers.get(member.customer_id) for member in self.groups.members(group_id))
        return [customer for customer in found if customer is not None]

    def take(
        self,
        channel: Channel,
        sent: Outgoing,
        *,
        version: int,
        shown: dict[str, Any] | None,
        fail: int | None = None,
        unheard: bool = False,
    ) -> str:
        """Accept a message to a group, tell of it unless `unheard`; its wamid. Raises GraphError 131020, 131041, 131207."""
        group = self.groups.get(sent.group)
        if group is None or group.phone_number_id != channel.phone_number_id:
            raise GraphError(
                131041, "The group was not found, either because it doesn't exist or you are not a member."
            )
        if group.suspended:
            raise GraphError(131207, "The group violates platform policies.")
        members = self.members(group.id)
        if not members:
            raise GraphError(131020, "Cannot send messages to single member groups.")
        phones = self.phones
        error = GraphError(fail) if fail is not None else self._why_not(group, sent)
        wamid, now = payloads.new_wamid(), phones.clock.now()
        cost = price(
            shown["category"] if shown else "service", in_window=True, entry_ends_at=None, at=now, in_group=True
        )
        row = phones.chats.add(
            wamid=wamid,
            phone_number_id=channel.phone_number_id,
            customer_id=None,
            recipient=group.id,
            from_customer=False,
            kind=sent.type,
            body={"content": sent.content, "quotes": sent.quotes, "shown": shown},
            at=now,
            status="failed" if error else "accepted",
            reach=0 if error else 1,
            error_code=error.code if error else None,
            category=cost.category,
            opaque=sent.opaque,
            group_id=group.id,
            price=asdict(cost),
        )
        if error:
            self._report(channel, row, [], ["failed"], version=version, error=error)
            return wamid
        if sent.type == "pin":
            self._pin(group, sent.content)
        if not unheard:
            self._report(channel, row, [], ["sent"], version=version)
            self._reach(channel, row, members, version=version)
        phones.show(wamid)
        return wamid

    def _why_not(self, group: Group, sent: Outgoing) -> GraphError | None:
        """Any member's message opens the window for all (facts §7)."""
        phones = self.phones
        if sent.type == "pin":
            target = phones.chats.get(sent.content["message_id"])
            if target is None or target["group_id"] != group.id:
                return GraphError(131009, "The message to pin is not one of this group.")
            return None
        heard = phones.customers.last_heard_in(group.id)
        closed = heard is None or phones.clock.now() - heard > WINDOW
        if sent.type != "template" and phones.settings["window_limit"] and closed:
            return GraphError(131047)
        return phones.wrong_file(sent)

    def _pin(self, group: Group, content: dict[str, Any]) -> None:
        chats, now = self.phones.chats, self.phones.clock.now()
        if content["type"] == "pin":
            chats.pin(group.id, content["message_id"], at=now, until=now + content["expiration_days"] * DAY)
        else:
            chats.unpin(group.id, content["message_id"])
        self.phones.events.tell("groups", dict)

    def caught_up(self, customer: Customer, channels: dict[str, Channel]) -> None:
        """This member's phone is online again, or the chat is looked at."""
        waiting = self.phones.chats.unreached_in_groups(customer.id, reach=0)
        for row in waiting if customer.online else []:
            channel = channels.get(row["phone_number_id"])
            if channel:
                self._reach(channel, row, [customer], version=24)

    def _reach(self, channel: Channel, row: Row, members: list[Customer], *, version: int) -> None:
        """Statuses of one kind come together, those of members who are offline later."""
        online = [member for member in members if member.online]
        readers = [member for member in online if self.phones.reads(member)]
        for member in members:
            reach = 2 if member in readers else 1 if member in online else 0
            self.phones.chats.set_receipt(row["wamid"], member.id, reach)
        if online:
            self._report(channel, row, online, ["delivered"], version=version, after=["sent"])
        if readers:
            self._report(channel, row, readers, ["read"], version=version, after=["sent", "delivered"])

    def _report(
        self,
        channel: Channel,
        row: Row,
        members: list[Customer],
        states: list[str],
        *,
        version: int,
        after: list[str] | None = None,
        error: GraphError | None = None,
    ) -> None:
        phones = self.phones
        if not phones.settings["statuses"]:
            phones.chats.reached(row["wamid"], states[-1], phones.clock.now())
            return
        for state, happens, told in phones.delays([*(after or []), *states])[len(after or []) :]:
            value = payloads.group_statuses(
                members,
                wamid=row["wamid"],
                name=state,
                at=phones.clock.after(happens),
                group_id=str(row["group_id"]),
                opaque=row["opaque"],
                price=price_of(row),
                version=version,
                error=error.in_status() if error else None,
            )
            phones.webhooks.add(channel, value, wamid=row["wamid"], status=state, delay=told)
