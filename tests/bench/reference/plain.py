"""A plain Django project: one view, one ORM insert, no middleware, connections kept. WSGI."""

from __future__ import annotations

import hashlib
import hmac
import os

import environ
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

SECRET = os.environ["BENCH_SECRET"].encode()

settings.configure(
    ROOT_URLCONF=__name__,
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": {**environ.Env.db_url_config(os.environ["DATABASE_URL"]), "CONN_MAX_AGE": None}},
    INSTALLED_APPS=[],
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
application = get_wsgi_application()

from django.utils import timezone  # noqa: E402  settings first


class Delivery(models.Model):  # noqa: DJ008  nobody looks at it
    received_at = models.DateTimeField()
    body = models.BinaryField()
    status = models.CharField(max_length=9, default="received")
    due_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    processed_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, default="", blank=True)

    class Meta:
        app_label = "bench"
        db_table = "bench_plain"


@csrf_exempt
def webhook(request: HttpRequest) -> HttpResponse:
    expected = "sha256=" + hmac.new(SECRET, request.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get("X-Hub-Signature-256", "")):
        return HttpResponse(status=401)
    now = timezone.now()
    Delivery.objects.create(  # type: ignore[attr-defined]  # configured here, not in the settings mypy reads
        body=request.body, received_at=now, due_at=now
    )
    return HttpResponse(b"ok", content_type="text/plain")


urlpatterns = [path("webhooks/whatsapp/", webhook)]
