"""Numbers that are also used in WhatsApp's business app: its address book, and how far its past has been taken over (facts §3)."""

from __future__ import annotations

from conversations import clock
from conversations.actions import accounts
from conversations.ingest.effects.told import Told
from conversations.ingest.people import People
from conversations.models import Channel
from conversations.whatsapp.payloads import BookEntry


def name(people: People, entries: list[tuple[Channel, BookEntry]]) -> None:
    """Those of the address book become contacts: the past comes after it, and their names would be lost. Nobody is deleted with it.

    People must be loaded. The number of statements does not grow with the entries.
    """
    for channel, entry in sorted(entries, key=lambda pair: pair[1].timestamp):
        at = min(entry.timestamp, clock.now())
        contact = people.find(channel.portfolio_id, entry.sender, at)
        if contact is None and not entry.name:
            continue
        contact = people.find_or_make(
            channel.portfolio_id, entry.sender, at, channel.language, wrote=False, imported=True
        )
        people.is_called(contact, entry.name, at)


def progress(told: Told) -> None:
    """Chunks come in any order: the furthest counts."""
    accounts.set_history_progress(channel=told.channel, progress=told.news.details.get("progress") or 0)


def declined(told: Told) -> None:
    accounts.decline_history(channel=told.channel, at=told.at)
