"""From raw deliveries to rows: claim a batch, parse, store, journal, in one transaction (C11–C13).

One lane: at most one worker processes at a time (an advisory lock that dies with its transaction; SQLite's single writer), so that
a customer's messages are stored in the order in which they came, and nothing is ever half done.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import timedelta

from django.db import connection, transaction
from django.db.models.functions import Length
from django.utils.translation import gettext as _

from conversations import clock, wake
from conversations.actor import Actor
from conversations.ingest.batch import Batch, addressed
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Delivery
from conversations.outbox import receipts
from conversations.pace import keep_at_it
from conversations.problem_text import say
from conversations.whatsapp import json_text
from conversations.whatsapp.parser import NotAWebhook, parse
from conversations.whatsapp.payloads import Parsed

logger = logging.getLogger("sportello.ingest")

BUSY = -1
BATCH = 100  # deliveries
BATCH_BYTES = 8 * 1024 * 1024
TRIES = 8
LANE = "sportello.ingest"
INGEST = Actor.system("ingest")


class Unstorable(Exception):
    """Never to be processed as it is: parked at once, with the sentence staff read."""


def drain(*, gather: float = 0) -> int:
    """Process until nothing is due, with `gather` seconds between two rounds. Returns the number of deliveries looked at.

    A worker that finds the lane taken leaves: the holder looks once more after letting go, so nothing is left lying.
    """
    return keep_at_it(_round, wake.Bell.INGEST, gather=gather)


def _round() -> int:
    while Delivery.objects.due(clock.machine_now()).exists():
        count = process_batch()
        if count:
            return 0 if count == BUSY else count
    return 0


def process_batch(*, limit: int = BATCH) -> int:
    """The next deliveries, each wholly or not at all. BUSY while another worker is at it."""
    with transaction.atomic():
        if not _take_lane():
            return BUSY
        rows = _next(limit)
        if not rows:
            return 0
        try:
            with transaction.atomic():
                _store(rows)
        except Exception:
            if len(rows) > 1:
                logger.warning("ingest.batch_split", extra={"count": len(rows)}, exc_info=True)
            for row in rows:
                _store_alone(row)
    wake.ring(wake.Bell.PIPELINE)
    receipts.apply_early()
    return len(rows)


def _take_lane() -> bool:
    if connection.vendor != "postgresql":
        return True  # BEGIN IMMEDIATE: we are the only writer
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext(%s))", [LANE])
        return bool(cursor.fetchone()[0])


def _next(limit: int) -> list[Delivery]:
    due = Delivery.objects.due(clock.machine_now()).order_by("id")
    chosen: list[int] = []
    size = 0
    for pk, length in due.annotate(length=Length("body")).values_list("pk", "length")[:limit]:
        size += length or 0
        if chosen and size > BATCH_BYTES:
            break
        chosen.append(pk)
    return list(Delivery.objects.filter(pk__in=chosen).order_by("id"))


def _store(rows: list[Delivery]) -> None:
    parsed: list[Parsed] = []
    unstorable: dict[int, str] = {}
    for row in rows:
        try:
            parsed += _read(row)
        except Unstorable as problem:
            unstorable[row.pk] = str(problem)
    batch = Batch(parsed)
    batch.write()
    now = clock.machine_now()
    unknown = batch.unknown_numbers
    for row in rows:
        if row.pk not in unstorable and unknown and (missing := _numbers(row) & unknown):
            unstorable[row.pk] = _("no channel with phone number id %s") % (
                ", ".join(sorted(missing)) or _("(none given)")
            )
    done = [row.pk for row in rows if row.pk not in unstorable]
    Delivery.objects.filter(pk__in=done).update(status=Delivery.Status.PROCESSED, processed_at=now, problem="")
    for row in rows:
        if row.pk in unstorable:
            _park(row, unstorable[row.pk])


def _store_alone(row: Delivery) -> None:
    try:
        with transaction.atomic():
            _store([row])
    except Exception as problem:
        logger.exception("ingest.delivery_failed", extra={"delivery": row.pk, "tries": row.tries + 1})
        row.tries += 1
        if row.tries >= TRIES:
            _park(row, say(problem))
            return
        row.due_at = clock.machine_now() + timedelta(seconds=2**row.tries)
        row.problem = say(problem)[:500]
        row.save(update_fields=["tries", "due_at", "problem"])


def _park(row: Delivery, problem: str) -> None:
    row.status, row.problem = Delivery.Status.PARKED, problem[:500]
    row.save(update_fields=["status", "problem", "tries"])
    record(Kind.DELIVERY_PARKED, by=INGEST, delivery=row.pk)
    logger.warning("ingest.parked", extra={"delivery": row.pk})


def _read(row: Delivery) -> Iterable[Parsed]:
    body = bytes(row.body)
    try:
        return list(parse(json_text.loads(body)))
    except (ValueError, RecursionError) as problem:
        kind = _("no WhatsApp webhook") if isinstance(problem, NotAWebhook) else _("no JSON")
        raise Unstorable(f"{kind}: {str(problem)[:200]}") from problem


def _numbers(row: Delivery) -> set[str]:
    return addressed(_read(row))
