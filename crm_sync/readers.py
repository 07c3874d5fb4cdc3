"""How crm_sync reads the journal: each event that a connection wants becomes one job, in the reader's transaction (D15)."""

from __future__ import annotations

from django.db import transaction

from conversations import clock
from conversations.journal.kinds import Kind
from conversations.models import Event
from crm_sync import doorbell
from crm_sync.envelopes import Loaded, envelope, order_key
from crm_sync.models import Connection, ObjectKind, SyncJob

# What is told, and which object it is about.
TOLD: dict[str, ObjectKind] = {
    Kind.CONTACT_CREATED: ObjectKind.CONTACT,
    Kind.CONTACT_CHANGED: ObjectKind.CONTACT,
    Kind.CONTACT_RENUMBERED: ObjectKind.CONTACT,
    Kind.CONVERSATION_OPENED: ObjectKind.CONVERSATION,
    Kind.CONVERSATION_RESOLVED: ObjectKind.CONVERSATION,
    Kind.MESSAGE_RECEIVED: ObjectKind.MESSAGE,
    Kind.MESSAGE_EDITED: ObjectKind.MESSAGE,
    Kind.MESSAGE_REVOKED: ObjectKind.MESSAGE,
    Kind.MESSAGE_ECHOED: ObjectKind.MESSAGE,
    Kind.MESSAGE_QUEUED: ObjectKind.MESSAGE,
    Kind.MESSAGE_SENT: ObjectKind.MESSAGE,
    Kind.MESSAGE_DELIVERED: ObjectKind.MESSAGE,
    Kind.MESSAGE_READ: ObjectKind.MESSAGE,
    Kind.MESSAGE_FAILED: ObjectKind.MESSAGE,
}


def mirror(events: list[Event]) -> None:
    """Write the jobs of a batch. Reading it again writes nothing new (one job per connection and event).

    The number of queries does not grow with the batch; without an active connection it is one.
    """
    told = [event for event in events if event.kind in TOLD]
    erased = [event for event in events if event.kind == Kind.CONTACT_ERASED and event.contact_id]
    if not told and not erased:
        return
    connections = list(Connection.objects.active())
    if told and connections:
        loaded = Loaded.of(told)
        now = clock.machine_now()
        jobs = []
        for event in told:
            object_kind = TOLD[event.kind]
            body = envelope(event, object_kind, loaded)
            if body is None:  # the row is gone: erased since
                continue
            jobs += [
                SyncJob(
                    connection=connection,
                    event_id=event.pk,
                    kind=event.kind,
                    object_kind=object_kind,
                    object_id=body["data"]["id"],
                    order_key=order_key(event, loaded),
                    body=body,
                    created_at=now,
                    due_at=now,
                )
                for connection in connections
                if wants(connection, object_kind)
            ]
        SyncJob.objects.bulk_create(jobs, batch_size=500, ignore_conflicts=True)
        if jobs:
            transaction.on_commit(doorbell.ring)
    if erased:  # what a person asked us to forget is forgotten here too, waiting or kept (D16)
        SyncJob.objects.filter(order_key__in=[f"contact:{event.contact_id}" for event in erased]).delete()


def wants(connection: Connection, object_kind: ObjectKind) -> bool:
    return {
        ObjectKind.CONTACT: connection.sends_contacts,
        ObjectKind.CONVERSATION: connection.sends_conversations,
        ObjectKind.MESSAGE: connection.sends_messages,
    }[object_kind]
