"""What checks of outgoing content share: nothing that arrives has the form it should (facts §8)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

Json = dict[str, Any]


def as_object(value: Any) -> Json:
    """What is no object counts as an empty one, so that the checks say what it lacks."""
    return value if isinstance(value, dict) else {}


def as_objects(value: Any) -> list[Json]:
    return [as_object(item) for item in value] if isinstance(value, list) else []


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def wrong_text(what: str, text: Any, limit: int) -> str:
    """ "" for a text within its limit, or none at all; else a sentence."""
    if text is None:
        return ""
    if not isinstance(text, str):
        return _("%(what)s is not a text.") % {"what": what}
    if len(text) <= limit:
        return ""
    return _("%(what)s has %(count)s characters; WhatsApp takes %(limit)s.") % {
        "what": what,
        "count": len(text),
        "limit": limit,
    }
