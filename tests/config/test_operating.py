"""/healthz, /readyz, /metrics, the watchdog, and what beat finds in the database (O3, O9, D23)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django_celery_beat.models import PeriodicTask

from config.beat import sync_entries
from config.schedule import ENTRIES
from conversations import clock, heartbeat, watchdog
from conversations.models import Alarm, Delivery
from conversations.queries import home
from tests.makers import make_channel, make_conversation, make_outbound

pytestmark = pytest.mark.django_db


def test_ready_says_what_is_missing(client: Client) -> None:
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["worker"] == "never seen"
    for name in ("beat", "conversations.sweep"):
        heartbeat.beat(name)
    assert client.get("/readyz").json()["parts"]["worker"] == "ok"


def test_metrics_need_their_token(client: Client, settings: Any) -> None:
    assert client.get("/metrics").status_code == 404
    settings.METRICS_TOKEN = "secret-of-metrics"
    assert client.get("/metrics").status_code == 401
    answer = client.get("/metrics", headers={"Authorization": "Bearer secret-of-metrics"})
    assert "sportello_deliveries_received 0" in answer.content.decode()


def test_a_delivery_nobody_processes_raises_one_alarm_until_it_is_processed() -> None:
    old = clock.machine_now() - timedelta(seconds=31)
    delivery = Delivery.objects.create(body=b"{}", received_at=old, due_at=old)
    watchdog.watch()
    watchdog.watch()
    assert Alarm.objects.get(cleared_at__isnull=True).code == "delivery_not_processed"
    Delivery.objects.filter(pk=delivery.pk).update(status=Delivery.Status.PROCESSED)
    watchdog.watch()
    assert not Alarm.objects.filter(cleared_at__isnull=True).exists()


@pytest.mark.parametrize(("status", "alarms"), [("setup", 1), ("offline", 1), ("active", 1), ("stopped", 0)])
def test_what_waits_on_a_number_that_does_not_send_is_told(status: str, alarms: int) -> None:
    """A stopped number has an alarm of its own."""
    channel = make_channel(status=status)
    old = clock.now() - timedelta(seconds=31)
    make_outbound(make_conversation(channel), status="queued", wamid=None, not_before=old)
    watchdog.watch()
    assert Alarm.objects.filter(cleared_at__isnull=True, code="message_not_sent").count() == alarms
    told = [trouble for trouble in home.troubles() if "messages waiting there: 1" in trouble.words]
    assert len(told) == (1 if status in {"setup", "offline"} else 0)


def test_staff_keep_the_times_they_set() -> None:
    sync_entries()
    assert PeriodicTask.objects.filter(name__in=[entry.name for entry in ENTRIES]).count() == len(ENTRIES)
    task = PeriodicTask.objects.get(name="After-hours round")
    task.enabled = False
    task.save()
    sync_entries()
    assert not PeriodicTask.objects.get(name="After-hours round").enabled


def test_a_secret_that_no_key_opens_survives_a_save(settings: Any) -> None:
    channel = make_channel(app_secret="keep me")
    kept = settings.FIELD_KEYS
    settings.FIELD_KEYS = ["b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXItMTI="]
    channel.refresh_from_db()
    assert channel.app_secret == ""
    channel.save()
    settings.FIELD_KEYS = kept
    channel.refresh_from_db()
    assert channel.app_secret == "keep me"
