"""The past of a coexistence number, taken over (D21, facts §3): to be read, nobody's work, in no figure, and the CRM is not told.

Each customer's lies in one resolved conversation of its own, with its own times: no window opens that is not open in truth.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from conversations import clock
from conversations.actions import windows
from conversations.actor import Actor
from conversations.bulk import update_rows
from conversations.ingest import early
from conversations.ingest.messages import attach
from conversations.ingest.people import People
from conversations.journal.kinds import Kind
from conversations.journal.record import draft
from conversations.models import Channel, Contact, Conversation, Direction, Event, Message, MessageStatus, Origin
from conversations.whatsapp.payloads import InboundMessage

META = Actor.system("meta")
PLACEHOLDER = "media_placeholder"
Update = tuple[Channel, InboundMessage]
STATUSES = {
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "played": MessageStatus.PLAYED,
    "error": MessageStatus.FAILED,
}
COLUMNS = [
    "opened_at", "resolved_at", "last_activity_at", "last_message", "last_inbound_at", "window_ends_at", "window_state", "window_moves_at",
]  # fmt: skip


class History:
    """`write` stores what is new; people must be loaded. The number of statements does not grow with the messages."""

    def __init__(self, people: People) -> None:
        self.people = people
        self.talks: dict[tuple[int, int], Conversation] = {}
        self.events: list[Event] = []

    def write(self, updates: list[Update]) -> list[str]:
        """Returns the ids of the messages that are new. A file whose placeholder is known takes its place; one of ours that comes
        before it waits, since it does not say to whom it went."""
        if not updates:
            return []
        wamids = {update.wamid for _channel, update in updates}
        known = {str(row.wamid): row for row in Message.objects.filter(wamid__in=wamids).select_related("conversation")}
        fresh: dict[str, Update] = {}
        late: list[Update] = []
        for channel, update in updates:
            if update.wamid in known or ((held := fresh.get(update.wamid)) is not None and held[1].type != PLACEHOLDER):
                late.append((channel, update))
            elif update.wamid in fresh:
                fresh[update.wamid] = (channel, _filled(fresh[update.wamid][1], update))
            elif update.sender.is_known:
                fresh[update.wamid] = (channel, update)
            elif update.type != PLACEHOLDER:
                early.keep(channel, update)
        self.fill([(channel, update) for channel, update in late if update.wamid in known], known)
        return self._store(sorted(fresh.values(), key=lambda pair: pair[1].timestamp))

    def fill(self, updates: list[Update], known: dict[str, Message] | None = None) -> None:
        """The file of a placeholder has come."""
        if known is None:
            rows = Message.objects.filter(wamid__in={update.wamid for _channel, update in updates}) if updates else []
            known = {str(row.wamid): row for row in rows}
        filled: dict[int, tuple[Message, InboundMessage]] = {}
        for channel, update in updates:
            row = known.get(update.wamid)
            if row is None or row.channel_id != channel.pk or row.type != PLACEHOLDER or update.type == PLACEHOLDER:
                continue
            row.type, row.text, row.payload = update.type, update.text, update.content
            filled[row.pk] = (row, update)
        update_rows([row for row, _update in filled.values()], ["type", "text", "payload"])
        attach([(update, row) for row, update in filled.values()])

    def _store(self, fresh: list[Update]) -> list[str]:
        if not fresh:
            return []
        now = clock.now()
        contacts = [self._contact(channel, update, min(update.timestamp, now)) for channel, update in fresh]
        self.people.insert()
        self._load([(channel, contact) for (channel, _update), contact in zip(fresh, contacts, strict=True)])
        rows = []
        for (channel, update), contact in zip(fresh, contacts, strict=True):
            at = min(update.timestamp, now)
            talk = self._talk(channel, contact, at)
            rows.append(_row(talk, channel, contact, update, at, now))
        made = [talk for talk in self.talks.values() if talk._state.adding]
        Conversation.objects.bulk_create(made, batch_size=100)
        Message.objects.bulk_create(rows, batch_size=200)
        attach([(update, row) for (_channel, update), row in zip(fresh, rows, strict=True)])
        self._close(rows)
        return [update.wamid for _channel, update in fresh]

    def _contact(self, channel: Channel, update: InboundMessage, at: datetime) -> Contact:
        contact = self.people.find_or_make(
            channel.portfolio_id, update.sender, at, channel.language, wrote=False, imported=True
        )
        if not update.is_echo:
            self.people.was_seen(contact, at)
        return contact

    def _load(self, wanted: list[tuple[Channel, Contact]]) -> None:
        no_key = connection.features.has_select_for_no_key_update
        rows = Conversation.objects.filter(
            is_imported=True,
            contact__in={contact.pk for _channel, contact in wanted},
            channel__in={channel.pk for channel, _contact in wanted},
        )
        for row in rows.select_for_update(no_key=no_key).order_by("pk"):
            self.talks[(row.channel_id, row.contact_id or 0)] = row

    def _talk(self, channel: Channel, contact: Contact, at: datetime) -> Conversation:
        key = (channel.pk, contact.pk)
        if key not in self.talks:
            self.talks[key] = Conversation(
                channel=channel,
                contact=contact,
                is_imported=True,
                status=Conversation.Status.RESOLVED,
                department_id=channel.default_department_id,  # whose team may read it
                reason_code="imported",
                opened_at=at,
                resolved_at=at,
                last_activity_at=at,
            )
        row = self.talks[key]
        row.channel, row.contact = channel, contact
        row.opened_at = min(row.opened_at, at)
        return row

    def _close(self, rows: list[Message]) -> None:
        """Last message, end and windows of the conversations; one event each tells that there is something to read."""
        by_talk: dict[int, list[Message]] = {}
        for row in rows:
            by_talk.setdefault(row.conversation_id, []).append(row)
        begun = []
        touched = [talk for talk in self.talks.values() if talk.pk in by_talk]
        for talk in touched:
            newest = max(by_talk[talk.pk], key=lambda row: (row.timestamp, row.pk))
            if talk.last_message_id is None or newest.timestamp >= talk.last_activity_at:
                talk.last_message, talk.last_activity_at = newest, newest.timestamp
            if talk.status == Conversation.Status.RESOLVED and talk.resolved_at is not None:
                talk.resolved_at = max(talk.resolved_at, newest.timestamp)
            inbound = [row.timestamp for row in by_talk[talk.pk] if row.direction == Direction.INBOUND]
            if inbound and windows.customer_wrote(talk, max(inbound)):
                begun.append(talk)
        update_rows(touched, COLUMNS)
        windows.open_for(begun)
        self.events += [
            draft(Kind.CONVERSATION_IMPORTED, by=META, conversation=talk, messages=len(by_talk[talk.pk]))
            for talk in touched
        ]


def _filled(placeholder: InboundMessage, update: InboundMessage) -> InboundMessage:
    """Both in one batch: the placeholder's thread, status and time, the other's content."""
    if update.type == PLACEHOLDER:
        return placeholder
    return InboundMessage(
        wamid=placeholder.wamid,
        sender=placeholder.sender,
        timestamp=placeholder.timestamp,
        type=update.type,
        text=update.text,
        content=update.content,
        media=update.media,
        reply_to=placeholder.reply_to,
        is_echo=placeholder.is_echo,
        is_history=True,
        status=placeholder.status,
    )


def _row(
    talk: Conversation, channel: Channel, contact: Contact, update: InboundMessage, at: datetime, now: datetime
) -> Message:
    status = STATUSES.get(update.status, MessageStatus.SENT) if update.is_echo else MessageStatus.RECEIVED
    return Message(
        conversation=talk,
        channel=channel,
        direction=Direction.OUTBOUND if update.is_echo else Direction.INBOUND,
        origin=Origin.PHONE if update.is_echo else Origin.CUSTOMER,
        type=update.type,
        status=status,
        error_code="no_reason" if status == MessageStatus.FAILED else "",
        text=update.text,
        payload=update.content,
        wamid=update.wamid,
        sender_contact=None if update.is_echo else contact,
        reply_to_wamid=update.reply_to[:200],
        timestamp=at,
        created_at=now,
        sent_at=at if update.is_echo and status != MessageStatus.FAILED else None,
    )
