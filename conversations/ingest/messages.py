"""New messages of a batch: whose they are, which conversation they join, the rows, their files to fetch (C12, C13)."""

from __future__ import annotations

from conversations import clock
from conversations.actor import Actor
from conversations.ingest.groups import Groups
from conversations.ingest.people import CUSTOMER, People
from conversations.ingest.tickets import Tickets
from conversations.journal.kinds import Kind
from conversations.journal.record import draft
from conversations.models import Attachment, Channel, Direction, Event, Message, MessageStatus, Origin
from conversations.outbox import pacing
from conversations.whatsapp.payloads import InboundMessage

META = Actor.system("meta")
NOT_FOR_PIPELINE = frozenset({"system"})  # D21: rows and journal only
Update = tuple[Channel, InboundMessage]


class Messages:
    """`write` stores those that are new; what happened is in `events`."""

    def __init__(self, people: People, groups: Groups) -> None:
        self.people = people
        self.groups = groups
        self.tickets = Tickets()
        self.events: list[Event] = []
        self.written: list[Message] = []

    def write(self, updates: list[Update]) -> list[str]:
        """Returns the ids of those that are new."""
        wamids = {update.wamid for _channel, update in updates}
        known = set(Message.objects.filter(wamid__in=wamids).values_list("wamid", flat=True)) if wamids else set()
        fresh: list[Update] = []
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
        attach([(update, row) for (_channel, update), row in zip(fresh, rows, strict=True)])
        self.written = rows
        latest: dict[int, Channel] = {channel.pk: channel for channel, _update in fresh}
        Channel.objects.filter(pk__in=latest).update(last_inbound_at=clock.now())
        pacing.count_after_commit(channel.pk for channel, _update in fresh)
        return [update.wamid for _channel, update in fresh]

    def _rows(self, fresh: list[Update]) -> list[Message]:
        now, machine = clock.now(), clock.machine_now()
        self.groups.load([(channel, update.group_id, "") for channel, update in fresh if update.group_id], now)
        wanted = []
        for channel, update in fresh:
            contact = self.people.find_or_make(
                channel.portfolio_id, update.sender, min(update.timestamp, now), channel.language
            )
            wanted.append((channel, update, contact, self.groups.find(channel, update.group_id)))
        self.people.insert()
        self.tickets.load([(channel, contact, group) for channel, _update, contact, group in wanted])
        rows = []
        for channel, update, contact, group in wanted:
            at = min(update.timestamp, now)
            conversation = self.tickets.join(channel, contact, group, at=at, is_echo=update.is_echo)
            if group is not None and not update.is_echo:
                self.groups.wrote(group, contact, at)
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


def attach(pairs: list[tuple[InboundMessage, Message]]) -> None:
    """The files of stored messages, to be fetched."""
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
        for update, row in pairs
        for media in update.media
    ]
    if files:
        Attachment.objects.bulk_create(files)
