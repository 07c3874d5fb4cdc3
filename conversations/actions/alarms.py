"""Alarms: one open row per key (O9)."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction

from conversations import clock
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Alarm

logger = logging.getLogger("sportello.alarm")
WATCH = Actor.system("watchdog")


@transaction.atomic
def raise_alarm(*, key: str, code: str, **data: Any) -> bool:
    """True when it is new; an open one of this key stays as it is."""
    _row, created = Alarm.objects.get_or_create(
        key=key, cleared_at=None, defaults={"code": code, "data": data, "raised_at": clock.machine_now()}
    )
    if created:
        logger.error("alarm.raised", extra={"key": key, "code": code})
        record(Kind.ALARM_RAISED, by=WATCH, code=code, key=key)
    return created


@transaction.atomic
def clear_alarm(*, key: str, by: Actor = WATCH) -> bool:
    cleared = Alarm.objects.filter(key=key, cleared_at__isnull=True).update(cleared_at=clock.machine_now())
    if cleared:
        record(Kind.ALARM_CLEARED, by=by, key=key)
    return bool(cleared)
