"""One batch of parsed updates -> rows, with a number of statements that does not grow with the batch (C12, C13).

Order: identities that changed, messages, then what refers to messages (reactions, edits, deletions), statuses, account updates.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterable
from typing import Any

from conversations import clock
from conversations.actor import Actor
from conversations.ingest import early
from conversations.ingest.people import CUSTOMER, People, keys_of
from conversations.ingest.tickets import Tickets
from conversations.journal.kinds import Kind
from conversations.journal.record import draft, record_all
from conversations.models import (
    AccountUpdate,
    Attachment,
    Channel,
    Direction,
    Event,
    Group,
    Message,
    MessageStatus,
    MessageVersion,
    Origin,
    Reaction,
)
from conversations.outbox import receipts
from conversations.whatsapp.payloads import (
    AccountChange,
    EditChange,
    IdentityChange,
    InboundMessage,
    Parsed,
    ReactionChange,
    RevokeChange,
    StatusUpdate,
)

logger = logging.getLogger("sportello.ingest")
META = Actor.system("meta")
NOT_FOR_PIPELINE = frozenset({"system"})  # D21: rows and journal only


def addressed(parsed: Iterable[Parsed]) -> set[str]:
    """The numbers that updates are for; "" stands for a message or status that names none, which must not vanish."""
    return {
        item.phone_number_id for item in parsed if item.phone_number_id or not isinstance(item.update, AccountChange)
    }


def _only(kind: type[Any], changes: list[tuple[Channel, early.Change]]) -> list[tuple[Channel, Any]]:
    return [pair for pair in changes if isinstance(pair[1], kind)]


class Batch:
    """`Batch(parsed).write()` in a transaction; `unknown_numbers` are phone number ids that no channel has."""

    def __init__(self, parsed: list[Parsed]) -> None:
        self.parsed = parsed
        self.events: list[Event] = []
        self.people = People()
        self.tickets = Tickets()
        ids = addressed(parsed)
        rows = Channel.objects.select_related("portfolio").filter(phone_number_id__in=ids - {""}) if ids else []
        self.channels = {row.phone_number_id: row for row in rows}
        self.unknown_numbers = ids - set(self.channels)

    def write(self) -> None:
        messages = self._of(InboundMessage)
        reactions, edits = self._of(ReactionChange), self._of(EditChange)
        renumbered = self._of(IdentityChange)
        senders = [(channel, update.sender) for channel, update in [*messages, *reactions, *edits]]
        self.people.load([key for channel, sender in senders for key in keys_of(channel.portfolio_id, sender)])
        for channel, change in sorted(renumbered, key=lambda pair: pair[1].timestamp):
            if self.people.change_identity(channel.portfolio_id, change) is None:
                self._keep(channel, AccountChange("messages", "identity_of_nobody", {"kind": change.kind}), "")
        waited = early.take(self._write_messages(messages))
        self.people.load(
            [
                key
                for channel, change in waited
                if isinstance(change, ReactionChange)
                for key in keys_of(channel.portfolio_id, change.sender)
            ]
        )
        self._react([*reactions, *_only(ReactionChange, waited)])
        self._edit([*edits, *_only(EditChange, waited)])
        self._revoke([*self._of(RevokeChange), *_only(RevokeChange, waited)])
        receipts.apply(self._of(StatusUpdate))
        self._write_account_updates()
        self.people.write()
        record_all([*self.people.events, *self.events])

    def _of(self, kind: type[Any]) -> list[tuple[Channel, Any]]:
        return [
            (self.channels[item.phone_number_id], item.update)
            for item in self.parsed
            if isinstance(item.update, kind) and item.phone_number_id in self.channels
        ]

    # --- messages ---------------------------------------------------------------------------------------------------------

    def _write_messages(self, updates: list[tuple[Channel, InboundMessage]]) -> list[str]:
        """Returns the ids of those that are new."""
        wamids = {update.wamid for _channel, update in updates}
        known = set(Message.objects.filter(wamid__in=wamids).values_list("wamid", flat=True)) if wamids else set()
        fresh: list[tuple[Channel, InboundMessage]] = []
        for channel, update in sorted(updates, key=lambda pair: pair[1].timestamp):
            if update.wamid not in known:
                known.add(update.wamid)
                fresh.append((channel, update))
        if not fresh:
            return []
        rows = self._rows(fresh)
        self.tickets.insert()
        Message.objects.bulk_create(rows, batch_size=200)
        self.tickets.write(rows)
        self.events += self.tickets.events
        for row in rows:
            kind = Kind.MESSAGE_ECHOED if row.direction == Direction.OUTBOUND else Kind.MESSAGE_RECEIVED
            by = META if row.direction == Direction.OUTBOUND else CUSTOMER
            self.events.append(draft(kind, by=by, conversation=row.conversation, message=row.pk, type=row.type))
        self._attach(fresh, rows)
        latest: dict[int, Channel] = {channel.pk: channel for channel, _update in fresh}
        Channel.objects.filter(pk__in=latest).update(last_inbound_at=clock.now())
        return [update.wamid for _channel, update in fresh]

    def _rows(self, fresh: list[tuple[Channel, InboundMessage]]) -> list[Message]:
        now, machine = clock.now(), clock.machine_now()
        wanted = []
        for channel, update in fresh:
            contact = self.people.find_or_make(
                channel.portfolio_id, update.sender, min(update.timestamp, now), channel.language
            )
            group = self._group(channel, update) if update.group_id else None
            wanted.append((channel, update, contact, group))
        self.people.insert()
        self.tickets.load([(channel, contact, group) for channel, _update, contact, group in wanted])
        rows = []
        for channel, update, contact, group in wanted:
            at = min(update.timestamp, now)
            conversation = self.tickets.join(channel, contact, group, at=at, is_echo=update.is_echo)
            runs = not update.is_echo and group is None and update.type not in NOT_FOR_PIPELINE
            content = {**update.content, "referral": update.referral} if update.referral else update.content
            rows.append(
                Message(
                    conversation=conversation,
                    channel=channel,
                    direction=Direction.OUTBOUND if update.is_echo else Direction.INBOUND,
                    origin=Origin.PHONE if update.is_echo else Origin.CUSTOMER,
                    type=update.type,
                    status=MessageStatus.SENT if update.is_echo else MessageStatus.RECEIVED,
                    text=update.text,
                    payload=content,
                    wamid=update.wamid,
                    sender_contact=None if update.is_echo else contact,
                    reply_to_wamid=update.reply_to[:200],
                    timestamp=at,
                    created_at=now,
                    step_due_at=machine if runs else None,
                )
            )
        return rows

    def _group(self, channel: Channel, update: InboundMessage) -> Group:
        group, _created = Group.objects.get_or_create(
            channel=channel, group_id=update.group_id[:128], defaults={"created_at": update.timestamp}
        )
        return group

    def _attach(self, fresh: list[tuple[Channel, InboundMessage]], rows: list[Message]) -> None:
        files = [
            Attachment(
                message=row,
                media_id=media.media_id,
                url=media.url,
                declared_type=media.mime_type,
                declared_sha256=media.sha256,
                filename=media.filename,
                due_at=clock.machine_now(),
            )
            for (_channel, update), row in zip(fresh, rows, strict=True)
            for media in update.media
        ]
        if files:
            Attachment.objects.bulk_create(files)

    # --- what refers to messages ------------------------------------------------------------------------------------------

    def _targets(self, wamids: set[str]) -> dict[str, Message]:
        return {str(row.wamid): row for row in Message.objects.select_related("conversation").filter(wamid__in=wamids)}

    def _react(self, updates: list[tuple[Channel, ReactionChange]]) -> None:
        targets = self._targets({update.target for _channel, update in updates}) if updates else {}
        for channel, update in sorted(updates, key=lambda pair: pair[1].timestamp):
            target = targets.get(update.target)
            if target is None or target.channel_id != channel.pk:
                early.keep(channel, update)
                continue
            contact = self.people.find_or_make(channel.portfolio_id, update.sender, update.timestamp, channel.language)
            self.people.insert()
            emoji = update.emoji[:32]
            mine = Reaction.objects.filter(message=target, contact=contact).first()
            if mine and (mine.at > update.timestamp or (mine.at, mine.emoji) == (update.timestamp, emoji)):
                continue  # it came late, or twice
            # One taken back stays as an empty row: an older one that is delivered again must not bring it back.
            Reaction.objects.update_or_create(
                message=target, contact=contact, defaults={"emoji": emoji, "at": update.timestamp}
            )
            self.events.append(
                draft(
                    Kind.MESSAGE_REACTED,
                    by=CUSTOMER,
                    conversation=target.conversation,
                    message=target.pk,
                    removed=not update.emoji,
                )
            )

    def _edit(self, updates: list[tuple[Channel, EditChange]]) -> None:
        targets = self._targets({update.target for _channel, update in updates}) if updates else {}
        for channel, update in sorted(updates, key=lambda pair: pair[1].timestamp):
            target = targets.get(update.target)
            if target is None or target.channel_id != channel.pk:
                early.keep(channel, update)
                continue
            if not self._wrote_version(target, update):
                continue
            self.events.append(
                draft(Kind.MESSAGE_EDITED, by=CUSTOMER, conversation=target.conversation, message=target.pk)
            )

    def _wrote_version(self, target: Message, update: EditChange) -> bool:
        """Put an edit into its place in the message's past, wherever it falls; False when it is known already."""
        versions = MessageVersion.objects.filter(message=target)
        if MessageVersion.objects.filter(wamid=update.wamid).exists():
            return False
        later = versions.filter(until__gt=update.timestamp).order_by("until", "pk").first()
        before = MessageVersion(message=target, wamid=update.wamid, until=update.timestamp)
        if later is None:  # the usual case: the newest edit
            before.text, before.payload = target.text, target.payload
            target.text, target.payload, target.edited_at = update.text, update.content, update.timestamp
            target.save(update_fields=["text", "payload", "edited_at"])
        else:  # a later edit came first: this one's words stood between the two
            before.text, before.payload = later.text, later.payload
            later.text, later.payload = update.text, update.content
            later.save(update_fields=["text", "payload"])
        before.save(force_insert=True)
        return True

    def _revoke(self, updates: list[tuple[Channel, RevokeChange]]) -> None:
        targets = self._targets({update.target for _channel, update in updates}) if updates else {}
        for channel, update in updates:
            target = targets.get(update.target)
            if target is None or target.channel_id != channel.pk:
                early.keep(channel, update)
            elif target.deleted_at is None:
                target.deleted_at = update.timestamp
                target.save(update_fields=["deleted_at"])
                self.events.append(
                    draft(Kind.MESSAGE_REVOKED, by=CUSTOMER, conversation=target.conversation, message=target.pk)
                )

    # --- the rest ---------------------------------------------------------------------------------------------------------

    def _write_account_updates(self) -> None:
        for item in self.parsed:
            if isinstance(item.update, AccountChange) and (
                not item.phone_number_id or item.phone_number_id in self.channels
            ):
                self._keep(self.channels.get(item.phone_number_id), item.update, item.waba_id)

    def _keep(self, channel: Channel | None, change: AccountChange, waba_id: str) -> None:
        """Stored and visible; the same one twice is one row."""
        if channel is None and waba_id:
            found = list(Channel.objects.filter(waba_id=waba_id)[:2])
            channel = found[0] if len(found) == 1 else None
        text = json.dumps([waba_id, change.field, change.data], sort_keys=True, default=str)
        row, created = AccountUpdate.objects.get_or_create(
            digest=hashlib.sha256(text.encode()).hexdigest(),
            defaults={
                "channel": channel,
                "waba_id": waba_id[:32],
                "field": change.field,
                "event": change.event,
                "data": change.data,
                "at": clock.now(),
            },
        )
        if created:
            self.events.append(
                draft(
                    Kind.ACCOUNT_UPDATED,
                    by=META,
                    channel=channel,
                    update=row.pk,
                    field=change.field,
                    event=change.event,
                )
            )
