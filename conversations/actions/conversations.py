"""What can be done with a conversation besides answering it (C44, D42)."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from conversations import clock
from conversations.actions import locks, windows
from conversations.actor import Actor
from conversations.errors import Invalid, NotTransition
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Conversation, Priority
from conversations.row_locks import lock_conversation
from conversations.transactions import joined


def _move(conversation: Conversation, to: Conversation.Status) -> None:
    """Raises NotTransition when the drawing on the model has no such arrow."""
    if to not in Conversation.TRANSITIONS[Conversation.Status(conversation.status)]:
        raise NotTransition(was=conversation.status, wanted=to.value)
    conversation.status = to


@joined
def resolve(*, conversation: Conversation, by: Actor, topic: str = "", outcome: str = "") -> Conversation:
    row = lock_conversation(conversation)
    _move(row, Conversation.Status.RESOLVED)
    row.resolved_at, row.waiting_since, row.unread = clock.now(), None, 0
    row.topic, row.outcome = topic[:80], outcome[:40]
    row.save(update_fields=["status", "resolved_at", "waiting_since", "unread", "topic", "outcome"])
    record(Kind.CONVERSATION_RESOLVED, by=by, conversation=row, outcome=row.outcome, assignee=row.assignee_id)
    locks.release(conversation=row, by=by)
    return row


@joined
def reopen(*, conversation: Conversation, by: Actor) -> Conversation:
    """Raises NotTransition when it is active, or when a newer one with this contact is (one active at a time, C16).

    The past of the business app stays closed: a new conversation with the customer begins, and is returned.
    """
    row = lock_conversation(conversation)
    newer = Conversation.objects.active().filter(contact=row.contact_id, group=row.group_id, channel=row.channel_id)
    if newer.exclude(pk=row.pk).exists():
        raise NotTransition(_("A newer conversation with this customer is open."))
    if row.is_imported:
        return _begin(row, by)
    _move(row, Conversation.Status.OPEN)
    row.resolved_at = None
    row.save(update_fields=["status", "resolved_at"])
    windows.carry_over(row)
    record(Kind.CONVERSATION_REOPENED, by=by, conversation=row)
    return row


def _begin(past: Conversation, by: Actor) -> Conversation:
    now = clock.now()
    row = Conversation(
        contact_id=past.contact_id,
        channel_id=past.channel_id,
        department_id=past.department_id,
        opened_at=now,
        last_activity_at=now,
    )
    row.save(force_insert=True)
    windows.carry_over(row)
    record(Kind.CONVERSATION_OPENED, by=by, conversation=row, message=None)
    return row


@joined
def set_pending(*, conversation: Conversation, by: Actor) -> Conversation:
    return _status(conversation, Conversation.Status.PENDING, by)


@joined
def snooze(*, conversation: Conversation, by: Actor, until: datetime | None) -> Conversation:
    """Until a time, or (None) until the customer's next message."""
    if until is not None and until <= clock.now():
        raise Invalid(_("Choose a time in the future."))
    return _status(conversation, Conversation.Status.SNOOZED, by, until)


@joined
def wake_up(*, conversation: Conversation, by: Actor) -> Conversation:
    return _status(conversation, Conversation.Status.OPEN, by)


def _status(
    conversation: Conversation, to: Conversation.Status, by: Actor, until: datetime | None = None
) -> Conversation:
    row = lock_conversation(conversation)
    was = row.status
    _move(row, to)
    row.snoozed_until = until
    row.save(update_fields=["status", "snoozed_until"])
    record(Kind.CONVERSATION_STATUS, by=by, conversation=row, was=was, status=to.value)
    return row


@joined
def set_priority(*, conversation: Conversation, by: Actor, priority: Priority) -> Conversation:
    row = lock_conversation(conversation)
    if row.priority != priority:
        was, row.priority = row.priority, priority
        row.save(update_fields=["priority"])
        record(Kind.CONVERSATION_PRIORITISED, by=by, conversation=row, was=was, priority=int(priority))
    return row


@joined
def mark_read(*, conversation: Conversation, by: Actor) -> Conversation:
    row = lock_conversation(conversation)
    if row.unread:
        row.unread = 0
        row.save(update_fields=["unread"])
        record(Kind.CONVERSATION_READ, by=by, conversation=row)
    return row


@joined
def hand_over(*, conversation: Conversation, by: Actor, why: str) -> Conversation:
    """Nothing automatic follows from here on; a person takes it (A5). `why`: asked, cap."""
    row = lock_conversation(conversation)
    if not row.needs_person:
        row.needs_person = True
        row.save(update_fields=["needs_person"])
        record(Kind.CONVERSATION_HANDED_OVER, by=by, conversation=row, why=why)
    conversation.needs_person = True
    return row
