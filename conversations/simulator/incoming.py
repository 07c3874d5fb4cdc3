"""The object of an incoming message (facts §3), with nothing in it that Meta would not send. Raises ValueError."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from conversations.simulator.channels import Channel
from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, need, text
from conversations.simulator.media import Media
from conversations.simulator.rules import check_contacts, check_location, digits
from conversations.simulator.simulator import Simulator

MEDIA = ("image", "video", "audio", "document", "sticker")
MOST_UNITS = 99  # of one product in a cart


def content_of(simulator: Simulator, channel: Channel, kind: str, given: Any) -> Any:
    try:
        if kind in MEDIA:
            return media_content(simulator, channel, kind, given)
        if kind == "order":
            return _order(simulator, channel, given)
        if kind not in BUILDERS:
            raise ValueError("this kind of message is not known")
        return BUILDERS[kind](given)
    except GraphError as error:
        raise ValueError(error.details) from error


def media_content(simulator: Simulator, channel: Channel, kind: str, given: Fields) -> Fields:
    media = simulator.media.get(str(given.get("id") or ""), channel.phone_number_id)
    if media is None:
        raise ValueError("this file is not known")
    content: Fields = media.in_webhook()
    if given.get("caption") and kind in ("image", "video", "document"):
        content["caption"] = str(given["caption"])[:1024]
    return content | _of_kind(media, kind, given)


def _of_kind(media: Media, kind: str, given: Fields) -> Fields:
    if kind == "audio":
        return {"voice": bool(given.get("voice"))}
    if kind == "document":
        return {"filename": media.filename or "file"}
    return {"animated": False} if kind == "sticker" else {}


def _text(given: Fields) -> Fields:
    return {"body": text(given, "body", 4096, "text")}


def _location(given: Fields) -> Fields:
    check_location(given)
    return {key: given[key] for key in ("latitude", "longitude", "name", "address", "url") if given.get(key)}


def _contacts(given: Any) -> list[Fields]:
    """Cards of {name, phone}, or Meta's own shape; `origin` when the shop asked for the customer's own."""
    cards: list[Fields] = []
    for card in given:
        name = card["name"] if isinstance(card.get("name"), dict) else _name(str(card.get("name") or ""))
        phones = card.get("phones") or [{"phone": card["phone"], "type": "CELL"}] if card.get("phone") else []
        for phone in phones:
            phone.setdefault("wa_id", digits(str(phone["phone"])))
        shown = {"name": name, "phones": phones, "origin": card.get("origin", "other")}
        if card.get("company"):
            shown["org"] = {"company": str(card["company"])[:200]}
        cards.append(shown)
    check_contacts(cards)
    if not cards:
        raise ValueError("no contact")
    return cards


def _name(whole: str) -> Fields:
    first, _, last = whole.strip().partition(" ")
    return {"formatted_name": whole.strip(), "first_name": first, **({"last_name": last} if last else {})}


def _reaction(given: Fields) -> Fields:
    reaction = {"message_id": text(given, "message_id", 300, "reaction")}
    return {**reaction, "emoji": str(given["emoji"])[:12]} if given.get("emoji") else reaction


def _button(given: Fields) -> Fields:
    return {key: text(given, key, 300, "button") for key in ("payload", "text")}


def _interactive(given: Fields) -> Fields:
    """A tap on a button or a row, a form sent back, or leave to call."""
    form = given.get("type")
    if form not in REPLIES:
        raise ValueError(f"an answer is one of {', '.join(REPLIES)}")
    reply = need(given, str(form), dict, "interactive")
    return {"type": form, form: REPLIES[form](reply)}


def _reply(*keys: str) -> Callable[[Fields], Fields]:
    return lambda reply: {key: str(reply[key]) for key in keys if reply.get(key)}


def _form(reply: Fields) -> Fields:
    """`response_json` is a text, as Meta sends it; `values` makes it."""
    answer = reply.get("values")
    written = (
        json.dumps(answer, ensure_ascii=False) if isinstance(answer, dict) else str(reply.get("response_json", ""))
    )
    name = "address_message" if reply.get("name") == "address_message" else "flow"
    return {"name": name, "body": str(reply.get("body") or "Sent")[:1024], "response_json": written}


def _permission(reply: Fields) -> Fields:
    response = "accept" if reply.get("response") == "accept" else "reject"
    return {"response": response, "response_source": "user_action"}


def _order(simulator: Simulator, channel: Channel, given: Fields) -> Fields:
    """What is in the cart, at today's prices. Raises ValueError for what cannot be had."""
    items = []
    for item in given.get("product_items") or []:
        product = simulator.catalogue.get(str(item.get("product_retailer_id")))
        quantity = int(item.get("quantity") or 0)
        if product is None or not product.available or not 1 <= quantity <= MOST_UNITS:
            raise ValueError("a product that cannot be had, or a number of it")
        price = product.cents / 100
        items.append(
            {
                "product_retailer_id": product.retailer_id,
                "quantity": quantity,
                "item_price": int(price) if price.is_integer() else price,
                "currency": product.currency,
            }
        )
    if not items:
        raise ValueError("the cart is empty")
    order: Fields = {"catalog_id": simulator.catalogue.id_of(channel.waba_id), "product_items": items}
    note = re.sub(r"\s+", " ", str(given.get("text") or "")).strip()
    return {**order, "text": note[:1024]} if note else order


BUILDERS: dict[str, Callable[[Any], Any]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "button": _button,
    "interactive": _interactive,
}
REPLIES: dict[str, Callable[[Fields], Fields]] = {
    "button_reply": _reply("id", "title"),
    "list_reply": _reply("id", "title", "description"),
    "nfm_reply": _form,
    "call_permission_reply": _permission,
}
