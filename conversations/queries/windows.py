"""What a conversation's windows say, read from their rows (C20)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from conversations.models import Conversation, Window
from conversations.window import Windows

Ends = dict[str, Window]


def windows_of(conversation: Conversation) -> Windows:
    return windows_by([conversation])[conversation.pk]


def windows_by(conversations: Iterable[Conversation]) -> dict[int, Windows]:
    """In one query, or in none where the rows were prefetched. Their channels should be at hand."""
    rows = list(conversations)
    found: dict[int, Ends] = {row.pk: {} for row in rows}
    unread = []
    for row in rows:
        if "windows" in getattr(row, "_prefetched_objects_cache", {}):
            found[row.pk] = {window.kind: window for window in row.windows.all()}
        else:
            unread.append(row.pk)
    if unread:
        for window in Window.objects.filter(conversation__in=unread):
            found[window.conversation_id][window.kind] = window
    return {row.pk: _read(row, found[row.pk]) for row in rows}


def _read(row: Conversation, ends: Ends) -> Windows:
    pricing, free = ends.get(Window.Kind.PRICING), ends.get(Window.Kind.ENTRY_POINT)
    offer = ends.get(Window.Kind.ENTRY_OFFER)
    own = timedelta(hours=row.channel.pricing_window_hours)
    fallback = row.last_inbound_at + own if row.last_inbound_at is not None else None
    return Windows(
        service_ends_at=row.window_ends_at,
        pricing_ends_at=pricing.expires_at if pricing is not None else fallback,
        entry_point_ends_at=free.expires_at if free is not None and not free.priced else None,
        offer_ends_at=offer.expires_at if offer is not None else None,
        margin_seconds=row.channel.window_margin_seconds,
        closing=timedelta(hours=row.channel.closing_hours),
    )
