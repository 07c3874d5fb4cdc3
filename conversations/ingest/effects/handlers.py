"""Which function acts on which news. A code that is not here is shown and does nothing.

A handler may answer what came of it; without an answer it was acted upon.
"""

from __future__ import annotations

from collections.abc import Callable

from conversations.ingest.effects import accounts, coexistence, numbers, templates
from conversations.ingest.effects.told import Told
from conversations.models import AccountUpdate

HANDLERS: dict[str, Callable[[Told], AccountUpdate.Outcome | None]] = {
    "violation": accounts.violation,
    "restriction": accounts.restriction,
    "disabled": accounts.ban,
    "disabling": accounts.ban,
    "reinstated": accounts.ban,
    "deleted": accounts.connection,
    "offboarded": accounts.connection,
    "reconnected": accounts.connection,
    "partner_added": accounts.connection,
    "partner_removed": accounts.connection,
    "app_installed": accounts.connection,
    "app_uninstalled": accounts.connection,
    "review": accounts.review,
    "verification": accounts.verification,
    "alert": accounts.alert,
    "volume_tier": accounts.volume_tier,
    "error": numbers.error,
    "pin": numbers.pin,
    "quality": numbers.quality,
    "limit": numbers.limit,
    "numbers": numbers.numbers,
    "name": numbers.name,
    "username": numbers.noted,
    "preferences": numbers.noted,
    "user_ids": numbers.noted,
    "book": numbers.noted,
    "group": numbers.noted,
    "call": numbers.noted,
    "history": coexistence.progress,
    "history_declined": coexistence.declined,
    "history_files": numbers.noted,
    "throughput": numbers.throughput,
    "template.status": templates.status,
    "template.quality": templates.quality,
    "template.category": templates.category,
    "template.components": templates.components,
}

# `noted` with what other updates of the same webhook say: customers and groups, one by one.
# About the account as such, whichever number is asked.
ONCE = frozenset({"volume_tier", "template.status", "template.quality", "template.category", "template.components"})
