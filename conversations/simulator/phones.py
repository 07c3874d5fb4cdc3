"""What customers' phones do with the desk's messages: get them, tell of it by statuses, show them, open them.

A message of the desk: accepted ──► sent ──► delivered (the phone is online) ──► read (opened, receipts on) ──► played (a voice)
                               └──► failed (nobody has this number, blocked, or the service window is closed)
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from conversations.simulator import payloads
from conversations.simulator.blocks import Blocks
from conversations.simulator.chance import chance
from conversations.simulator.channels import Channel
from conversations.simulator.chats import Chats, Progress, Row
from conversations.simulator.clock import Clock
from conversations.simulator.customers import Customer, Customers
from conversations.simulator.errors import GraphError
from conversations.simulator.events import Events
from conversations.simulator.media import MediaShelf
from conversations.simulator.media_rules import MEDIA_TYPES, fits
from conversations.simulator.pricing import EntryPoints, Price, price
from conversations.simulator.rules import Outgoing, digits
from conversations.simulator.store import Settings
from conversations.simulator.webhooks import Due, Webhooks

WINDOW = 24 * 3600  # seconds (C20, facts §9)
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
    entries: EntryPoints

    # ---- from the desk ----

    def take(
        self,
        channel: Channel,
        sent: Outgoing,
        *,
        version: int,
        shown: dict[str, Any] | None,
        fail: int | None = None,
        unheard: bool = False,
    ) -> tuple[str, Customer | None]:
        """Accept a message that passed the rules, and let its statuses follow, unless `unheard`; its wamid and who gets it."""
        customer = self.customers.find(sent.to, sent.recipient)
        category = shown["category"] if shown else "service"
        error = GraphError(fail) if fail is not None else self._why_not(channel, customer, sent, category)
        online = customer is not None and bool(customer.online)
        wamid, now = payloads.new_wamid(), self.clock.now()
        reach = 0 if error or not customer or not online else 2 if self.reads(customer) else 1
        cost = self._price(channel, customer, category, failed=error is not None)
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
            category=cost.category,
            opaque=sent.opaque,
            price=asdict(cost),
        )
        states = ["failed"] if error else ["sent"] if sent.type == "reaction" else ["sent", "delivered", "read"]
        self._report(channel, customer, row, states[: reach + 1], version=version, error=error, unheard=unheard)
        if error or not customer:
            return wamid, customer
        if sent.type == "reaction":
            self.chats.react(sent.content["message_id"], sent.content["emoji"])
            self.show(sent.content["message_id"])
        elif online:
            self.show(wamid)
        return wamid, customer

    def _why_not(self, channel: Channel, customer: Customer | None, sent: Outgoing, category: str) -> GraphError | None:
        """Why a message is taken and yet fails. Meta tells of these by webhook: 200 first, `failed` after."""
        if customer is None or self._are_apart(channel, customer):
            return GraphError(131026)
        if category == "marketing" and not self.customers.wants_offers(customer, channel.phone_number_id):
            return GraphError(131050)
        if sent.type == "reaction":
            target = self.chats.get(sent.content["message_id"])
            too_old = target is not None and self.clock.now() - target["at"] > REACTION_AGE
            if target is None or too_old or target["type"] == "reaction":
                return GraphError(131009, "The message to react to is unknown, older than 30 days, or a reaction.")
        if sent.type != "template" and self.settings["window_limit"] and not self._in_window(channel, customer):
            return GraphError(131047)
        return self.wrong_file(sent)

    def wrong_file(self, sent: Outgoing) -> GraphError | None:
        """A file that cannot be sent as this type: found out when it is sent on."""
        media = self.media.get(sent.content["id"]) if sent.type in MEDIA_TYPES and sent.content.get("id") else None
        if media and not fits(sent.type, media.mime_type):
            return GraphError(131053, f"A file of type {media.mime_type} cannot be sent as {sent.type}.")
        return None

    def _in_window(self, channel: Channel, customer: Customer) -> bool:
        heard = self.customers.last_heard(customer, channel.phone_number_id)
        return heard is not None and self.clock.now() - heard <= WINDOW

    def _are_apart(self, channel: Channel, customer: Customer) -> bool:
        """One has blocked the other."""
        number, address = channel.phone_number_id, customer.address
        return self.blocks.has(number, address) or self.blocks.has(number, address, by_customer=True)

    def _price(self, channel: Channel, customer: Customer | None, category: str, *, failed: bool) -> Price:
        now, ends = self.clock.now(), None
        if customer and not failed:
            ends = self.entries.answered(channel.phone_number_id, customer.id, now)
        in_window = customer is not None and self._in_window(channel, customer)
        return price(category, in_window=in_window, entry_ends_at=ends, at=now)

    def read_by_desk(self, channel: Channel, wamid: str, *, typing: bool) -> None:
        """Raises GraphError 131009 for a message of the desk's own, another number's, or a group's.

        An unknown id passes: somebody may have signed that delivery by hand, without telling us.
        """
        row = self.chats.get(wamid)
        if row is None:
            return
        if not row["from_customer"] or row["phone_number_id"] != channel.phone_number_id:
            raise GraphError(131009, "Param message_id is not the id of a message this number received.")
        if row["group_id"]:
            raise GraphError(131009, "Messages of groups cannot be marked as read.")
        for changed in self.chats.read_by_desk(row, self.clock.now()):
            self.tell_status(changed)
        if typing:
            self.events.tell("typing", lambda: {"seconds": TYPING_LASTS}, chat=row["customer_id"])

    # ---- on the phone ----

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

    def played(self, customer: Customer, row: Row, channels: dict[str, Channel]) -> None:
        """A voice message of the desk is heard for the first time."""
        channel = channels.get(row["phone_number_id"])
        if channel and row["type"] == "audio" and not row["from_customer"] and row["status"] != "played":
            self._report(channel, customer, row, ["played"], version=24)

    def happened(self, due: Due) -> None:
        """A status is on its way for the first time: the phone shows it too."""
        if due.status:
            self.tell_status(self.chats.reached(due.wamid, due.status, self.clock.now()))

    def arrived(self, due: Due) -> None:
        """The desk answered 200: a customer's message has two ticks."""
        if due.wamid and not due.status:
            self.tell_status(self.chats.reached(due.wamid, "delivered", self.clock.now()))

    def reads(self, customer: Customer) -> bool:
        return bool(self.settings["auto_read"] and customer.read_receipts)

    def tell_status(self, progress: Progress | None) -> None:
        if progress is not None:
            self.events.tell("status", lambda: asdict(progress), chat=progress.chat)

    def show(self, wamid: str) -> None:
        row = self.chats.get(wamid)
        if row is not None:
            self.events.tell("message", lambda: self.chats.as_json(row), chat=row["group_id"] or row["customer_id"])

    def delays(self, states: list[str]) -> list[tuple[str, float, float]]:
        """(state, when it happens, when it is told) in seconds from now; a share of them told in another order."""
        happens, passed = [], 0.0
        for state in states:
            passed += chance.uniform(*self.settings[DELAYS.get(state, "sent_delay")])
            happens.append(passed)
        told = list(happens)
        if len(told) > 1 and chance.random() < self.settings["shuffle"]:
            while told == happens:
                chance.shuffle(told)
        return list(zip(states, happens, told, strict=True))

    # ---- inside ----

    def _catch_up(self, customer: Customer, row: Row, channels: dict[str, Channel], first: str) -> None:
        channel = channels.get(row["phone_number_id"])
        if channel is None:
            return
        reads = first == "read" or self.reads(customer)
        states = ["read"] if first == "read" else ["delivered", "read"] if reads else ["delivered"]
        self.chats.set_reach(row["id"], 2 if reads else 1)
        self._report(channel, customer, row, states, version=24)
        if first == "delivered":
            self.show(row["wamid"])

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
        """Queue the status webhooks of one message."""
        if unheard or not self.settings["statuses"]:  # nobody is told, yet the phone has it
            self.chats.reached(row["wamid"], states[-1], self.clock.now())
            return
        by_user_id = not row["recipient"].isdigit()
        for state, happens, told in self.delays(states):
            value = payloads.status(
                customer,
                wamid=row["wamid"],
                name=state,
                at=self.clock.after(happens),
                recipient="" if by_user_id else row["recipient"],
                opaque=row["opaque"],
                price=price_of(row),
                version=version,
                error=error.in_status() if error else None,
            )
            self.webhooks.add(channel, value, wamid=row["wamid"], status=state, delay=told)


DELAYS = {"delivered": "delivered_delay", "read": "read_delay"}  # any other as long as sent


def price_of(row: Row) -> Price:
    """What was said of this message when it was taken."""
    return Price(**json.loads(row["price"])) if row["price"] else Price(row["category"])
