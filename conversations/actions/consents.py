"""The consent log: what customers allowed or refused, appended and never changed (C53)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import draft, record_all
from conversations.models import Consent, Contact


@dataclass(frozen=True, slots=True)
class Wish:
    contact: Contact
    state: str  # Consent.State
    at: datetime
    source: str
    topic: str = "marketing"
    words: str = ""


@transaction.atomic
def log_wishes(wishes: list[Wish], *, by: Actor) -> int:
    """Append those that are not in the log yet: three statements, however many. Their order does not matter: the latest `at` counts."""
    if not wishes:
        return 0
    rows = Consent.objects.filter(contact__in={wish.contact.pk for wish in wishes}, at__in={wish.at for wish in wishes})
    known = set(rows.values_list("contact", "topic", "state", "at"))
    fresh = []
    for wish in wishes:
        key = (wish.contact.pk, wish.topic, wish.state, wish.at)
        if key not in known:
            known.add(key)
            fresh.append(wish)
    Consent.objects.bulk_create(
        [
            Consent(
                contact=wish.contact,
                topic=wish.topic[:40],
                state=wish.state,
                source=wish.source[:40],
                text=wish.words[:500],
                at=wish.at,
            )
            for wish in fresh
        ],
        batch_size=200,
    )
    changed = {wish.contact.pk: wish.contact for wish in fresh}
    record_all(
        [draft(Kind.CONTACT_CHANGED, by=by, contact=contact, fields=["consent"]) for contact in changed.values()]
    )
    return len(fresh)
