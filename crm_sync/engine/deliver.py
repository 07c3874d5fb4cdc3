"""Sending what is due: calls in parallel outside any transaction, each recorded as it ends (ARCHITECTURE law 3)."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta

from conversations import clock
from crm_sync import registry
from crm_sync.connectors.contract import Outcome, Parcel
from crm_sync.engine.claim import claim
from crm_sync.engine.record import record
from crm_sync.models import Connection, SyncJob

PARALLEL = 16
FORMER_SECRET_SIGNS = timedelta(hours=24)


def drain(*, limit: int = 5000) -> int:
    """Send jobs until none is due, or `limit` were sent. Returns how many calls were made. Several workers may do this at once."""
    connectors = {kind: registry.connector(kind) for kind in registry.CONNECTORS}
    flying: dict[Future[Outcome], SyncJob] = {}
    made = 0
    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="crm") as pool:
        while True:
            if len(flying) <= PARALLEL // 2 and made < limit:  # by handfuls: a claim costs more than a call
                room = min(PARALLEL - len(flying), limit - made)
                for job in claim(limit=room, flying=Counter(job.connection_id for job in flying.values())):
                    deliver = connectors[job.connection.kind].deliver
                    flying[pool.submit(deliver, parcel(job), at=clock.machine_now())] = job
                    made += 1
            if not flying:
                return made
            done = wait(flying, return_when=FIRST_COMPLETED).done
            record([(flying.pop(one), one.result()) for one in done])


def parcel(job: SyncJob) -> Parcel:
    return Parcel(url=job.connection.url, secrets=secrets_of(job.connection), webhook_id=job.message_id, body=job.body)


def secrets_of(connection: Connection) -> tuple[str, ...]:
    """The secret, and the one before it for a day after a change, so that the receiver can change in peace."""
    current = str(connection.secret)
    fresh = connection.secret_set_at and clock.machine_now() - connection.secret_set_at < FORMER_SECRET_SIGNS
    if fresh and connection.former_secret:
        return current, str(connection.former_secret)
    return (current,)
