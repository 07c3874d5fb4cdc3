"""/healthz (alive), /readyz (can do its work), /metrics (guarded) (O3)."""

from __future__ import annotations

import hmac
import shutil
from collections.abc import Callable
from datetime import timedelta

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from conversations import heartbeat
from conversations.models import Alarm, Attachment, Delivery, Message, MessageStatus

BEAT_SILENT = timedelta(seconds=60)
WORKER_SILENT = timedelta(seconds=60)
LEAST_DISK = 200 * 1024 * 1024


def healthz(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"status": "ok"})


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(plan)} migrations are missing" if plan else ""


def _broker() -> str:
    if not settings.REDIS_URL:
        return ""
    redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2).ping()
    return ""


def _alive(name: str, silent: timedelta) -> str:
    age = heartbeat.age(name)
    if age is None:
        return "never seen"
    return "" if age < silent else f"silent for {int(age.total_seconds())} s"


def _disk() -> str:
    settings.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(settings.MEDIA_ROOT).free
    return "" if free > LEAST_DISK else f"{free // 1024 // 1024} MB free"


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "beat": lambda: _alive("beat", BEAT_SILENT),
    "worker": lambda: _alive("conversations.sweep", WORKER_SILENT),
    "disk": _disk,
}


def readyz(request: HttpRequest) -> HttpResponse:
    """200 when every part works, else 503; each part says "ok" or what is wrong, without secrets."""
    parts: dict[str, str] = {}
    for name, check in CHECKS.items():
        try:
            parts[name] = check() or "ok"
        except Exception as problem:
            parts[name] = type(problem).__name__
    ready = all(value == "ok" for value in parts.values())
    answer = JsonResponse({"status": "ready" if ready else "not ready", "parts": parts}, status=200 if ready else 503)
    answer._has_been_logged = True  # type: ignore[attr-defined]  # a 503 here is an answer, not an error of ours
    return answer


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text: backlogs and alarms. `Authorization: Bearer SPORTELLO_METRICS_TOKEN`; 404 while no token is set."""
    if not settings.METRICS_TOKEN:
        return HttpResponse(status=404)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    if not hmac.compare_digest(given, settings.METRICS_TOKEN.encode()):
        return HttpResponse(status=401)
    figures = {
        "sportello_deliveries_received": Delivery.objects.filter(status=Delivery.Status.RECEIVED).count(),
        "sportello_deliveries_parked": Delivery.objects.filter(status=Delivery.Status.PARKED).count(),
        "sportello_messages_queued": Message.objects.filter(status=MessageStatus.QUEUED).count(),
        "sportello_messages_unconfirmed": Message.objects.filter(status=MessageStatus.UNCONFIRMED).count(),
        "sportello_pipeline_waiting": Message.objects.filter(step_due_at__isnull=False).count(),
        "sportello_attachments_pending": Attachment.objects.filter(status=Attachment.Status.PENDING).count(),
        "sportello_alarms_open": Alarm.objects.filter(cleared_at__isnull=True).count(),
    }
    lines = [f"# TYPE {name} gauge\n{name} {value}" for name, value in figures.items()]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4")
