"""What may be sent, and how it reads: Meta's limits per type (facts §8), checked before a row is queued (C34)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from conversations.whatsapp import interactive
from conversations.whatsapp.wording import as_object, as_objects, is_text, wrong_text

TEXT, CAPTION, CARDS = 4096, 1024, 257
MEDIA = ("image", "video", "audio", "document", "sticker")


def problem(type_: str, content: dict[str, Any], *, in_group: bool = False) -> str:
    """ "" when Meta would take it, else a sentence that says what to change. Groups take no interactive messages (facts §7)."""
    if in_group and type_ == "interactive":
        return _("WhatsApp shows no buttons, lists or products in groups: write it as a text.")
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
        return str(as_object(content.get("body")).get("text", ""))
    if type_ == "template":
        return str(content.get("name", ""))
    if type_ == "location":
        return str(content.get("name") or content.get("address") or "")
    if type_ == "reaction":
        return str(content.get("emoji", ""))
    return ""


def _text(content: dict[str, Any]) -> str:
    if not is_text(content.get("body")):
        return _("The message is empty.")
    return wrong_text(_("The message"), content["body"], TEXT)


def _media(content: dict[str, Any]) -> str:
    given = [content[name] for name in ("upload", "id", "link") if content.get(name)]
    if len(given) != 1 or not (is_text(given[0]) or ("upload" in content and isinstance(given[0], int))):
        return _("Give either the uploaded file or a link.")
    if not isinstance(content.get("filename", ""), str):
        return _("The file's name is not a text.")
    return wrong_text(_("The caption"), content.get("caption"), CAPTION)


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
    cards = as_objects(content.get("contacts"))
    if len(cards) > CARDS:
        return _("At most 257 contacts go into one message.")
    named = all(is_text(as_object(card.get("name")).get("formatted_name")) for card in cards)
    return "" if cards and named else _("Every contact needs a name.")


def _reaction(content: dict[str, Any]) -> str:
    chosen = is_text(content.get("message_id")) and isinstance(content.get("emoji"), str)
    return "" if chosen else _("Choose a message and an emoji.")


def _template(content: dict[str, Any]) -> str:
    if not is_text(content.get("name")) or not is_text(as_object(content.get("language")).get("code")):
        return _("A template needs its name and language.")
    components = content.get("components", [])
    fits = isinstance(components, list) and all(isinstance(part, dict) for part in components)
    return "" if fits else _("A template's components are a list of objects.")


CHECKS: dict[str, Callable[[dict[str, Any]], str]] = {
    "text": _text,
    **dict.fromkeys(MEDIA, _media),
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "template": _template,
    "interactive": interactive.problem,
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
