"""What customers' phones do: get the desk's messages, tell of it by statuses, write, react, go offline.

A message of the desk: accepted ──► sent ──► delivered (the phone is online) ──► read (opened, receipts on)
                               └──► failed (nobody has this number, or the service window is closed)
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from conversations.simulator import payloads
from conversations.simulator.blocks import Blocks
from conversations.simulator.channels import Channel
from conversations.simulator.chats import Chats, Row
from conversations.simulator.clock import Clock
from conversations.simulator.customers import Customer, Customers
from conversations.simulator.errors import GraphError
from conversations.simulator.events import Events
from conversations.simulator.media import MediaShelf
from conversations.simulator.media_rules import MEDIA_TYPES, fits
from conversations.simulator.rules import Outgoing, digits
from conversations.simulator.store import Settings
from conversations.simulator.webhooks import Due, Webhooks

WINDOW = 24 * 3600  # seconds (C20, facts 9)
REACTION_AGE = 30 * 86400
TYPING_LASTS = 25


@dataclass
class Phones:
    chats: Chats
    customers: Customers
    clock: Clock
    settings: Settings
    webhooks: Webhooks
    media: MediaShelf
    events: Events
    blocks: Blocks

    # ---- from the desk ----

    def take(
        self,
        channel: Channel,
        sent: Outgoing,
        *,
        version: int,
        shown: dict[str, Any] | None,
        fail: int = 0,
        unheard: bool = False,
    ) -> tuple[str, Customer | None]:
        """Accept a message that passed the rules, and let its statuses follow, unless `unheard`; its wamid and who gets it."""
        customer = self.customers.find(sent.to, sent.recipient)
        error = GraphError(fail) if fail else self._why_not(channel, customer, sent)
        online = customer is not None and bool(customer.online)
        wamid, now = payloads.new_wamid(), self.clock.now()
        reach = 0 if error or not customer or not online else 2 if self._reads(customer) else 1
        row = self.chats.add(
            wamid=wamid,
            phone_number_id=channel.phone_number_id,
            customer_id=customer.id if customer else None,
            recipient=digits(sent.to) or sent.recipient,
            from_customer=False,
            kind=sent.type,
            body={"content": sent.content, "quotes": sent.quotes, "shown": shown},
            at=now,
            status="failed" if error else "accepted",
            reach=reach,
            error_code=error.code if error else None,
            category=shown["category"] if shown else "service",
            opaque=sent.opaque,
        )
        states = ["failed"] if error else ["sent"] if sent.type == "reaction" else ["sent", "delivered", "read"]
        self._report(channel, customer, row, states[: reach + 1], version=version, error=error, unheard=unheard)
        if error or not customer:
            return wamid, customer
        if sent.type == "reaction":
            self.chats.react(sent.content["message_id"], sent.content["emoji"], from_customer=False)
            self._show(sent.content["message_id"], customer)
        elif online:
            self.events.tell("message", lambda: self.chats.as_json(row), customer=customer.id)
        return wamid, customer

    def _why_not(self, channel: Channel, customer: Customer | None, sent: Outgoing) -> GraphError | None:
        """Why a message is taken and yet fails. Meta tells of these by webhook: 200 first, `failed` after."""
        if customer is None or self._are_apart(channel, customer):
            return GraphError(131026)
        if sent.type == "reaction":
            target = self.chats.get(sent.content["message_id"])
            too_old = target is not None and self.clock.now() - target["at"] > REACTION_AGE
            if target is None or too_old or target["type"] == "reaction":
                return GraphError(131009, "The message to react to is unknown, older than 30 days, or a reaction.")
        if sent.type in MEDIA_TYPES and sent.content.get("id"):
            media = self.media.get(sent.content["id"])
            if media and not fits(sent.type, media.mime_type):
                return GraphError(131053, f"A file of type {media.mime_type} cannot be sent as {sent.type}.")
        if sent.type != "template" and self.settings["window_limit"]:
            heard = self.customers.last_heard(customer, channel.phone_number_id)
            if heard is None or self.clock.now() - heard > WINDOW:
                return GraphError(131047)
        return None

    def _are_apart(self, channel: Channel, customer: Customer) -> bool:
        """One has blocked the other."""
        number, address = channel.phone_number_id, customer.address
        return self.blocks.has(number, address) or self.blocks.has(number, address, by_customer=True)

    def read_by_desk(self, channel: Channel, wamid: str, *, typing: bool) -> None:
        """Raises GraphError 131009 for a message of the desk's own, or another number's.

        An unknown id passes: somebody may have signed that delivery by hand, without telling us.
        """
        row = self.chats.get(wamid)
        if row is None:
            return
        if not row["from_customer"] or row["phone_number_id"] != channel.phone_number_id:
            raise GraphError(131009, "Param message_id is not the id of a message this number received.")
        for changed in self.chats.read_by_desk(row):
            self._tell_status(changed, "read", row["customer_id"])
        if typing:
            self.events.tell("typing", lambda: {"seconds": TYPING_LASTS}, customer=row["customer_id"])

    # ---- on the phone ----

    def write(self, customer: Customer, channel: Channel, kind: str, content: Any, *, quotes: str | None = None) -> str:
        """The customer sends something: signed and posted to the desk, again and again until it answers 200."""
        wamid, now = payloads.new_wamid(), self.clock.now()
        quoted = self.chats.get(quotes) if quotes else None
        context = None
        if quoted is not None:
            written_by = customer.address if quoted["from_customer"] else channel.digits
            context = {"from": written_by, "id": quotes}
        value = payloads.message(customer, wamid=wamid, at=now, kind=kind, content=content, context=context)
        if kind == "reaction":
            self.chats.react(content["message_id"], content.get("emoji", ""), from_customer=True)
            self._show(content["message_id"], customer)
        else:
            self.chats.add(
                wamid=wamid,
                phone_number_id=channel.phone_number_id,
                customer_id=customer.id,
                recipient=channel.digits,
                from_customer=True,
                kind=kind,
                body={"content": content, "quotes": quotes if context else None},
                at=now,
                status="queued",
            )
            self._show(wamid, customer)
        if self.blocks.has(channel.phone_number_id, customer.address):
            return wamid  # one tick for ever: the shop does not hear of it
        self.customers.wrote(customer, channel.phone_number_id, now)
        self.webhooks.add(channel, value, wamid=wamid)
        return wamid

    def wrote_elsewhere(
        self, customer: Customer, phone_number_id: str, *, wamid: str, kind: str, content: Any, at: float
    ) -> None:
        """Somebody else posts this customer's message to the desk: only keep and show it, once."""
        if self.chats.get(wamid) is not None:
            return
        self.chats.add(
            wamid=wamid,
            phone_number_id=phone_number_id,
            customer_id=customer.id,
            recipient="",
            from_customer=True,
            kind=kind,
            body={"content": content, "quotes": None},
            at=at,
            status="delivered",
        )
        self._show(wamid, customer)

    def switch(self, customer: Customer, channels: dict[str, Channel], **changes: int) -> None:
        """Online and read receipts of one phone. Going online fetches what waited."""
        changed = self.customers.change(customer, **changes)
        if changed.online:
            for row in self.chats.unreached(customer.id, reach=0):
                self._catch_up(changed, row, channels, "delivered")

    def opened(self, customer: Customer, channels: dict[str, Channel]) -> None:
        """The customer looks at the chat."""
        if customer.online and customer.read_receipts:
            for row in self.chats.unreached(customer.id, reach=1):
                self._catch_up(customer, row, channels, "read")

    def happened(self, due: Due) -> None:
        """A status is on its way for the first time: the phone shows it too."""
        row = self.chats.reached(due.wamid, due.status) if due.status else None
        if row is not None:
            self._tell_status(due.wamid, due.status, row["customer_id"])

    def arrived(self, due: Due) -> None:
        """The desk answered 200: a customer's message has two ticks."""
        row = None if due.status else self.chats.reached(due.wamid, "delivered")
        if row is not None:
            self._tell_status(due.wamid, "delivered", row["customer_id"])

    # ---- inside ----

    def _reads(self, customer: Customer) -> bool:
        return bool(self.settings["auto_read"] and customer.read_receipts)

    def _catch_up(self, customer: Customer, row: Row, channels: dict[str, Channel], first: str) -> None:
        channel = channels.get(row["phone_number_id"])
        if channel is None:
            return
        reads = first == "read" or self._reads(customer)
        states = ["read"] if first == "read" else ["delivered", "read"] if reads else ["delivered"]
        self.chats.set_reach(row["id"], 2 if reads else 1)
        self._report(channel, customer, row, states, version=24)
        if first == "delivered":
            self.events.tell("message", lambda: self.chats.as_json(row), customer=customer.id)

    def _tell_status(self, wamid: str, status: str, customer_id: int) -> None:
        self.events.tell("status", lambda: {"wamid": wamid, "status": status}, customer=customer_id)

    def _show(self, wamid: str, customer: Customer) -> None:
        row = self.chats.get(wamid)
        if row is not None:
            self.events.tell("message", lambda: self.chats.as_json(row), customer=customer.id)

    def _report(
        self,
        channel: Channel,
        customer: Customer | None,
        row: Row,
        states: list[str],
        *,
        version: int,
        error: GraphError | None = None,
        unheard: bool = False,
    ) -> None:
        """Queue the status webhooks of one message; a share of them in another order (setting `shuffle`)."""
        if unheard or not self.settings["statuses"]:  # nobody is told, yet the phone has it
            self.chats.reached(row["wamid"], states[-1])
            return
        delays, passed = [], 0.0
        for state in states:
            passed += random.uniform(*self.settings["sent_delay" if state == "failed" else f"{state}_delay"])
            delays.append(passed)
        order = list(delays)
        if len(order) > 1 and random.random() < self.settings["shuffle"]:
            while order == delays:
                random.shuffle(order)
        by_user_id = not row["recipient"].isdigit()
        for state, happens, told in zip(states, delays, order, strict=True):
            value = payloads.status(
                customer,
                wamid=row["wamid"],
                name=state,
                at=self.clock.after(happens),
                recipient="" if by_user_id else row["recipient"],
                opaque=row["opaque"],
                category=row["category"],
                version=version,
                error=error.in_status() if error else None,
            )
            self.webhooks.add(channel, value, wamid=row["wamid"], status=state, delay=told)
