"""What a message must look like before the Cloud API takes it (facts §8). Pure: no state, no network."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, items, need, one_of, text
from conversations.simulator.interactive import check_interactive
from conversations.simulator.media_rules import check_media

BSUID = re.compile(r"^[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}$")


@dataclass(frozen=True)
class Outgoing:
    """A message that passed: type, its object, and whom it is for (digits, or a BSUID)."""

    type: str
    content: Any  # an object; for contacts a list of them
    to: str
    recipient: str
    opaque: str | None
    quotes: str | None
    group: str = ""  # a group's id instead of an address


def check_message(body: object) -> Outgoing:
    """Raises GraphError 100, 131008, 131009 or 131051, as Meta does."""
    if not isinstance(body, dict):
        raise GraphError(100, "The request body must be a JSON object.")
    if body.get("messaging_product") != "whatsapp":
        raise GraphError(100, "The parameter messaging_product is required and must be 'whatsapp'.")
    kind = body.get("type", "text")
    if not isinstance(kind, str) or kind not in CHECKS:
        raise GraphError(131051, f"Message type '{kind}' is not supported.")
    to, recipient, group = _address(body)
    if (kind == "pin" and not group) or (group and kind not in IN_GROUPS):
        raise GraphError(
            131051, f"Message type '{kind}' is not supported for recipient_type {'group' if group else 'individual'}."
        )
    content = items(body, kind, 1, 257, "") if kind == "contacts" else need(body, kind, dict, "")
    CHECKS[kind](content)
    opaque = text(body, "biz_opaque_callback_data", 512, "", required=False)
    quotes = None
    if body.get("context") is not None:
        if kind == "reaction":
            raise GraphError(100, "Param context is not allowed with type reaction.")
        quotes = text(need(body, "context", dict, ""), "message_id", 300, "context")
    return Outgoing(kind, content, to, recipient, opaque, quotes, group)


def digits(number: str) -> str:
    """`+39 333 (12) 34-567` → 393331234567; "" when that is not a number of 7 to 15 digits."""
    bare = re.sub(r"[\s()+\-.]", "", number)
    return bare if re.fullmatch(r"\d{7,15}", bare) else ""


def _address(body: Fields) -> tuple[str, str, str]:
    """Phone number, user id and group id; one of them at least."""
    to, recipient = body.get("to"), body.get("recipient")
    one_of(body.get("recipient_type", "individual"), ("individual", "group"), "recipient_type")
    if body.get("recipient_type") == "group":
        group = text(body, "to", 300, "") or ""
        if digits(group):
            raise GraphError(100, "Param to must be a group id when recipient_type is group.")
        return "", "", group
    if to is None and recipient is None:
        raise GraphError(100, "The parameter to is required.")
    if to is not None and (not isinstance(to, str) or not digits(to)):
        raise GraphError(131009, "Param to must be a phone number with its country code.")
    if to is None and (not isinstance(recipient, str) or not BSUID.match(recipient)):
        raise GraphError(131009, "Param recipient must be a business-scoped user ID.")
    return to or "", recipient if isinstance(recipient, str) else "", ""


def check_text(content: Fields) -> None:
    text(content, "body", 4096, "text")
    if not isinstance(content.get("preview_url", False), bool):
        raise GraphError(100, "Param text['preview_url'] must be a boolean.")


def check_location(content: Fields) -> None:
    for name, most in (("latitude", 90), ("longitude", 180)):
        value = content.get(name)
        if value is None:
            raise GraphError(131008, f"Required parameter location['{name}'] is missing.")
        try:
            degrees = float(value)
        except (TypeError, ValueError):
            raise GraphError(100, f"Param location['{name}'] must be a number.") from None
        if not -most <= degrees <= most:
            raise GraphError(131009, f"Param location['{name}'] must be between -{most} and {most}.")
    text(content, "name", 1000, "location", required=False)
    text(content, "address", 1000, "location", required=False)


def check_contacts(cards: list[Fields]) -> None:
    for card in cards:
        text(need(card, "name", dict, "contacts"), "formatted_name", 1024, "contacts['name']")
        if card.get("phones") is not None:
            items(card, "phones", 0, 20, "contacts")


def check_reaction(content: Fields) -> None:
    text(content, "message_id", 300, "reaction")
    emoji = need(content, "emoji", str, "reaction")
    if len(emoji) > 12 or any(letter.isascii() and letter.isalpha() for letter in emoji):
        raise GraphError(131009, "Param reaction['emoji'] must be one emoji, or an empty string.")


def check_pin(content: Fields) -> None:
    """Only in groups; who pins a fourth message unpins the oldest (facts §7)."""
    one_of(content.get("type"), ("pin", "unpin"), "pin['type']")
    text(content, "message_id", 300, "pin")
    days = content.get("expiration_days")
    if content["type"] == "pin" and (not isinstance(days, int) or not 1 <= days <= 30):
        raise GraphError(131009, "Param pin['expiration_days'] must be between 1 and 30.")


def check_template(content: Fields) -> None:
    """Only the shape; what the template itself asks for is checked in templates.py."""
    text(content, "name", 512, "template")
    text(need(content, "language", dict, "template"), "code", 20, "template['language']")
    if content.get("components") is not None:
        for component in items(content, "components", 0, 20, "template"):
            kind = str(component.get("type", "")).lower()
            one_of(
                kind, ("header", "body", "button", "carousel", "limited_time_offer"), "template['components']['type']"
            )
            if component.get("parameters") is not None:
                items(component, "parameters", 0, 100, "template['components']")


CHECKS: dict[str, Callable[[Any], None]] = {
    "text": check_text,
    "image": lambda c: check_media(c, "image", caption=True),
    "video": lambda c: check_media(c, "video", caption=True),
    "audio": lambda c: check_media(c, "audio"),
    "document": lambda c: check_media(c, "document", caption=True, filename=True),
    "sticker": lambda c: check_media(c, "sticker"),
    "location": check_location,
    "contacts": check_contacts,
    "reaction": check_reaction,
    "interactive": check_interactive,
    "template": check_template,
    "pin": check_pin,
}
IN_GROUPS = ("text", "image", "video", "audio", "document", "sticker", "template", "pin")
