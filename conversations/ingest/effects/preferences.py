"""Customers say in WhatsApp that they want marketing messages, or none (field user_preferences; C53).

Somebody nobody knew yet becomes a contact: a refusal must stand when the address comes in later, by import or by a message.
"""

from __future__ import annotations

from conversations import clock
from conversations.actions.consents import Wish, log_wishes
from conversations.ingest.effects.told import META
from conversations.ingest.people import People
from conversations.models import Channel
from conversations.whatsapp.payloads import PreferenceChange

SOURCE = "whatsapp"


def apply(people: People, changes: list[tuple[Channel, PreferenceChange]]) -> None:
    """The number of statements does not grow with the changes. People must be loaded."""
    if not changes:
        return
    wishes = []
    for channel, change in changes:
        at = min(change.timestamp, clock.now())
        contact = people.find_or_make(channel.portfolio_id, change.sender, at, channel.language, wrote=False)
        wishes.append(Wish(contact, change.state, at, SOURCE, change.topic, change.words))
    people.insert()
    people.tell()
    log_wishes(wishes, by=META)
