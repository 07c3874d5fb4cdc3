"""Beat's scheduler: django-celery-beat's, with our entries created once, and a lock so that a second beat only waits (D23)."""

from __future__ import annotations

import logging
from typing import Any

from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler

from config.schedule import ENTRIES
from conversations import heartbeat

logger = logging.getLogger("sportello.beat")


def sync_entries() -> int:
    """Create the entries that are not there yet; never touch one that is. Returns how many were created."""
    created = 0
    for entry in ENTRIES:
        if PeriodicTask.objects.filter(name=entry.name).exists():
            continue
        fields: dict[str, Any] = {"name": entry.name, "task": entry.task}
        if entry.cron:
            minute, hour, day_of_week = entry.cron
            fields["crontab"], _ = CrontabSchedule.objects.get_or_create(
                minute=minute,
                hour=hour,
                day_of_week=day_of_week,
                day_of_month="*",
                month_of_year="*",
                timezone=entry.zone,
            )
        else:
            fields["interval"], _ = IntervalSchedule.objects.get_or_create(
                every=int(entry.every), period=IntervalSchedule.SECONDS
            )
        PeriodicTask.objects.create(**fields)
        created += 1
    return created


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
