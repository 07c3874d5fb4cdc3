"""Interactive carousels: two to ten cards of one shape, with a picture or video and one link or answers, or products. Pure."""

from __future__ import annotations

from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, items, need, one_of, text, unique
from conversations.simulator.media_rules import check_media

LEAST, MOST = 2, 10
BODY, BREAKS = 160, 2
LABEL, IDENTITY = 20, 256
WHERE = "cards"


def check_carousel(action: Fields) -> None:
    cards = items(action, "cards", LEAST, MOST, "action")
    places = [need(card, "card_index", int, WHERE) for card in cards]
    if sorted(places) != list(range(len(cards))):
        raise GraphError(131009, "Param cards['card_index'] must count the cards from 0.")
    shapes = {_check_card(card) for card in cards}
    if len(shapes) > 1:
        raise GraphError(
            131009, "All cards must have the same type of header, and the same type and number of buttons."
        )


def _check_card(card: Fields) -> tuple[str, str, int]:
    """Kind of header, kind of buttons, how many: the same for all cards of a message."""
    action = need(card, "action", dict, WHERE)
    if card.get("type") == "product":
        text(action, "catalog_id", 200, "cards['action']")
        text(action, "product_retailer_id", 200, "cards['action']")
        return "", "product", 1
    one_of(card.get("type", "cta_url"), ("cta_url", "quick_reply"), "cards['type']")
    header = need(card, "header", dict, WHERE)
    form = need(header, "type", str, "cards['header']")
    one_of(form, ("image", "video"), "cards['header']['type']")
    check_media(need(header, form, dict, "cards['header']"), form)
    if card.get("body") is not None:
        words = text(need(card, "body", dict, WHERE), "text", BODY, "cards['body']", required=False) or ""
        if words.count("\n") > BREAKS:
            raise GraphError(131009, f"Param cards['body']['text'] may have at most {BREAKS} line breaks.")
    if action.get("buttons") is not None:
        replies = [
            need(button, "quick_reply", dict, "cards['action']['buttons']")
            for button in items(action, "buttons", 1, 3, "cards['action']")
        ]
        unique([text(reply, "title", LABEL, "quick_reply") or "" for reply in replies], "title in buttons")
        unique([text(reply, "id", IDENTITY, "quick_reply") or "" for reply in replies], "id in buttons")
        return form, "quick_reply", len(replies)
    check_link(action)
    return form, "cta_url", 1


def check_link(action: Fields) -> None:
    """A button that opens an address."""
    one_of(action.get("name"), ("cta_url",), "action['name']")
    parameters = need(action, "parameters", dict, "action")
    text(parameters, "display_text", LABEL, "parameters")
    url = text(parameters, "url", 2000, "parameters") or ""
    if not url.startswith(("http://", "https://")):
        raise GraphError(100, "Param parameters['url'] is not a valid URI.")
