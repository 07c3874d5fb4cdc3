"""Taking jobs: in order per contact, by conditional update, with a lease (ARCHITECTURE law 2)."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import datetime, timedelta

from django.db.models import F

from conversations import clock
from crm_sync.models import Connection, ConnectionHealth, SyncJob

LEASE = timedelta(seconds=90)  # longer than a call may take (connectors' time limits): a lapsed one has lost its worker
PAGE = 500  # rows looked at in one go
EACH = 8  # calls at once to one connection; one while it is struggling


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
        ids = _heads(connection, now)[:room]
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


def _heads(connection: Connection, now: datetime) -> list[int]:
    """Jobs that are due and have no earlier unfinished one of the same contact, oldest first; a handful at least if there are.

    Walks the unfinished ones by number: what the database would join, and with fresh statistics only, is one look at each row here.
    """
    found: list[int] = []
    seen: set[str] = set()
    last = 0
    while len(found) < EACH:
        page = list(
            SyncJob.objects.unfinished()
            .filter(connection=connection, id__gt=last)
            .order_by("id")
            .values_list("id", "order_key", "status", "due_at")[:PAGE]
        )
        for last, key, status, due_at in page:
            if key not in seen and status == SyncJob.Status.PENDING and due_at <= now:
                found.append(last)
            seen.add(key)
        if len(page) < PAGE:
            break
    return found


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
