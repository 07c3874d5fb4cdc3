"""Writing down what came of calls: the job's state, the connection's health (S10)."""

from __future__ import annotations

import logging
from collections import defaultdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from conversations import clock
from crm_sync.connectors.contract import Answer, Outcome
from crm_sync.engine import schedule
from crm_sync.engine.claim import LEASE
from crm_sync.models import Connection, ConnectionHealth, SyncJob

logger = logging.getLogger("sportello.crm")

Done = list[tuple[SyncJob, Outcome]]


@transaction.atomic
def record(done: Done) -> None:
    """Write down what came of some calls. Changes no job whose lease lapsed and that another worker has now."""
    by_connection: dict[int, Done] = defaultdict(list)
    for job, outcome in done:
        by_connection[job.connection_id].append((job, outcome))
    locked = ConnectionHealth.objects.select_for_update().filter(connection__in=by_connection).order_by("connection_id")
    for health in locked:  # one that is missing was deleted meanwhile, and its jobs with it
        _record(health, by_connection[health.connection_id])


def _record(health: ConnectionHealth, done: Done) -> None:
    """Of one connection, whose health's row is locked. One statement for all that were taken."""
    now = clock.machine_now()
    was_resting = health.failures >= schedule.RESTS_AFTER
    taken: dict[UUID | None, list[int]] = defaultdict(list)
    statuses: set[int | None] = set()
    for job, outcome in done:
        if outcome.answer == Answer.TAKEN:
            taken[job.claim].append(job.pk)
            statuses.add(outcome.http_status)
        else:
            _settle(job, outcome, health)
        _note(health, outcome, began=(job.lease_until or now) - LEASE)
    health.save(update_fields=["state", "failures", "paused_until", "last_success_at", "last_error", "last_error_at"])
    for token, ids in taken.items():
        SyncJob.objects.filter(pk__in=ids, claim=token, status=SyncJob.Status.SENDING).update(
            status=SyncJob.Status.SENT,
            sent_at=now,
            claim=None,
            lease_until=None,
            http_status=max(status or 0 for status in statuses),
            problem="",
        )
    if taken and was_resting:  # it is back: what waited because of it goes now
        waiting = SyncJob.objects.filter(connection=health.connection_id, status=SyncJob.Status.PENDING, due_at__gt=now)
        waiting.update(due_at=now)


def _settle(job: SyncJob, outcome: Outcome, health: ConnectionHealth) -> None:
    """A call that failed: the job goes again later, or is given up."""
    now = clock.machine_now()
    mine = SyncJob.objects.filter(pk=job.pk, claim=job.claim, status=SyncJob.Status.SENDING)
    # While nobody is reachable a try does not count: a week's outage makes no dead letters (S10).
    unreachable = outcome.answer == Answer.UNREACHABLE
    resting = health.failures >= schedule.RESTS_AFTER
    refusals = job.refusals + int(outcome.answer == Answer.REFUSED or (unreachable and not resting))
    again = schedule.delay(refusals)
    if again and unreachable:
        again = schedule.soon(max(health.failures + 1, refusals))
    dead = outcome.answer == Answer.HOPELESS or (again is None and outcome.answer != Answer.GONE)
    mine.update(
        status=SyncJob.Status.DEAD if dead else SyncJob.Status.PENDING,
        refusals=refusals,
        due_at=now + max(again or timedelta(), outcome.wait or timedelta()),
        claim=None,
        lease_until=None,
        http_status=outcome.http_status,
        problem=outcome.problem[:400],
    )
    if dead:
        codes = {"job": job.pk, "connection": job.connection_id, "status": outcome.http_status}
        logger.warning("crm.dead_letter", extra=codes)
    if outcome.answer == Answer.GONE:
        _switch_off(job.connection_id)


def _note(health: ConnectionHealth, outcome: Outcome, *, began: datetime) -> None:
    """What one call says of the connection; not saved. A refusal says that somebody is there (facts 7.7). Calls that were under
    way together count as one failure."""
    now = clock.machine_now()
    if outcome.answer == Answer.TAKEN:
        health.state, health.failures, health.paused_until = ConnectionHealth.State.WORKING, 0, None
        health.last_success_at = now
        return
    known = health.failures > 0 and health.last_error_at is not None and began < health.last_error_at
    health.last_error, health.last_error_at = outcome.problem[:400], now
    if outcome.answer == Answer.GONE:
        health.state = ConnectionHealth.State.STOPPED
        return
    if outcome.answer == Answer.UNREACHABLE:
        health.failures += 0 if known else 1
    else:
        health.failures = 0
    rest = schedule.rest(health.failures)
    health.state = ConnectionHealth.State.RESTING if rest else ConnectionHealth.State.STRUGGLING
    pause = max(filter(None, [rest, outcome.wait]), default=None)
    health.paused_until = now + pause if pause else None


def _switch_off(connection_id: int) -> None:
    """The receiver wants no more (410): its jobs stay, and go when somebody switches the connection on again."""
    connection = Connection.objects.get(pk=connection_id)
    if connection.is_active:
        connection.is_active = False
        connection._change_reason = "410 Gone"  # type: ignore[attr-defined]  # simple-history reads it
        connection.save(update_fields=["is_active"])
