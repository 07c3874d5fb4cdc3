"""Beat's scheduler: django-celery-beat's, with our entries, and a lock so that a second beat only waits (D23)."""

from __future__ import annotations

import logging
from typing import Any

from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from config.schedule import ENTRIES, Entry
from conversations import heartbeat

logger = logging.getLogger("sportello.beat")


# What would keep a job from running at its time, as it is when nobody has touched it.
UNTOUCHED: dict[str, Any] = {
    "enabled": True,
    "one_off": False,
    "args": "[]",
    "kwargs": "{}",
    "headers": "{}",
    "solar": None,
    "clocked": None,
    "start_time": None,
    "expires": None,
    "expire_seconds": None,
    "queue": None,
    "exchange": None,
    "routing_key": None,
}


def sync_entries() -> int:
    """Create the entries that are not there yet, and put right those that are not staff's to change; never touch the
    others. Returns how many were created."""
    created = 0
    for entry in ENTRIES:
        known = PeriodicTask.objects.filter(name=entry.name).exists()
        if known and entry.staff_may_change:
            continue
        PeriodicTask.objects.update_or_create(name=entry.name, defaults={**UNTOUCHED, **_as_written(entry)})
        created += not known
    return created


def _as_written(entry: Entry) -> dict[str, Any]:
    """Its task and its timetable, as in config/schedule.py."""
    crontab = interval = None
    if entry.cron:
        minute, hour, day_of_week = entry.cron
        crontab, _ = CrontabSchedule.objects.get_or_create(
            minute=minute, hour=hour, day_of_week=day_of_week, day_of_month="*", month_of_year="*", timezone=entry.zone
        )
    else:
        interval, _ = IntervalSchedule.objects.get_or_create(every=int(entry.every), period=IntervalSchedule.SECONDS)
    return {"task": entry.task, "crontab": crontab, "interval": interval}


class DeskScheduler(DatabaseScheduler):
    """Only the beat that holds the lease sends anything; another takes over within 15 s of its death."""

    def setup_schedule(self) -> None:
        sync_entries()
        super().setup_schedule()

    def close(self) -> None:
        heartbeat.let_beat_go()
        super().close()

    def tick(self, *args: Any, **kwargs: Any) -> float:
        if not heartbeat.hold_beat():
            return 5.0
        return float(super().tick(*args, **kwargs))
