"""What Meta says of a number in one word, in ours (GET /{phone number id}; facts §8)."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

WORDS: dict[str, Any] = {
    "CONNECTED": _("Connected"),
    "PENDING": _("Not registered yet"),
    "DISCONNECTED": _("Disconnected"),
    "FLAGGED": _("Flagged for low quality"),
    "RESTRICTED": _("Restricted"),
    "BANNED": _("Banned"),
    "RATE_LIMITED": _("Slowed down"),
    "APPROVED": _("approved"),
    "AVAILABLE_WITHOUT_REVIEW": _("usable before its review"),
    "PENDING_REVIEW": _("being reviewed"),
    "DECLINED": _("declined"),
    "EXPIRED": _("expired"),
    "STANDARD": _("standard"),
    "HIGH": _("upgraded"),
    "NONE": "",
    "NOT_APPLICABLE": "",
}


def said(word: str) -> str:
    """An unknown one as Meta writes it."""
    return str(WORDS.get(word, word.replace("_", " ").lower()))
