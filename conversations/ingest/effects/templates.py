"""Templates: status, quality, category, texts (fields message_template_*, template_category_update; C23, facts §6).

They belong to the business account: their rows, one per number of it, are found and ordered by their own action.
"""

from __future__ import annotations

from typing import Any

from conversations.actions import accounts, templates
from conversations.ingest.effects.told import Told
from conversations.models import AccountUpdate

Outcome = AccountUpdate.Outcome


def status(told: Told) -> Outcome:
    details = told.news.details
    why = " ".join(filter(None, [details["why"], details["advice"]]))
    return _said(
        templates.update_status(
            **_which(told),
            status=told.kind,
            reason=details["reason"],
            recommendation=why or details["words"],
            title=details["title"],
        )
    )


def quality(told: Told) -> Outcome:
    return _said(templates.update_quality(**_which(told), quality=told.kind))


def category(told: Told) -> Outcome:
    details = told.news.details
    changes_at = accounts.from_unix(details["at"])
    return _said(
        templates.update_category(
            **_which(told), category=told.kind, next_category=details["next"], changes_at=changes_at
        )
    )


def components(told: Told) -> Outcome:
    texts = {name: told.data.get(f"message_template_{name}") for name in ("title", "element", "footer")}
    plain: dict[str, Any] = {name: words if isinstance(words, str) else None for name, words in texts.items()}
    buttons = told.data.get("message_template_buttons")
    return _said(templates.update_components(**_which(told), buttons=buttons, **plain))


def _which(told: Told) -> dict[str, Any]:
    names = {name: told.news.details[name] for name in ("meta_id", "name", "language")}
    return {**names, "waba_id": told.account, "at": told.at}


def _said(changed: int) -> Outcome:
    """Nothing changed: known already, older, or a template whose account is now being read."""
    return Outcome.APPLIED if changed else Outcome.NOTED
