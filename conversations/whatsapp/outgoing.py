"""What may be sent, and how it reads: Meta's limits per type (facts §8), checked before a row is queued (C34)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

TEXT, CAPTION, BODY, FOOTER, HEADER = 4096, 1024, 1024, 60, 60
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
LIST_ROWS, LIST_SECTIONS, ROW_TITLE, ROW_DESCRIPTION, ROW_ID = 10, 10, 24, 72, 200
MEDIA = ("image", "video", "audio", "document", "sticker")


def problem(type_: str, content: dict[str, Any]) -> str:
    """ "" when Meta would take it, else a sentence that says what to change."""
    check = CHECKS.get(type_)
    if check is None:
        return _("Messages of the type “%(type)s” cannot be sent.") % {"type": type_}
    return check(content)


def words(type_: str, content: dict[str, Any]) -> str:
    """What people read and search in the thread."""
    if type_ == "text":
        return str(content.get("body", ""))
    if type_ in MEDIA:
        return str(content.get("caption", ""))
    if type_ == "interactive":
        return str((content.get("body") or {}).get("text", ""))
    if type_ == "template":
        return str(content.get("name", ""))
    if type_ == "location":
        return str(content.get("name") or content.get("address") or "")
    if type_ == "reaction":
        return str(content.get("emoji", ""))
    return ""


def _too_long(what: str, text: Any, limit: int) -> str:
    if not isinstance(text, str) or len(text) <= limit:
        return ""
    return _("%(what)s has %(count)s characters; WhatsApp takes %(limit)s.") % {
        "what": what,
        "count": len(text),
        "limit": limit,
    }


def _text(content: dict[str, Any]) -> str:
    body = content.get("body")
    if not isinstance(body, str) or not body.strip():
        return _("The message is empty.")
    return _too_long(_("The message"), body, TEXT)


def _media(content: dict[str, Any]) -> str:
    if bool(content.get("id")) == bool(content.get("link")):
        return _("Give either the uploaded file or a link.")
    return _too_long(_("The caption"), content.get("caption"), CAPTION)


def _location(content: dict[str, Any]) -> str:
    try:
        latitude, longitude = float(content["latitude"]), float(content["longitude"])
    except (KeyError, TypeError, ValueError):
        return _("A place needs latitude and longitude.")
    fits = -90 <= latitude <= 90 and -180 <= longitude <= 180
    return "" if fits else _("This place is not on the globe.")


def _contacts(content: dict[str, Any]) -> str:
    cards = content.get("contacts") or []
    named = all(isinstance(card, dict) and (card.get("name") or {}).get("formatted_name") for card in cards)
    return "" if cards and named else _("Every contact needs a name.")


def _reaction(content: dict[str, Any]) -> str:
    return "" if content.get("message_id") and "emoji" in content else _("Choose a message and an emoji.")


def _template(content: dict[str, Any]) -> str:
    language = (content.get("language") or {}).get("code")
    return "" if content.get("name") and language else _("A template needs its name and language.")


def _interactive(content: dict[str, Any]) -> str:
    kind, action = content.get("type"), content.get("action") or {}
    body = (content.get("body") or {}).get("text", "")
    if not body:
        return _("The message is empty.")
    found = _too_long(_("The message"), body, BODY) or _too_long(
        _("The footer"), (content.get("footer") or {}).get("text"), FOOTER
    )
    if found:
        return found
    if kind == "button":
        return _buttons(action.get("buttons") or [])
    if kind == "list":
        return _list(action)
    return (
        ""
        if kind in {"cta_url", "location_request_message", "product", "product_list", "catalog_message", "flow"}
        else _("Messages of the type “%(type)s” cannot be sent.") % {"type": kind}
    )


def _buttons(buttons: list[dict[str, Any]]) -> str:
    replies = [button.get("reply") or {} for button in buttons]
    titles = [str(reply.get("title", "")) for reply in replies]
    if not 1 <= len(buttons) <= BUTTONS:
        return _("A message has one to three buttons.")
    if len(set(titles)) < len(titles) or not all(titles):
        return _("Each button needs words of its own.")
    if any(len(str(reply.get("id", ""))) > BUTTON_ID or not reply.get("id") for reply in replies):
        return _("Each button needs an id of at most 256 characters.")
    return next((found for title in titles if (found := _too_long(_("A button"), title, BUTTON_TITLE))), "")


def _list(action: dict[str, Any]) -> str:
    sections = action.get("sections") or []
    rows = [row for section in sections for row in section.get("rows") or []]
    if not action.get("button") or not 1 <= len(rows) <= LIST_ROWS or len(sections) > LIST_SECTIONS:
        return _("A list has a button, and one to ten rows in all.")
    for row in rows:
        found = (
            _too_long(_("A row"), row.get("title"), ROW_TITLE)
            or _too_long(_("A row's description"), row.get("description"), ROW_DESCRIPTION)
            or _too_long(_("A row's id"), row.get("id"), ROW_ID)
        )
        if found:
            return found
    return _too_long(_("The list's button"), action["button"], BUTTON_TITLE)


CHECKS: dict[str, Callable[[dict[str, Any]], str]] = {
    "text": _text,
    **dict.fromkeys(MEDIA, _media),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "template": _template,
    "interactive": _interactive,
}


def request(
    *,
    type_: str,
    content: dict[str, Any],
    wa_id: str = "",
    user_id: str = "",
    group_id: str = "",
    reply_to: str = "",
    opaque: str = "",
) -> dict[str, Any]:
    """The body of POST /messages (facts §8). A phone goes into `to` with its +, a user id into `recipient`, never the other way."""
    body: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "recipient_type": "group" if group_id else "individual",
        "type": type_,
        type_: content["contacts"] if type_ == "contacts" else content,
    }
    if group_id:
        body["to"] = group_id
    elif wa_id:
        body["to"] = f"+{wa_id.lstrip('+')}"
    else:
        body["recipient"] = user_id
    if reply_to and type_ not in {"reaction", "template"}:
        body["context"] = {"message_id": reply_to}
    if opaque:
        body["biz_opaque_callback_data"] = opaque
    return body
