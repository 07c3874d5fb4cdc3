"""Sending what is due: calls in parallel outside any transaction, each recorded as it ends (ARCHITECTURE law 3)."""

from __future__ import annotations

import logging
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

from django.db import transaction

from conversations import clock
from crm_sync import registry
from crm_sync.connectors.contract import Answer, Connector, Outcome, Parcel
from crm_sync.engine import schedule
from crm_sync.engine.claim import claim
from crm_sync.models import Connection, ConnectionHealth, SyncJob

logger = logging.getLogger("sportello.crm")

PARALLEL = 8
FORMER_SECRET_SIGNS = timedelta(hours=24)


def drain(*, limit: int = 5000) -> int:
    """Send jobs until none is due, or `limit` were sent. Returns how many calls were made. Several workers may do this at once."""
    connectors: dict[str, Connector] = {}
    flying: dict[Future[Outcome], SyncJob] = {}
    made = 0
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="crm") as pool:
        while True:
            if (room := min(PARALLEL - len(flying), limit - made)) > 0:
                for job in claim(limit=room, flying=Counter(job.connection_id for job in flying.values())):
                    kind = job.connection.kind
                    if kind not in connectors:
                        connectors[kind] = registry.connector(kind)
                    flying[pool.submit(connectors[kind].deliver, parcel(job), at=clock.machine_now())] = job
                    made += 1
            if not flying:
                return made
            for done in wait(flying, return_when=FIRST_COMPLETED).done:
                record(flying.pop(done), done.result())


def parcel(job: SyncJob) -> Parcel:
    return Parcel(url=job.connection.url, secrets=secrets_of(job.connection), webhook_id=job.message_id, body=job.body)


def secrets_of(connection: Connection) -> tuple[str, ...]:
    """The secret, and the one before it for a day after a change, so that the receiver can change in peace."""
    current = str(connection.secret)
    fresh = connection.secret_set_at and clock.machine_now() - connection.secret_set_at < FORMER_SECRET_SIGNS
    if fresh and connection.former_secret:
        return current, str(connection.former_secret)
    return (current,)


@transaction.atomic
def record(job: SyncJob, outcome: Outcome) -> None:
    """Write down what came of a call. Changes nothing when the lease lapsed and another worker has the job now."""
    now = clock.machine_now()
    health = ConnectionHealth.objects.select_for_update().filter(connection=job.connection_id).first()
    if health is None:  # the connection was deleted meanwhile, and its jobs with it
        return
    was_resting = health.failures >= schedule.RESTS_AFTER
    _note(health, outcome)
    mine = SyncJob.objects.filter(pk=job.pk, claim=job.claim, status=SyncJob.Status.SENDING)
    settled = {"claim": None, "lease_until": None, "http_status": outcome.http_status, "problem": outcome.problem[:400]}
    if outcome.answer == Answer.TAKEN:
        mine.update(status=SyncJob.Status.SENT, sent_at=now, **settled)
        if was_resting:  # it is back: what waited because of it goes now
            SyncJob.objects.filter(connection=job.connection_id, status=SyncJob.Status.PENDING, due_at__gt=now).update(
                due_at=now
            )
        return
    # While nobody is reachable a try does not count: a week's outage makes no dead letters (S10).
    counts = outcome.answer == Answer.REFUSED or (outcome.answer == Answer.UNREACHABLE and not was_resting)
    refusals = job.refusals + int(counts)
    again = schedule.delay(refusals)
    if outcome.answer == Answer.HOPELESS or (again is None and outcome.answer != Answer.GONE):
        mine.update(status=SyncJob.Status.DEAD, refusals=refusals, **settled)
        logger.warning(
            "crm.dead_letter", extra={"job": job.pk, "connection": job.connection_id, "status": outcome.http_status}
        )
        return
    due = now + max(again or timedelta(), outcome.wait or timedelta())
    mine.update(status=SyncJob.Status.PENDING, refusals=refusals, due_at=due, **settled)
    if outcome.answer == Answer.GONE:
        _switch_off(job.connection_id)


def _note(health: ConnectionHealth, outcome: Outcome) -> None:
    """Keep the connection's health; its row must be locked. Refusals of one job say nothing about the connection's reach (7.7)."""
    now = clock.machine_now()
    changed = ["state", "failures", "paused_until"]
    if outcome.answer == Answer.TAKEN:
        health.state, health.failures, health.paused_until = ConnectionHealth.State.WORKING, 0, None
        health.last_success_at = now
        changed += ["last_success_at"]
    else:
        health.last_error, health.last_error_at = outcome.problem[:400], now
        changed += ["last_error", "last_error_at"]
        if outcome.answer == Answer.GONE:
            health.state = ConnectionHealth.State.STOPPED
        elif outcome.answer == Answer.UNREACHABLE:
            health.failures += 1
            rest = schedule.rest(health.failures)
            health.state = ConnectionHealth.State.RESTING if rest else ConnectionHealth.State.STRUGGLING
            if pause := max(filter(None, [rest, outcome.wait]), default=None):
                health.paused_until = now + pause
        else:
            health.state, health.failures, health.paused_until = ConnectionHealth.State.STRUGGLING, 0, None
            if outcome.wait:
                health.paused_until = now + outcome.wait
    health.save(update_fields=changed)


def _switch_off(connection_id: int) -> None:
    """The receiver wants no more (410): its jobs stay, and go when somebody switches the connection on again."""
    connection = Connection.objects.get(pk=connection_id)
    if connection.is_active:
        connection.is_active = False
        connection._change_reason = "410 Gone"  # type: ignore[attr-defined]  # simple-history reads it
        connection.save(update_fields=["is_active"])
