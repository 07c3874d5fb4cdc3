"""What stands in a thread where a message has no words of its own: what kind it is, and why it cannot be read (C13)."""

from __future__ import annotations

from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from conversations import clock
from conversations.models import Direction, Message
from conversations.whatsapp.errors import describe

KINDS: dict[str, Any] = {
    "image": gettext_lazy("Picture"),
    "video": gettext_lazy("Video"),
    "audio": gettext_lazy("Audio"),
    "document": gettext_lazy("Document"),
    "sticker": gettext_lazy("Sticker"),
    "location": gettext_lazy("Place"),
    "contacts": gettext_lazy("Contact"),
    "order": gettext_lazy("Order"),
    "template": gettext_lazy("Template"),
    "button": gettext_lazy("Answer by button"),
    "interactive": gettext_lazy("Interactive message"),
    "reaction": gettext_lazy("Reaction"),
    "media_placeholder": gettext_lazy("A file that WhatsApp did not hand over with the history"),
}
# By Meta's `unsupported.type` (facts §3).
UNSUPPORTED: dict[str, Any] = {
    "edit": gettext_lazy("A message was edited. WhatsApp does not tell what it says now."),
    "poll": gettext_lazy("A poll: it can be seen on a phone only."),
    "poll_creation": gettext_lazy("A poll: it can be seen on a phone only."),
    "poll_update": gettext_lazy("An answer to a poll: it can be seen on a phone only."),
    "button": gettext_lazy("Buttons that WhatsApp does not hand on."),
    "list": gettext_lazy("A list that WhatsApp does not hand on."),
    "event_creation": gettext_lazy("An event: it can be seen on a phone only."),
    "pin": gettext_lazy("A message was pinned."),
    "view_once": gettext_lazy("A picture or video to be seen once: on a phone only."),
    "video_note": gettext_lazy("A video note: it can be seen on a phone only."),
    "group_invite": gettext_lazy("An invitation to a group: on a phone only."),
}
CALLS: dict[str, Any] = {
    "missed": gettext_lazy("Missed call"),
    "ringing": gettext_lazy("Call"),
}


def notice(message: Message) -> str:
    """In the active language; "" when the message's own words say it all."""
    payload: dict[str, Any] = message.payload if isinstance(message.payload, dict) else {}
    if message.type == "unsupported":
        return _unsupported(payload)
    if message.type == "unknown":
        return _unknown(payload)
    if message.type == "call":
        return _call(payload)
    if message.direction == Direction.INBOUND and (code := _error_code(payload)):
        return f"{KINDS.get(message.type, message.type)}: {describe(code)}"
    if message.text:
        return ""
    if message.type == "interactive" and payload.get("type") == "call_permission_reply":
        return _call_permission(payload)
    if message.type == "audio" and payload.get("voice"):
        return _("Voice message")
    return str(KINDS.get(message.type, ""))


def summary(message: Message) -> str:
    """One line for a list: its words, or what stands in their place."""
    return message.text or notice(message) or f"[{message.type}]"


def _unsupported(payload: dict[str, Any]) -> str:
    body = payload.get("unsupported")
    kind = body.get("type") if isinstance(body, dict) else None
    if isinstance(kind, str) and kind in UNSUPPORTED:
        return str(UNSUPPORTED[kind])
    said = _("A kind of message that WhatsApp does not hand on")
    return f"{said} ({kind})" if isinstance(kind, str) and kind else said


def _unknown(payload: dict[str, Any]) -> str:
    raw = payload.get("raw")
    kind = raw.get("type") if isinstance(raw, dict) else None
    said = _("A kind of message that the desk does not know")
    return f"{said} ({kind})" if isinstance(kind, str) and kind else said


def _call(payload: dict[str, Any]) -> str:
    seconds = payload.get("duration")
    if payload.get("status") == "completed" and isinstance(seconds, int):
        minutes = max(round(seconds / 60), 1)
        return ngettext("Call of %(count)s minute", "Call of %(count)s minutes", minutes) % {"count": minutes}
    return str(CALLS.get(str(payload.get("status")), _("Call")))


def _call_permission(payload: dict[str, Any]) -> str:
    reply = payload.get("call_permission_reply")
    reply = reply if isinstance(reply, dict) else {}
    if reply.get("response") != "accept":
        return _("The customer does not allow calls.")
    until = reply.get("expiration_timestamp")
    if reply.get("is_permanent") or not isinstance(until, int):
        return _("The customer allows calls.")
    day = formats.date_format(timezone.localtime(clock.from_unix(until)), "DATETIME_FORMAT")
    return _("The customer allows calls until %(day)s.") % {"day": day}


def _error_code(payload: dict[str, Any]) -> str:
    errors = payload.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return str(first.get("code") or "")
