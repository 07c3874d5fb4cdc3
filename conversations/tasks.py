"""Doorbells of floor 1: fetch, one call, retry policy. No rules here."""

from __future__ import annotations

from celery import shared_task

from conversations import heartbeat, housekeeping, sweeps, wake, watchdog
from conversations.actions import budgets, catalogue, channel_health, costs
from conversations.ingest import media, process, run
from conversations.journal import readers
from conversations.outbox import deliver, signals
from conversations.outbox.caps import batches
from conversations.pace import GATHER
from conversations.templates import sync


@shared_task(name="conversations.process_deliveries")
def process_deliveries() -> int:
    wake.answered(wake.Bell.INGEST)
    return process.drain(gather=GATHER)


@shared_task(name="conversations.run_pipeline")
def run_pipeline() -> int:
    wake.answered(wake.Bell.PIPELINE)
    return run.run_due(gather=GATHER)


@shared_task(name="conversations.deliver_outbox")
def deliver_outbox() -> int:
    wake.answered(wake.Bell.DELIVER)
    return deliver.drain_outbox(gather=GATHER)


@shared_task(name="conversations.fetch_media")
def fetch_media() -> int:
    wake.answered(wake.Bell.MEDIA)
    return media.fetch_due()


@shared_task(name="conversations.send_signals")
def send_signals() -> int:
    wake.answered(wake.Bell.SIGNALS)
    return signals.send_due()


@shared_task(name="conversations.read_journal")
def read_journal() -> int:
    wake.answered(wake.Bell.READERS)
    return readers.read_all()


@shared_task(name="conversations.sweep", expires=10)
@heartbeat.periodic("conversations.sweep")
def sweep() -> int:
    return sweeps.sweep()


@shared_task(name="conversations.watchdog", expires=30)
@heartbeat.periodic("conversations.watchdog")
def run_watchdog() -> int:
    return watchdog.watch()


@shared_task(name="conversations.check_windows", expires=60)
@heartbeat.periodic("conversations.check_windows")
def check_windows() -> int:
    return sweeps.check_windows()


@shared_task(name="conversations.check_channels", expires=60)
@heartbeat.periodic("conversations.check_channels")
def check_channels() -> int:
    return channel_health.check_due()


@shared_task(name="conversations.check_costs", expires=60)
@heartbeat.periodic("conversations.check_costs")
def check_costs() -> int:
    return costs.look_after() + budgets.check()


@shared_task(name="conversations.sync_products")
@heartbeat.periodic("conversations.sync_products")
def sync_products() -> int:
    return catalogue.sync_all()


@shared_task(name="conversations.look_ahead", expires=60)
@heartbeat.periodic("conversations.look_ahead")
def look_ahead() -> int:
    return batches.look_ahead()


@shared_task(name="conversations.housekeeping")
@heartbeat.periodic("conversations.housekeeping")
def keep_house() -> int:
    return housekeeping.keep_house()


@shared_task(name="conversations.sync_templates", expires=600)
@heartbeat.periodic("conversations.sync_templates")
def sync_templates() -> int:
    wake.answered(wake.Bell.TEMPLATES)
    return sync.sync_due()
