"""Interactive messages: buttons, lists, links, places, products, flows, carousels (facts §8). Pure."""

from __future__ import annotations

from conversations.simulator.carousel import check_carousel, check_link
from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, items, need, one_of, text, unique
from conversations.simulator.media_rules import check_media

BODY, LIST_BODY, SHORT = 1024, 4096, 60
WHERE = "interactive"
WITHOUT_FOOTER = ("location_request_message", "carousel", "contact_request", "call_permission_request")
WITHOUT_HEADER = ("product", "catalog_message", *WITHOUT_FOOTER)
FLOW_CTA = 30
TYPES = (
    "button",
    "list",
    "cta_url",
    "location_request_message",
    "contact_request",
    "product",
    "product_list",
    "catalog_message",
    "flow",
    "address_message",
    "call_permission_request",
    "carousel",
)


def check_interactive(content: Fields) -> None:
    kind = need(content, "type", str, WHERE)
    one_of(kind, TYPES, "interactive['type']")
    _check_frame(content, kind)
    if kind == "call_permission_request":
        return  # its action may be left out
    action = need(content, "action", dict, WHERE)
    if kind == "button":
        _check_buttons(action)
    elif kind == "list":
        _check_list(action)
    elif kind == "cta_url":
        check_link(action)
    elif kind in ("location_request_message", "contact_request"):
        name = "send_location" if kind == "location_request_message" else "request_contact_info"
        one_of(action.get("name"), (name,), "interactive['action']['name']")
    elif kind == "product":
        text(action, "catalog_id", 200, "action")
        text(action, "product_retailer_id", 200, "action")
    elif kind == "product_list":
        _check_products(action)
    elif kind == "catalog_message":
        _check_catalogue(action)
    elif kind == "flow":
        _check_flow(action)
    elif kind == "address_message":
        one_of(action.get("name"), (kind,), "interactive['action']['name']")
        one_of(need(action, "parameters", dict, "action").get("country"), ("IN",), "parameters['country']")
    elif kind == "carousel":
        check_carousel(action)


def _check_frame(content: Fields, kind: str) -> None:
    """Body, header and footer."""
    header, footer = content.get("header"), content.get("footer")
    if kind not in ("product", "catalog_message") or content.get("body") is not None:
        text(need(content, "body", dict, WHERE), "text", LIST_BODY if kind == "list" else BODY, "interactive['body']")
    if footer is not None and kind in WITHOUT_FOOTER:
        raise GraphError(131009, f"Param interactive['footer'] is not allowed for type {kind}.")
    if footer is not None:
        text(need(content, "footer", dict, WHERE), "text", SHORT, "interactive['footer']")
    if kind == "product_list" and header is None:
        raise GraphError(131008, "Required parameter interactive['header'] is missing.")
    if header is None:
        return
    form = need(need(content, "header", dict, WHERE), "type", str, "interactive['header']")
    media = ("image", "video", "document") if kind in ("button", "cta_url", "flow") else ()
    if kind in WITHOUT_HEADER:
        raise GraphError(131009, f"Param interactive['header'] is not allowed for type {kind}.")
    one_of(form, ("text", *media), "interactive['header']['type']")
    if form == "text":
        text(header, "text", SHORT, "interactive['header']")
    else:
        check_media(need(header, form, dict, "interactive['header']"), form, filename=form == "document")


def _check_buttons(action: Fields) -> None:
    replies: list[Fields] = []
    for button in items(action, "buttons", 1, 3, "action"):
        one_of(button.get("type"), ("reply",), "interactive['action']['buttons']['type']")
        replies.append(need(button, "reply", dict, "buttons"))
    unique([text(reply, "title", 20, "reply") or "" for reply in replies], "title in buttons")
    unique([text(reply, "id", 256, "reply") or "" for reply in replies], "id in buttons")


def _check_list(action: Fields) -> None:
    text(action, "button", 20, "action")
    sections = items(action, "sections", 1, 10, "action")
    rows = []
    for section in sections:
        text(section, "title", 24, "section", required=len(sections) > 1)
        rows += items(section, "rows", 1, 10, "section")
    if len(rows) > 10:
        raise GraphError(131009, "Total row count exceed max allowed count: 10.")
    for row in rows:
        text(row, "title", 24, "row")
        text(row, "description", 72, "row", required=False)
    unique([text(row, "id", 200, "row") or "" for row in rows], "id in rows")


def _check_catalogue(action: Fields) -> None:
    one_of(action.get("name"), ("catalog_message",), "interactive['action']['name']")
    if action.get("parameters") is not None:
        text(
            need(action, "parameters", dict, "action"),
            "thumbnail_product_retailer_id",
            200,
            "parameters",
            required=False,
        )


def _check_flow(action: Fields) -> None:
    one_of(action.get("name"), ("flow",), "interactive['action']['name']")
    parameters = need(action, "parameters", dict, "action")
    one_of(str(parameters.get("flow_message_version")), ("3",), "parameters['flow_message_version']")
    text(parameters, "flow_cta", FLOW_CTA, "parameters")
    if (parameters.get("flow_id") is None) == (parameters.get("flow_name") is None):
        raise GraphError(131009, "Param parameters must have exactly one of flow_id and flow_name.")
    one_of(parameters.get("flow_action", "navigate"), ("navigate", "data_exchange"), "parameters['flow_action']")
    one_of(parameters.get("mode", "published"), ("published", "draft"), "parameters['mode']")


def _check_products(action: Fields) -> None:
    text(action, "catalog_id", 200, "action")
    sections = items(action, "sections", 1, 10, "action")
    products = []
    for section in sections:
        text(section, "title", 24, "section", required=len(sections) > 1)
        products += items(section, "product_items", 1, 30, "section")
    if len(products) > 30:
        raise GraphError(131009, "At most 30 products are allowed.")
    for product in products:
        text(product, "product_retailer_id", 200, "product_items")


def products_of(content: Fields) -> tuple[list[str], list[str]]:
    """Catalogue ids and product ids a checked interactive message names."""
    action = content.get("action") or {}
    kind = content["type"]
    if kind == "product":
        return [action["catalog_id"]], [action["product_retailer_id"]]
    if kind == "product_list":
        listed = [each["product_retailer_id"] for section in action["sections"] for each in section["product_items"]]
        return [action["catalog_id"]], listed
    if kind == "catalog_message":
        thumbnail = (action.get("parameters") or {}).get("thumbnail_product_retailer_id")
        return [], [thumbnail] if thumbnail else []
    if kind == "carousel":
        cards = [card["action"] for card in action["cards"] if card.get("type") == "product"]
        return [card["catalog_id"] for card in cards], [card["product_retailer_id"] for card in cards]
    return [], []
