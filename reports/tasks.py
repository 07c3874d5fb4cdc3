"""Doorbells of reports."""

from __future__ import annotations

from celery import shared_task

from conversations.actor import Actor
from conversations.heartbeat import periodic
from reports.actions import build_due


@shared_task(name="reports.weekly_round")
def weekly_round() -> None:
    """Every five minutes: build what has become due."""
    _round()


@periodic("reports.weekly_round")
def _round() -> None:
    build_due(by=Actor.system("timetable"))
