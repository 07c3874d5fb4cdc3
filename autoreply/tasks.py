"""Doorbells of automatic replies."""

from __future__ import annotations

from celery import shared_task

from autoreply import rounds
from conversations.heartbeat import periodic


@shared_task(name="autoreply.after_hours_round")
@periodic("autoreply.after_hours_round")
def after_hours_round() -> int:
    return rounds.after_hours_round()
