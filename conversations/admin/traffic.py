"""How a number sends at this moment, on its page (C24, C30)."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from conversations.admin.showing import NOTHING, chip, when
from conversations.models import Channel
from conversations.outbox.caps.words import sentence
from conversations.queries.traffic import Traffic, traffic

CAPS: list[Any] = [
    "throughput",
    "meta_throughput",
    "daily_cap",
    "daily_cap_binds",
    "resume_at",
    "new_customer_cap",
    "new_customer_hours",
    "new_customer_binds",
    "initiated_cap",
    "initiated_binds",
    "messages_per_customer",
    "batch_percent",
    "batch_minutes",
    "batch_until",
]
NOW = ["pace_now", "today", "reached_now", "held_now"]


class TrafficFields:
    """Read-only fields for the channel's page; one look for all of them."""

    def _seen(self, row: Channel) -> Traffic:
        seen: Traffic | None = getattr(row, "_traffic", None)
        if seen is None:
            seen = row._traffic = traffic(row)  # type: ignore[attr-defined]
        return seen

    @display(description=_("pace now"))
    def pace_now(self, row: Channel) -> str | SafeString:
        seen = self._seen(row)
        words = _now("%(rate)s a second") % {
            "rate": f"{seen.pace.rate:g}" if seen.pace.rate >= 10 else f"{seen.pace.rate:.1f}"
        }
        if not seen.why_slow:
            return words
        return format_html("{} {}", chip(words, "warning"), seen.why_slow)

    @display(description=_("today"))
    def today(self, row: Channel) -> str | SafeString:
        seen = self._seen(row)
        known = {"sent": seen.sent, "cap": seen.cap, "expected": seen.expected}
        words = (
            _now("%(sent)s sent of %(cap)s, %(expected)s expected")
            if seen.cap
            else _now("%(sent)s sent, %(expected)s expected")
        )
        if seen.batching_since is None:
            return words % known
        return format_html(
            "{} {} {}", words % known, chip(_now("Campaigns go in batches"), "warning"), when(seen.batching_since)
        )

    @display(description=_("customers begun with in 24 hours"))
    def reached_now(self, row: Channel) -> str:
        seen = self._seen(row)
        if seen.reach_limit is None:
            return str(seen.reached) if seen.reached else NOTHING
        return _now("%(reached)s of %(limit)s") % {"reached": seen.reached, "limit": seen.reach_limit}

    @display(description=_("held back"))
    def held_now(self, row: Channel) -> str | SafeString:
        seen = self._seen(row)
        if not seen.held:
            return NOTHING
        page = reverse("admin:conversations_heldmessage_changelist")
        lines = (
            (f"{page}?channel__id__exact={row.pk}&cap={one.code}", one.count, sentence(one.code), when(one.next_at))
            for one in seen.held
        )
        return format_html_join("", '<div><a class="desk-link" href="{}">{}</a> {} {}</div>', lines)
