"""What beat does and when (D23), and which queue each task waits in (O9).

Entries are created once in the database; what staff change there is never overwritten. Sweeps of seconds are not staff's to change:
read-only in admin (config/admin.py) and put right at every start (config/beat.py).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """`every` in seconds, or `cron` as minute, hour, day of week (UTC) with `zone` for another zone."""

    name: str
    task: str
    every: float = 0
    cron: tuple[str, str, str] | None = None
    zone: str = "UTC"
    staff_may_change: bool = True


ENTRIES = [
    # name in admin, task, interval
    Entry("Sweep of due work", "conversations.sweep", every=5, staff_may_change=False),
    Entry("Watchdog", "conversations.watchdog", every=15, staff_may_change=False),
    Entry("Service windows", "conversations.check_windows", every=60),
    Entry("Health of channels", "conversations.check_channels", every=60),
    Entry("Costs and budgets", "conversations.check_costs", every=60),
    Entry("Products of catalogues", "conversations.sync_products", every=3600),
    Entry("Forecast of limits", "conversations.look_ahead", every=60),
    Entry("After-hours round", "autoreply.after_hours_round", every=60),
    Entry("CRM outbox sweep", "crm_sync.sweep", every=5, staff_may_change=False),
    Entry("Weekly service report", "reports.weekly_round", every=300),
    Entry("Templates from WhatsApp", "conversations.sync_templates", every=3600),
    Entry("Housekeeping", "conversations.housekeeping", cron=("20", "3", "*")),
]

# Separate queues: bulk work can never starve a customer's message (O9).
ROUTES = {
    "conversations.process_deliveries": {"queue": "ingest"},
    "conversations.run_pipeline": {"queue": "pipeline"},
    "conversations.deliver_outbox": {"queue": "deliver"},
    "conversations.fetch_media": {"queue": "bulk"},
    "conversations.send_signals": {"queue": "live"},
    "conversations.read_journal": {"queue": "live"},
    "conversations.sweep": {"queue": "live"},
    "conversations.watchdog": {"queue": "bulk"},
    "conversations.check_windows": {"queue": "live"},
    "conversations.check_channels": {"queue": "bulk"},
    "conversations.check_costs": {"queue": "bulk"},
    "conversations.sync_templates": {"queue": "bulk"},
    "conversations.sync_products": {"queue": "bulk"},
    "conversations.look_ahead": {"queue": "live"},
    "conversations.housekeeping": {"queue": "bulk"},
    "routing.*": {"queue": "live"},
    "autoreply.*": {"queue": "live"},
    "crm_sync.*": {"queue": "bulk"},
    "reports.*": {"queue": "bulk"},
}
