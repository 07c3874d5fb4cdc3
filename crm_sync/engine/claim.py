"""Taking jobs: in order per contact, by conditional update, with a lease (ARCHITECTURE law 2)."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import timedelta

from django.db import connection as database
from django.db import transaction
from django.db.models import F

from conversations import clock
from crm_sync.models import Connection, ConnectionHealth, SyncJob

LEASE = timedelta(seconds=90)  # longer than a call may take (connectors' time limits): a lapsed one has lost its worker
EACH = 4  # calls at once to one connection; one while it is struggling


def claim(*, limit: int, flying: Counter[int]) -> list[SyncJob]:
    """Take up to `limit` jobs that may go now. `flying`: how many of each connection this worker has under way.

    Two workers that look at the same moment cannot take the same job, nor one overtake the other within a contact: a contact's next job
    is no head before the one in front of it is recorded.
    """
    now = clock.machine_now()
    taken: list[SyncJob] = []
    for connection in _awake():
        room = min(limit - len(taken), _width(connection) - flying[connection.pk])
        if room <= 0:
            continue
        with transaction.atomic():
            heads = SyncJob.objects.filter(connection=connection).due(now)
            if database.features.has_select_for_update_skip_locked:
                heads = heads.select_for_update(skip_locked=True, of=("self",))
            ids = list(heads.values_list("pk", flat=True)[:room])
            if not ids:
                continue
            token = uuid.uuid4()
            claimed = SyncJob.objects.filter(pk__in=ids, status=SyncJob.Status.PENDING).update(
                status=SyncJob.Status.SENDING, claim=token, lease_until=now + LEASE, tries=F("tries") + 1
            )
        if claimed:
            jobs = list(SyncJob.objects.filter(pk__in=ids, claim=token).order_by("id"))
            for job in jobs:
                job.connection = connection
            taken += jobs
    return taken


def give_back_lapsed() -> int:
    """Jobs whose worker died between the call and its record go again, with the same webhook id: at least once (S10)."""
    now = clock.machine_now()
    return SyncJob.objects.lapsed(now).update(status=SyncJob.Status.PENDING, claim=None, lease_until=None, due_at=now)


def anything_due() -> bool:
    now = clock.machine_now()
    return SyncJob.objects.filter(status=SyncJob.Status.PENDING, due_at__lte=now, connection__is_active=True).exists()


def _awake() -> list[Connection]:
    """Active connections that are not resting, with their health."""
    now = clock.machine_now()
    rows = list(Connection.objects.active().select_related("health"))
    for row in rows:
        if not hasattr(row, "health"):
            row.health = ConnectionHealth.objects.get_or_create(connection=row)[0]
    return [row for row in rows if not row.health.rests(now)]


def _width(connection: Connection) -> int:
    """A connection that did not answer last time is asked one thing at a time."""
    return 1 if connection.health.failures else EACH
