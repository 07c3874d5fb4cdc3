"""Jobs that are not staff's to change: read-only in admin, and put right whenever beat starts (D23)."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from config.beat import sync_entries
from conversations.access.roles import sync_roles
from tests import makers

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    sync_roles()
    sync_entries()
    signed_in = Client()
    signed_in.force_login(makers.make_person("elena", "Administrator"))
    return signed_in


def job(name: str) -> PeriodicTask:
    return PeriodicTask.objects.select_related("interval").get(name=name)


def page(row: PeriodicTask | IntervalSchedule, which: str = "change") -> str:
    return reverse(f"admin:django_celery_beat_{row._meta.model_name}_{which}", args=[row.pk])


def test_what_was_changed_is_put_right_at_start(client: Client) -> None:
    watchdog = job("Watchdog")
    slow = IntervalSchedule.objects.create(every=9, period=IntervalSchedule.DAYS)
    PeriodicTask.objects.filter(pk=watchdog.pk).update(
        enabled=False, one_off=True, interval=slow, queue="nobody", kwargs='{"x": 1}', task="conversations.nothing"
    )
    assert sync_entries() == 0
    watchdog.refresh_from_db()
    assert (watchdog.enabled, watchdog.one_off, watchdog.queue, watchdog.kwargs) == (True, False, None, "{}")
    assert (watchdog.task, watchdog.interval.every) == ("conversations.watchdog", 15)


def test_what_is_staff_s_stays(client: Client) -> None:
    PeriodicTask.objects.filter(name="Housekeeping").update(enabled=False)
    PeriodicTask.objects.filter(name="Sweep of due work").delete()
    assert sync_entries() == 1
    assert not job("Housekeeping").enabled


def test_admin_changes_only_what_is_staff_s(client: Client) -> None:
    fixed, free = job("Watchdog"), job("Housekeeping")
    for row in (fixed, free):
        assert client.get(page(row)).status_code == 200
    assert 'name="_save"' not in client.get(page(fixed)).content.decode()
    assert 'name="_save"' in client.get(page(free)).content.decode()
    assert client.post(page(fixed), {"name": "Watchdog"}).status_code == 403
    assert client.post(page(fixed, "delete"), {"post": "yes"}).status_code == 403
    assert client.get(reverse("admin:django_celery_beat_periodictask_add")).status_code == 200


def test_not_by_the_list_s_actions_nor_by_its_interval(client: Client) -> None:
    fixed = job("Watchdog")
    listed = reverse("admin:django_celery_beat_periodictask_changelist")
    assert client.get(listed).status_code == 200
    for action in ("disable_tasks", "toggle_tasks", "delete_selected"):
        client.post(listed, {"action": action, "_selected_action": [fixed.pk], "post": "yes"})
    assert fixed.interval is not None
    assert client.post(page(fixed.interval), {"every": 900, "period": "days"}).status_code == 403
    client.post(page(fixed.interval, "delete"), {"post": "yes"})
    fixed = job("Watchdog")
    assert fixed.enabled
    assert fixed.interval.every == 15
