"""Raises an alarm when something has been waiting too long, and clears it when it is over (O9, D27)."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection

from conversations import clock
from conversations.actions import alarms
from conversations.models import Alarm, Channel, Delivery, Message

LATE = timedelta(seconds=30)  # O9
LONG_TRANSACTION = timedelta(minutes=1)  # D27: it holds every reader of the journal back


def watch() -> int:
    """Returns how many alarms stand."""
    machine, business = clock.machine_now(), clock.now()
    deliveries = Delivery.objects.filter(status=Delivery.Status.RECEIVED, received_at__lt=machine - LATE)
    pipeline = Message.objects.waiting_for_pipeline(machine - LATE)
    outbox = (
        Message.objects.sendable(business=business - LATE, machine=machine - LATE)
        .filter(channel__kind=Channel.Kind.WHATSAPP)
        .exclude(channel__status=Channel.Status.STOPPED)  # has an alarm of its own
    )
    standing = 0
    standing += _alarm("deliveries", "delivery_not_processed", deliveries.exists())
    standing += _alarm("pipeline", "message_not_routed", pipeline.exists())
    standing += _alarm("outbox", "message_not_sent", outbox.exists())
    clear_ended_warnings()
    standing += _alarm("transactions", "long_transaction", _has_long_transaction())
    return standing


def clear_ended_warnings() -> int:
    """A restriction that Meta set an end to ends by itself."""
    open_ones = Alarm.objects.filter(code="account_warning", cleared_at__isnull=True)
    now = clock.now().timestamp()
    over = [row for row in open_ones if 0 < ((row.data.get("told") or {}).get("until") or 0) <= now]
    return sum(alarms.clear_alarm(key=row.key) for row in over)


def _alarm(key: str, code: str, is_late: bool) -> int:
    if is_late:
        alarms.raise_alarm(key=key, code=code)
    else:
        alarms.clear_alarm(key=key)
    return int(is_late)


def _has_long_transaction() -> bool:
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE backend_xid IS NOT NULL "
            "AND xact_start < clock_timestamp() - make_interval(secs => %s))",
            [LONG_TRANSACTION.total_seconds()],
        )
        return bool(cursor.fetchone()[0])
