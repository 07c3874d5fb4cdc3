"""What customers do on their phones and the desk hears of: write, react, edit, take back, call, stop offers, change number.

Signed and posted to the desk, again and again until it answers 200 (webhooks.py).
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any

from conversations.simulator import payloads
from conversations.simulator.channels import Channel
from conversations.simulator.chats import Row
from conversations.simulator.customers import Customer
from conversations.simulator.groups import Group, Groups
from conversations.simulator.numbers import Numbers
from conversations.simulator.phones import Phones

EDITED_WITHIN = 15 * 60  # seconds (facts §3)
REVOKED_WITHIN = 2 * 86_400
UNSUPPORTED = {
    "code": 131051,
    "title": "Message type unknown",
    "message": "Message type unknown",
    "error_data": {"details": "Message type is currently not supported."},
}
UNSUPPORTED_IN_GROUPS = {**UNSUPPORTED, "code": 130501, "message": "Message type is not currently supported"}


@dataclass
class Writing:
    phones: Phones
    groups: Groups
    numbers: Numbers

    def write(
        self,
        customer: Customer,
        channel: Channel,
        kind: str,
        content: Any,
        *,
        quotes: str | None = None,
        group: Group | None = None,
        context: dict[str, Any] | None = None,
        referral: dict[str, Any] | None = None,
    ) -> str:
        """The message's wamid. `context` is forwarded, frequently_forwarded or referred_product instead of a quote."""
        phones = self.phones
        if group is not None and not self.groups.is_in(group.id, customer.id):
            raise ValueError("is not in the group")
        wamid, now = payloads.new_wamid(), phones.clock.now()
        quoted = phones.chats.get(quotes) if quotes else None
        if quoted is not None:
            context = {**(context or {}), "from": self._written_by(quoted, channel), "id": quotes}
        if kind == "reaction":
            phones.chats.react(content["message_id"], content.get("emoji", ""), customer_id=customer.id)
            phones.show(content["message_id"])
        else:
            body = {"content": content, "quotes": quotes if quoted is not None else None}
            extra = {"context": context, "referral": referral}
            self._keep(customer, channel, wamid, kind, body | {k: v for k, v in extra.items() if v}, now, group)
        more = {"context": context, "group_id": group.id if group else "", "referral": referral}
        self._send(customer, channel, kind, content, wamid=wamid, at=now, group=group, **more)
        if referral and not group:
            phones.entries.came(channel.phone_number_id, customer.id, now)
        return wamid

    def wrote_elsewhere(
        self, customer: Customer, phone_number_id: str, *, wamid: str, kind: str, content: Any, at: float
    ) -> None:
        """Somebody else posts this customer's message to the desk: only keep and show it, once."""
        if self.phones.chats.get(wamid) is None:
            body = {"content": content, "quotes": None}
            self._add(customer, phone_number_id, "", wamid, kind, body, at, None, "delivered")
            self.phones.show(wamid)

    def write_unsupported(self, customer: Customer, channel: Channel, what: str, group: Group | None = None) -> str:
        """A poll, an event, a message to look at once: the desk only hears that there was something."""
        wamid, now = payloads.new_wamid(), self.phones.clock.now()
        self._keep(customer, channel, wamid, "unsupported", {"content": {"type": what}, "quotes": None}, now, group)
        self._send_unsupported(customer, channel, what, wamid=wamid, group=group)
        return wamid

    def edit(self, customer: Customer, channel: Channel, wamid: str, words: str) -> None:
        """Text or caption of one's own message. Only coexistence numbers hear what it says now (facts §3)."""
        row = self._own(customer, wamid, EDITED_WITHIN, "a message can be edited for 15 minutes")
        body = json.loads(row["body"])
        key = "body" if row["type"] == "text" else "caption"
        if row["type"] not in ("text", "image", "video", "document") or not words.strip():
            raise ValueError("only words can be edited, and something must be left")
        content = {**body["content"], key: words.strip()[:4096]}
        self._rewrite(row, {**body, "content": content, "edited": True})
        inner: dict[str, Any] = {"type": row["type"], row["type"]: content}
        if body.get("context", {}).get("id"):
            inner["context"] = {"id": body["context"]["id"]}
        self._change(customer, channel, row, "edit", {"original_message_id": wamid, "message": inner})

    def revoke(self, customer: Customer, channel: Channel, wamid: str) -> None:
        """Delete for everybody. Only coexistence numbers hear which message it was."""
        row = self._own(customer, wamid, REVOKED_WITHIN, "a message can be deleted for two days")
        self._rewrite(row, {**json.loads(row["body"]), "revoked": True})
        self._change(customer, channel, row, "revoke", {"original_message_id": wamid})

    def call(self, customer: Customer, channel: Channel) -> None:
        """A call that nobody answers: field `calls`, and it opens the service window (facts §9)."""
        phones, now = self.phones, self.phones.clock.now()
        call: dict[str, Any] = {
            "id": "wacid." + secrets.token_urlsafe(24),
            "to": channel.digits,
            "from_user_id": customer.user_id,
            "event": "terminate",
            "timestamp": payloads.seconds(now),
            "direction": "USER_INITIATED",
            "status": "FAILED",
        }
        if customer.wa_id:
            call["from"] = customer.wa_id
        self._keep(customer, channel, call["id"], "call", {"content": {"missed": True}, "quotes": None}, now, None)
        if phones.blocks.has(channel.phone_number_id, customer.address):
            return
        phones.customers.wrote(customer, channel.phone_number_id, now)
        value = {"contacts": [payloads.contact(customer)], "calls": [call]}
        phones.webhooks.add(channel, value, wamid=call["id"], field="calls")

    def prefer(self, customer: Customer, channel: Channel, value: str) -> None:
        """Stop or resume offers: field `user_preferences`; marketing templates then fail with 131050."""
        if value not in ("stop", "resume"):
            raise ValueError("stop or resume")
        phones = self.phones
        phones.customers.set_offers(customer, channel.phone_number_id, wanted=value == "resume")
        who = {"wa_id": customer.wa_id} if customer.wa_id else {}
        preference = {
            **who,
            "user_id": customer.user_id,
            "detail": f"User requested to {value} marketing messages",
            "category": "marketing_messages",
            "value": value,
            "timestamp": int(phones.clock.now()),
        }
        contact = {**who, "user_id": customer.user_id}
        phones.webhooks.account(channel, "user_preferences", {"contacts": [contact], "user_preferences": [preference]})

    def change_number(self, customer: Customer, channels: list[Channel], number: str) -> Customer:
        """A new phone number: businesses this customer wrote to hear of it, and the user id changes too (facts §4)."""
        phones, now, old = self.phones, self.phones.clock.now(), customer
        changed = phones.customers.renumber(customer, number)
        system = {
            "body": f"User {old.name} changed from {old.wa_id} to {changed.wa_id}",
            "wa_id": changed.wa_id,
            "user_id": changed.user_id,
            "type": "user_changed_number",
        }
        message = {
            "from": old.wa_id,
            "from_user_id": old.user_id,
            "id": payloads.new_wamid(),
            "timestamp": payloads.seconds(now),
            "type": "system",
            "system": system,
        }
        for channel in channels:
            if phones.customers.last_heard(changed, channel.phone_number_id) is not None:
                phones.webhooks.add(channel, {"messages": [message]})
        return changed

    # ---- inside ----

    def _written_by(self, row: Row, channel: Channel) -> str:
        writer = self.phones.customers.get(row["customer_id"]) if row["from_customer"] else None
        return writer.address if writer else channel.digits

    def _own(self, customer: Customer, wamid: str, within: float, why_not: str) -> Row:
        row = self.phones.chats.get(wamid)
        if row is None or not row["from_customer"] or row["customer_id"] != customer.id:
            raise ValueError("only one's own messages")
        if self.phones.clock.now() - row["at"] > within:
            raise ValueError(why_not)
        return row

    def _rewrite(self, row: Row, body: dict[str, Any]) -> None:
        self.phones.chats.rewrite(row, body)
        self.phones.show(row["wamid"])

    def _change(self, customer: Customer, channel: Channel, row: Row, kind: str, content: dict[str, Any]) -> None:
        """Tell of an edit or a deletion; where it is not a coexistence number, only that something was."""
        group = self.groups.get(row["group_id"]) if row["group_id"] else None
        if not self.numbers.of(channel.phone_number_id).is_on_biz_app:
            self._send_unsupported(customer, channel, kind, wamid=payloads.new_wamid(), group=group)
            return
        wamid, now = payloads.new_wamid(), self.phones.clock.now()
        self._send(customer, channel, kind, content, wamid=wamid, at=now, group=group)

    def _send_unsupported(
        self, customer: Customer, channel: Channel, what: str, *, wamid: str, group: Group | None
    ) -> None:
        error = UNSUPPORTED_IN_GROUPS if group else UNSUPPORTED
        more = {"errors": [error], "group_id": group.id if group else ""}
        now = self.phones.clock.now()
        self._send(customer, channel, "unsupported", {"type": what}, wamid=wamid, at=now, group=group, **more)

    def _send(
        self,
        customer: Customer,
        channel: Channel,
        kind: str,
        content: Any,
        *,
        wamid: str,
        at: float,
        group: Group | None,
        **more: Any,
    ) -> None:
        phones = self.phones
        if not group and phones.blocks.has(channel.phone_number_id, customer.address):
            return  # one tick for ever: the shop does not hear of it
        phones.customers.wrote(customer, group.id if group else channel.phone_number_id, at)
        value = payloads.message(customer, wamid=wamid, at=at, kind=kind, content=content, **more)
        phones.webhooks.add(channel, value, wamid=wamid)

    def _keep(
        self,
        customer: Customer,
        channel: Channel,
        wamid: str,
        kind: str,
        body: dict[str, Any],
        at: float,
        group: Group | None,
    ) -> None:
        self._add(customer, channel.phone_number_id, channel.digits, wamid, kind, body, at, group, "queued")
        self.phones.show(wamid)

    def _add(
        self,
        customer: Customer,
        phone_number_id: str,
        recipient: str,
        wamid: str,
        kind: str,
        body: dict[str, Any],
        at: float,
        group: Group | None,
        status: str,
    ) -> None:
        self.phones.chats.add(
            wamid=wamid,
            phone_number_id=phone_number_id,
            customer_id=customer.id,
            recipient=recipient,
            from_customer=True,
            kind=kind,
            body=body,
            at=at,
            status=status,
            group_id=group.id if group else None,
        )
