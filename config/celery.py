"""Celery: doorbells only. The rows are the truth; a lost message here costs at most one beat (D23)."""

from __future__ import annotations

import gc
import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init, worker_ready
from kombu.transport.redis import Channel

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")

app = Celery("sportello")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# A worker whose Redis has gone would try to put the bells in its hands back, and end of that. The sweep rings again anyway.
Channel.do_restore = False


@worker_init.connect
@beat_init.connect
def refuse(**_: Any) -> None:
    from config.refusal import refuse_if_unsafe  # noqa: PLC0415  Django is set up only now

    refuse_if_unsafe()


@worker_ready.connect
def leave_code_alone(**_: Any) -> None:
    """What is loaded by now stays until the end: looking through all of it for garbage stops a worker for a third of a second."""
    gc.collect()
    gc.freeze()


@worker_ready.connect
def sweep_at_once(**_: Any) -> None:
    """What came while no worker ran does not wait for the next beat; and /readyz learns at once that one works."""
    app.send_task("conversations.sweep")
