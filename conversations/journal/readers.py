"""Reading the journal forward: each reader once per event at least, in batches, never past an uncommitted one (D27)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.module_loading import import_string

from conversations import clock, wake
from conversations.models.event import Bookmark, Event, ParkedEvent
from conversations.problem_text import say

logger = logging.getLogger("sportello.journal")

Reader = Callable[[list[Event]], None]
BATCH = 500


def readers() -> dict[str, str]:
    """Bookmark name -> dotted path, from the page that settings.JOURNAL_READERS names."""
    found: dict[str, str] = import_string(settings.JOURNAL_READERS)
    return found


def read_all() -> int:
    """Let every reader read until nothing is left. Returns how many events were handed out."""
    total = 0
    _make_bookmarks()
    for name, path in readers().items():
        read = import_string(path)
        count = BATCH
        while count == BATCH:
            count = read_batch(name, read)
            total += count
    if is_held_back():
        wake.ring(wake.Bell.READERS)
    return total


def _make_bookmarks() -> None:
    """A reader new on the page begins with the first event there is."""
    made = set(Bookmark.objects.values_list("reader", flat=True))
    missing = [Bookmark(reader=name) for name in readers() if name not in made]
    if missing:
        Bookmark.objects.bulk_create(missing, ignore_conflicts=True)


def is_held_back() -> bool:
    """Events younger than a transaction still running were left for the next ring: do not wait for the sweep."""
    if connection.vendor != "postgresql":
        return False
    first = Bookmark.objects.filter(reader__in=readers()).aggregate(models.Min("transaction"))["transaction__min"]
    return first is not None and Event.objects.filter(transaction__gt=first).exists()


def read_batch(name: str, read: Reader, *, limit: int = BATCH) -> int:
    """Hand the next events to one reader and move its bookmark, in one transaction. 0: nothing new, or another worker is at it."""
    with transaction.atomic():
        bookmark = (
            Bookmark.objects.select_for_update(skip_locked=connection.features.has_select_for_update_skip_locked)
            .filter(reader=name)
            .first()
        )
        if bookmark is None:
            return 0
        events = list(_after(bookmark)[:limit])
        if not events:
            return 0
        try:
            with transaction.atomic():
                read(events)
        except Exception:
            logger.exception("reader.batch_failed", extra={"reader": name})
            _one_by_one(name, read, events)
        bookmark.transaction, bookmark.event_id = events[-1].transaction, events[-1].pk
        bookmark.read_at = clock.machine_now()
        bookmark.save(update_fields=["transaction", "event_id", "read_at"])
        return len(events)


def _after(bookmark: Bookmark) -> models.QuerySet[Event]:
    """What this reader has not seen and may see: on PostgreSQL only transactions below every one still running, so that
    an event that commits late is never skipped. SQLite has one writer: the id is enough."""
    if connection.vendor != "postgresql":
        return Event.objects.filter(id__gt=bookmark.event_id).order_by("id")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        horizon = cursor.fetchone()[0]
    newer = models.Q(transaction=bookmark.transaction, id__gt=bookmark.event_id) | models.Q(
        transaction__gt=bookmark.transaction
    )
    return Event.objects.filter(newer, transaction__gte=bookmark.transaction, transaction__lt=horizon).order_by(
        "transaction", "id"
    )


def _one_by_one(name: str, read: Reader, events: list[Event]) -> None:
    for event in events:
        try:
            with transaction.atomic():
                read([event])
        except Exception as problem:
            logger.exception("reader.event_parked", extra={"reader": name, "event_id": event.pk})
            ParkedEvent.objects.get_or_create(
                reader=name,
                event=event,
                defaults={"problem": say(problem)[:500], "parked_at": clock.machine_now()},
            )


def replay(parked: ParkedEvent) -> None:
    """Have a parked event read again; it stays parked, with the new problem, when it fails again."""
    read = import_string(readers()[parked.reader])
    try:
        with transaction.atomic():
            read([parked.event])
            parked.delete()
    except Exception as problem:
        ParkedEvent.objects.filter(pk=parked.pk).update(problem=say(problem)[:500])
        raise
