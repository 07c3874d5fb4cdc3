"""The arithmetic of windows, without Django (C20, facts §9)."""

from __future__ import annotations

from datetime import datetime, timedelta

SERVICE = timedelta(hours=24)  # Meta: from the customer's last message
ENTRY_POINT = timedelta(hours=72)  # Meta: from our answer to an ad click, when it came within 24 h
CLOSING = timedelta(hours=2)  # C21: "closing" when less than this is left


def service_window_end(last_inbound: datetime) -> datetime:
    return last_inbound + SERVICE


def may_send_free_form(ends_at: datetime | None, now: datetime, margin_seconds: int = 0) -> bool:
    """Inside the service window, less a safety margin: Meta sometimes refuses the last seconds (facts §9)."""
    return ends_at is not None and now < ends_at - timedelta(seconds=margin_seconds)


def state(ends_at: datetime | None, pricing_ends_at: datetime | None, now: datetime) -> str:
    """open, closing, template_only or surcharge (C21)."""
    if ends_at is not None and now < ends_at:
        return "closing" if ends_at - now < CLOSING else "open"
    if pricing_ends_at is not None and now >= pricing_ends_at:
        return "surcharge"
    return "template_only"
