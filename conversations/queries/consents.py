"""What customers want to receive, by the last line of the consent log (C53)."""

from __future__ import annotations

from collections.abc import Iterable

from conversations.models import Consent


def refused(contacts: Iterable[int], topic: str = "marketing") -> set[int]:
    """Those of these contacts (by id) who refused it last. One query."""
    rows = Consent.objects.filter(contact__in=set(contacts), topic=topic).order_by("at", "pk")
    last = dict(rows.values_list("contact", "state"))
    return {contact for contact, state in last.items() if state == Consent.State.OPT_OUT}


def has_refused(contact: int, topic: str = "marketing") -> bool:
    return bool(refused([contact], topic))
