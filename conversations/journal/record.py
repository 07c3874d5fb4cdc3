"""The one way to write the journal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from conversations import clock, wake
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.models.channel import Channel
from conversations.models.contact import Contact
from conversations.models.conversation import Conversation
from conversations.models.event import Event


def draft(
    kind: Kind,
    *,
    by: Actor,
    conversation: Conversation | None = None,
    contact: Contact | None = None,
    channel: Channel | None = None,
    **data: Any,
) -> Event:
    """An event not yet written, for ingest's bulk writes. Contact and channel default to the conversation's."""
    return Event(
        kind=kind,
        at=clock.now(),
        by=by.label,
        user=by.user,
        conversation=conversation,
        contact_id=contact.pk if contact else (conversation.contact_id if conversation else None),
        channel_id=channel.pk if channel else (conversation.channel_id if conversation else None),
        data=data,
    )


_gathered: ContextVar[list[Event] | None] = ContextVar("gathered", default=None)


@contextmanager
def gathered() -> Iterator[list[Event]]:
    """Within this block `record` only collects; what was collected is written in one statement at its end, unless it raised.

    The block must be inside the transaction of the changes. To forget what a failed part recorded, cut the list back.
    """
    events: list[Event] = []
    token = _gathered.set(events)
    try:
        yield events
    finally:
        _gathered.reset(token)
    record_all(events)


def record(
    kind: Kind,
    *,
    by: Actor,
    conversation: Conversation | None = None,
    contact: Contact | None = None,
    channel: Channel | None = None,
    **data: Any,
) -> None:
    """Append one event in the caller's transaction, and wake the readers when it commits.

    `data` holds ids, codes and numbers only, never a customer's words, name or number (D16).
    """
    event = draft(kind, by=by, conversation=conversation, contact=contact, channel=channel, **data)
    if (events := _gathered.get()) is not None:
        events.append(event)
        return
    event.save(force_insert=True)
    wake.on_commit(wake.Bell.READERS)


def record_all(events: list[Event]) -> None:
    """Append drafted events in one statement."""
    if events:
        Event.objects.bulk_create(events, batch_size=500)
        wake.on_commit(wake.Bell.READERS)
