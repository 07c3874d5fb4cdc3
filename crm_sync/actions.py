"""Verbs of crm_sync: what staff do by button, and what the engine needs done now and then."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from conversations import clock
from conversations.actor import Actor
from conversations.errors import NotTransition
from crm_sync import doorbell, registry, signing
from crm_sync.connectors.contract import Outcome, Parcel
from crm_sync.engine.deliver import secrets_of
from crm_sync.models import Connection, ConnectionHealth, SyncJob

KEEP_SENT = timedelta(days=30)  # sent jobs are kept a month to be looked at
FORGET_AT_ONCE = 2000


@transaction.atomic
def new_secret(*, connection: Connection, by: Actor) -> str:
    """Give a connection a secret of its own and return it: the only time it is shown. The former one signs for another day."""
    secret = signing.new_secret()
    connection.former_secret = connection.secret
    connection.secret, connection.secret_set_at = secret, clock.machine_now()
    connection._change_reason = f"new secret, {by.label}"  # type: ignore[attr-defined]  # simple-history reads it
    connection.save(update_fields=["secret", "former_secret", "secret_set_at"])
    ConnectionHealth.objects.get_or_create(connection=connection)
    return secret


@transaction.atomic
def replay(*, jobs: Iterable[SyncJob], by: Actor) -> int:
    """Have dead letters sent again, with the same webhook id. Returns how many; those not dead are left alone.

    They go before what waits of the same contact; what was sent meanwhile is not sent again, and each envelope has its time.
    """
    now = clock.machine_now()
    count = (
        SyncJob.objects.dead()
        .filter(pk__in=[job.pk for job in jobs])
        .update(status=SyncJob.Status.PENDING, refusals=0, due_at=now, problem="", http_status=None)
    )
    if count:
        transaction.on_commit(doorbell.ring)
    return count


@transaction.atomic
def try_now(*, connection: Connection, by: Actor) -> None:
    """Do not wait for the end of a rest: somebody knows that the other side is back. Raises NotTransition while switched off."""
    if not connection.is_active:
        raise NotTransition(_("This connection is switched off."))
    now = clock.machine_now()
    ConnectionHealth.objects.filter(connection=connection).update(paused_until=None)
    SyncJob.objects.filter(connection=connection, status=SyncJob.Status.PENDING, due_at__gt=now).update(due_at=now)
    transaction.on_commit(doorbell.ring)


def send_test(*, connection: Connection, by: Actor) -> Outcome:
    """Call the address now with a `test` message and say what came of it. Network: never inside a transaction."""
    now = clock.machine_now()
    body = {"type": "test", "timestamp": now.isoformat(), "data": {"connection": connection.name}}
    parcel = Parcel(url=connection.url, secrets=secrets_of(connection), webhook_id=f"msg_{uuid.uuid4().hex}", body=body)
    return registry.connector(connection.kind).deliver(parcel, at=now)


def forget_sent() -> int:
    """Delete jobs sent long ago: they hold customers' words. A part at a time, so that no delete is long."""
    old = SyncJob.objects.filter(status=SyncJob.Status.SENT, sent_at__lt=clock.machine_now() - KEEP_SENT)
    ids = list(old.order_by("sent_at").values_list("pk", flat=True)[:FORGET_AT_ONCE])
    return SyncJob.objects.filter(pk__in=ids).delete()[0] if ids else 0
