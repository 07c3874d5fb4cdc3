"""How values look in admin: a state as a chip, a time relative with the whole one in the tooltip."""

from __future__ import annotations

import json
from typing import Any, Literal

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from conversations.times import NOTHING, machine_when, when

__all__ = ["NOTHING", "Tone", "chip", "link", "machine_when", "pretty", "short", "state", "when"]

Tone = Literal["quiet", "info", "success", "warning", "danger", "accent"]


def chip(words: Any, tone: Tone = "quiet", *, title: Any = "") -> SafeString:
    """Grey is normal life; a tint says that somebody must act."""
    return format_html('<span class="desk-chip desk-{}" title="{}">{}</span>', tone, title, words)


def state(row: Model, field: str, tones: dict[str, Tone]) -> SafeString:
    """The chip of a field with choices; values without a tone are grey."""
    value = getattr(row, field)
    return chip(getattr(row, f"get_{field}_display")(), tones.get(value, "quiet"))


def link(row: Model | None, words: Any = None) -> SafeString | str:
    """To the row's own page."""
    if row is None:
        return NOTHING
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a class="desk-link" href="{}">{}</a>', url, words if words is not None else row)


def short(text: str, length: int = 80) -> SafeString | str:
    """Cut with …, whole in the tooltip."""
    if len(text) <= length:
        return text or NOTHING
    return format_html('<span title="{}">{}…</span>', text, text[:length].rstrip())


def pretty(value: Any) -> SafeString:
    """JSON that people can read; bytes that are no JSON as they came."""
    if isinstance(value, bytes | memoryview):
        raw = bytes(value)
        try:
            value = json.loads(raw)
        except ValueError:
            return format_html('<pre class="desk-json">{}</pre>', raw.decode("utf-8", "replace"))
    return format_html('<pre class="desk-json">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False))
