"""Which conversation a message belongs to: the active one, the last one reopened, or a new one (C16, D2, D42)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from conversations import clock
from conversations.actions import windows
from conversations.actor import Actor
from conversations.bulk import update_rows
from conversations.journal.kinds import Kind
from conversations.journal.record import draft
from conversations.models import Channel, Contact, Conversation, Event, Group, Message

CUSTOMER = Actor.customer()
Key = tuple[int, int, int]  # channel, contact or 0, group or 0

COLUMNS = [
    "status", "resolved_at", "snoozed_until", "last_activity_at", "last_message", "last_inbound_at", "waiting_since", "unread",
    "window_ends_at", "window_state", "window_moves_at", "needs_person",
]  # fmt: skip


def _key(channel: Channel, contact: Contact, group: Group | None) -> Key:
    return (channel.pk, 0, group.pk) if group else (channel.pk, contact.pk, 0)


class Tickets:
    """The conversations of one batch, locked; changed in memory and written together."""

    def __init__(self) -> None:
        self.rows: dict[Key, Conversation] = {}
        self.last: dict[Key, Conversation] = {}
        self.new: list[Conversation] = []
        self.written_to: dict[int, Conversation] = {}  # by identity: those whose windows begin anew
        self.events: list[Event] = []

    def load(self, wanted: list[tuple[Channel, Contact, Group | None]]) -> None:
        contacts = {contact.pk for _channel, contact, group in wanted if group is None}
        groups = {group.pk for _channel, _contact, group in wanted if group is not None}
        channels = {channel.pk: channel for channel, _contact, _group in wanted}
        no_key = connection.features.has_select_for_no_key_update
        mine = Q(contact__in=contacts) | Q(group__in=groups)
        rows = Conversation.objects.filter(mine, channel__in=channels)
        for row in rows.active().select_for_update(no_key=no_key).order_by("pk"):
            self.rows[(row.channel_id, row.contact_id or 0, row.group_id or 0)] = row
        without = [one for one in wanted if _key(*one) not in self.rows]
        missing = {contact.pk for _channel, contact, group in without if group is None}
        lost = {group.pk for _channel, _contact, group in without if group is not None}
        if missing or lost:
            longest = max(channel.reopen_hours for channel in channels.values())
            recent = Conversation.objects.filter(
                Q(contact__in=missing) | Q(group__in=lost),
                channel__in=channels,
                status=Conversation.Status.RESOLVED,
                merged_into__isnull=True,
                is_imported=False,  # the past stays closed: what comes now begins anew
                resolved_at__gte=clock.now() - timedelta(hours=longest),
            )
            for row in recent.select_for_update(no_key=no_key).order_by("pk"):
                self.last[(row.channel_id, row.contact_id or 0, row.group_id or 0)] = row

    def join(
        self, channel: Channel, contact: Contact, group: Group | None, *, at: datetime, is_echo: bool
    ) -> Conversation:
        """The conversation for a message written at `at`, changed as the message changes it."""
        key = _key(channel, contact, group)
        row = self.rows.get(key) or self._reopened(key, channel, at) or self._new(key, channel, contact, group, at)
        row.channel, row.contact, row.group = channel, None if group else contact, group
        if is_echo:
            row.waiting_since, row.unread = None, 0
        else:
            self._customer_wrote(row, at)
        row.last_activity_at = max(row.last_activity_at, at)
        return row

    def _reopened(self, key: Key, channel: Channel, at: datetime) -> Conversation | None:
        row = self.last.get(key)
        if row is None or row.resolved_at is None or at > row.resolved_at + timedelta(hours=channel.reopen_hours):
            return None
        row.status, row.resolved_at, row.needs_person = Conversation.Status.OPEN, None, False
        self.rows[key] = row
        self.events.append(draft(Kind.CONVERSATION_REOPENED, by=CUSTOMER, conversation=row))
        return row

    def _new(self, key: Key, channel: Channel, contact: Contact, group: Group | None, at: datetime) -> Conversation:
        row = Conversation(
            contact=None if group else contact, group=group, channel=channel, opened_at=at, last_activity_at=at
        )
        self.rows[key] = row
        self.new.append(row)
        return row

    def insert(self) -> None:
        """Write the new ones, before the messages that are theirs."""
        if self.new:
            Conversation.objects.bulk_create(self.new)

    def _customer_wrote(self, row: Conversation, at: datetime) -> None:
        """Any inbound message opens it (D42) and the service window with it (C20)."""
        if row.status != Conversation.Status.OPEN:
            self.events.append(
                draft(Kind.CONVERSATION_STATUS, by=CUSTOMER, conversation=row, was=row.status, status="open")
            )
            row.status, row.snoozed_until = Conversation.Status.OPEN, None
        row.unread += 1
        if row.last_agent_at is None or at > row.last_agent_at:
            row.waiting_since = min(row.waiting_since or at, at)
        was = row.window_state
        if windows.customer_wrote(row, at):
            self.written_to[id(row)] = row
        if row.pk and row.window_state != was:
            self.events.append(
                draft(Kind.WINDOW_CHANGED, by=CUSTOMER, conversation=row, was=was, state=row.window_state)
            )

    def write(self, messages: list[Message]) -> None:
        """After the messages have their ids: last message, columns, windows, and the events of new conversations."""
        newest: dict[int, Message] = {}
        first: dict[int, Message] = {}
        for message in messages:
            first.setdefault(message.conversation_id, message)
            held = newest.get(message.conversation_id)
            if held is None or message.timestamp >= held.timestamp:
                newest[message.conversation_id] = message
        touched = [row for row in self.rows.values() if row.pk in newest]
        for row in touched:
            if row.last_activity_at <= newest[row.pk].timestamp or row.last_message_id is None:
                row.last_message = newest[row.pk]
        update_rows(touched, COLUMNS)
        windows.open_for(sorted(self.written_to.values(), key=lambda row: row.pk))
        opened = [
            draft(Kind.CONVERSATION_OPENED, by=CUSTOMER, conversation=row, message=first[row.pk].pk) for row in self.new
        ]
        self.events = [*opened, *self.events]

    def returning(self) -> list[Conversation]:
        """New conversations of customers who had written before."""
        return [row for row in self.new if row.contact is not None and row.contact.first_seen_at < row.opened_at]
