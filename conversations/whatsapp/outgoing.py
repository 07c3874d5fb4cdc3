"""What may be sent, and how it reads: Meta's limits per type (facts §8), checked before a row is queued (C34)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

TEXT, CAPTION, BODY, FOOTER, HEADER = 4096, 1024, 1024, 60, 60
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
LIST_ROWS, LIST_SECTIONS, ROW_TITLE, ROW_DESCRIPTION, ROW_ID = 10, 10, 24, 72, 200
OTHER_KINDS = ("cta_url", "location_request_message", "product", "product_list", "catalog_message", "flow")
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
        return str(_object(content.get("body")).get("text", ""))
    if type_ == "template":
        return str(content.get("name", ""))
    if type_ == "location":
        return str(content.get("name") or content.get("address") or "")
    if type_ == "reaction":
        return str(content.get("emoji", ""))
    return ""


def _object(value: Any) -> dict[str, Any]:
    """What is no object counts as an empty one, so that the checks say what it lacks."""
    return value if isinstance(value, dict) else {}


def _objects(value: Any) -> list[dict[str, Any]]:
    return [_object(item) for item in value] if isinstance(value, list) else []


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _wrong_text(what: str, text: Any, limit: int) -> str:
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


def _text(content: dict[str, Any]) -> str:
    if not _is_text(content.get("body")):
        return _("The message is empty.")
    return _wrong_text(_("The message"), content["body"], TEXT)


def _media(content: dict[str, Any]) -> str:
    given = [content[name] for name in ("upload", "id", "link") if content.get(name)]
    if len(given) != 1 or not (_is_text(given[0]) or ("upload" in content and isinstance(given[0], int))):
        return _("Give either the uploaded file or a link.")
    if not isinstance(content.get("filename", ""), str):
        return _("The file's name is not a text.")
    return _wrong_text(_("The caption"), content.get("caption"), CAPTION)


def _location(content: dict[str, Any]) -> str:
    try:
        latitude, longitude = float(content["latitude"]), float(content["longitude"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return _("A place needs latitude and longitude.")
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return _("This place is not on the globe.")
    named = all(isinstance(content.get(part, ""), str) for part in ("name", "address"))
    return "" if named else _("A place's name and address are texts.")


def _contacts(content: dict[str, Any]) -> str:
    cards = _objects(content.get("contacts"))
    named = all(_is_text(_object(card.get("name")).get("formatted_name")) for card in cards)
    return "" if cards and named else _("Every contact needs a name.")


def _reaction(content: dict[str, Any]) -> str:
    chosen = _is_text(content.get("message_id")) and isinstance(content.get("emoji"), str)
    return "" if chosen else _("Choose a message and an emoji.")


def _template(content: dict[str, Any]) -> str:
    if not _is_text(content.get("name")) or not _is_text(_object(content.get("language")).get("code")):
        return _("A template needs its name and language.")
    components = content.get("components", [])
    fits = isinstance(components, list) and all(isinstance(part, dict) for part in components)
    return "" if fits else _("A template's components are a list of objects.")


def _interactive(content: dict[str, Any]) -> str:
    for part in ("header", "body", "footer", "action"):
        if not isinstance(content.get(part, {}), dict):
            return _("The part “%(part)s” is not an object.") % {"part": part}
    kind, action, body = content.get("type"), _object(content.get("action")), _object(content.get("body")).get("text")
    if not body:
        return _("The message is empty.")
    found = _wrong_text(_("The message"), body, BODY) or _wrong_text(
        _("The footer"), _object(content.get("footer")).get("text"), FOOTER
    )
    if found:
        return found
    if kind == "button":
        return _buttons(_objects(action.get("buttons")))
    if kind == "list":
        return _list(action)
    return "" if kind in OTHER_KINDS else _("Messages of the type “%(type)s” cannot be sent.") % {"type": kind}


def _buttons(buttons: list[dict[str, Any]]) -> str:
    replies = [_object(button.get("reply")) for button in buttons]
    titles = [reply.get("title") for reply in replies]
    if not 1 <= len(buttons) <= BUTTONS:
        return _("A message has one to three buttons.")
    if not all(map(_is_text, titles)) or len(set(titles)) < len(titles):
        return _("Each button needs words of its own.")
    if not all(_is_text(reply.get("id")) and len(reply["id"]) <= BUTTON_ID for reply in replies):
        return _("Each button needs an id of at most 256 characters.")
    return next((found for title in titles if (found := _wrong_text(_("A button"), title, BUTTON_TITLE))), "")


def _list(action: dict[str, Any]) -> str:
    sections = _objects(action.get("sections"))
    rows = [row for section in sections for row in _objects(section.get("rows"))]
    if not action.get("button") or not 1 <= len(rows) <= LIST_ROWS or len(sections) > LIST_SECTIONS:
        return _("A list has a button, and one to ten rows in all.")
    for row in rows:
        if not _is_text(row.get("title")) or not _is_text(row.get("id")):
            return _("Each row needs words and an id.")
        found = (
            _wrong_text(_("A row"), row["title"], ROW_TITLE)
            or _wrong_text(_("A row's description"), row.get("description"), ROW_DESCRIPTION)
            or _wrong_text(_("A row's id"), row["id"], ROW_ID)
        )
        if found:
            return found
    return _wrong_text(_("The list's button"), action["button"], BUTTON_TITLE)


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
