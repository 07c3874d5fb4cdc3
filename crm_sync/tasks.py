"""Doorbells of crm_sync."""

from __future__ import annotations

from celery import shared_task

from conversations.heartbeat import periodic
from crm_sync import actions
from crm_sync.engine.claim import anything_due, give_back_lapsed
from crm_sync.engine.deliver import drain as drain_jobs


@shared_task(name="crm_sync.drain")
def drain() -> int:
    """Somebody wrote jobs."""
    return drain_jobs()


@shared_task(name="crm_sync.sweep")
def sweep() -> None:
    """Every 5 s: what a lost ring, a dead worker or a waiting time left behind."""
    _sweep()


@periodic("crm_sync.sweep")
def _sweep() -> None:
    give_back_lapsed()
    actions.forget_sent()
    if anything_due():
        drain_jobs()
