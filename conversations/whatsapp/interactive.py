"""Interactive messages: buttons, lists, a link, a place, products, the catalogue, a number asked for (facts §8; C34)."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from conversations.whatsapp.wording import Json, as_object, as_objects, is_text, wrong_text

BODY, LIST_BODY, FOOTER, HEADER = 1024, 4096, 60, 60
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
LIST_ROWS, LIST_SECTIONS, ROW_TITLE, ROW_DESCRIPTION, ROW_ID, SECTION_TITLE = 10, 10, 24, 72, 200, 24
PRODUCTS, PRODUCT_SECTIONS, RETAILER_ID = 30, 10, 100
WITHOUT_BODY = {"product"}  # may come without words
HEADERS = {"text", "image", "video", "document"}


def problem(content: Json) -> str:
    """ "" when Meta would take this `interactive` object, else a sentence that says what to change."""
    for part in ("header", "body", "footer", "action"):
        if not isinstance(content.get(part, {}), dict):
            return _("The part “%(part)s” is not an object.") % {"part": part}
    kind = content.get("type")
    check = KINDS.get(kind) if isinstance(kind, str) else None
    if check is None:
        return _("Messages of the type “%(type)s” cannot be sent.") % {"type": kind}
    return _frame(content, str(kind)) or check(as_object(content.get("action")), content)


def _frame(content: Json, kind: str) -> str:
    """Header, body and footer."""
    body = as_object(content.get("body")).get("text")
    if not body and kind not in WITHOUT_BODY:
        return _("The message is empty.")
    return (
        wrong_text(_("The message"), body, LIST_BODY if kind == "list" else BODY)
        or wrong_text(_("The footer"), as_object(content.get("footer")).get("text"), FOOTER)
        or _header(content.get("header"), kind)
    )


def _header(header: Json | None, kind: str) -> str:
    if not header:
        return _("A list of products needs a headline.") if kind == "product_list" else ""
    form = header.get("type")
    if form not in ({"text"} if kind in {"list", "product_list"} else HEADERS):
        return _("This message cannot have such a header.")
    if form == "text":
        return (
            _("The headline is empty.")
            if not is_text(header.get("text"))
            else wrong_text(_("The headline"), header["text"], HEADER)
        )
    media = as_object(header.get(form))
    given = [media[name] for name in ("upload", "id", "link") if media.get(name)]
    return "" if len(given) == 1 else _("Give either the uploaded file or a link.")


def _buttons(action: Json, _content: Json) -> str:
    buttons = as_objects(action.get("buttons"))
    replies = [as_object(button.get("reply")) for button in buttons]
    titles = [reply.get("title") for reply in replies]
    if not 1 <= len(buttons) <= BUTTONS:
        return _("A message has one to three buttons.")
    if not all(map(is_text, titles)) or len(set(titles)) < len(titles):
        return _("Each button needs words of its own.")
    ids = [reply.get("id") for reply in replies]
    if not all(is_text(one) and len(str(one)) <= BUTTON_ID for one in ids) or len(set(ids)) < len(ids):
        return _("Each button needs an id of its own, of at most 256 characters.")
    return next((found for title in titles if (found := wrong_text(_("A button"), title, BUTTON_TITLE))), "")


def _list(action: Json, _content: Json) -> str:
    sections = as_objects(action.get("sections"))
    rows = [row for section in sections for row in as_objects(section.get("rows"))]
    if not is_text(action.get("button")) or not 1 <= len(rows) <= LIST_ROWS or len(sections) > LIST_SECTIONS:
        return _("A list has a button, and one to ten rows in all.")
    if found := _sections(sections, "rows"):
        return found
    for row in rows:
        if not is_text(row.get("title")) or not is_text(row.get("id")):
            return _("Each row needs words and an id.")
        found = (
            wrong_text(_("A row"), row["title"], ROW_TITLE)
            or wrong_text(_("A row's description"), row.get("description"), ROW_DESCRIPTION)
            or wrong_text(_("A row's id"), row["id"], ROW_ID)
        )
        if found:
            return found
    if len({row["id"] for row in rows}) < len(rows):
        return _("Two rows have the same id.")
    return wrong_text(_("The list's button"), action["button"], BUTTON_TITLE)


def _sections(sections: list[Json], items: str) -> str:
    for section in sections:
        if not as_objects(section.get(items)):
            return _("A section is empty.")
        if len(sections) > 1 and not is_text(section.get("title")):
            return _("Each of several sections needs a title.")
        if found := wrong_text(_("A section's title"), section.get("title"), SECTION_TITLE):
            return found
    return ""


def _link(action: Json, _content: Json) -> str:
    parameters = as_object(action.get("parameters"))
    if not is_text(parameters.get("display_text")):
        return _("The button needs words.")
    url = parameters.get("url")
    parts = urlsplit(url) if isinstance(url, str) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.netloc:
        return _("Write the link as https://name/path.")
    return wrong_text(_("A button"), parameters["display_text"], BUTTON_TITLE)


def _place(_action: Json, _content: Json) -> str:
    return ""


def _product(action: Json, _content: Json) -> str:
    if not is_text(action.get("catalog_id")):
        return _("No catalogue is chosen for this number.")
    found = is_text(action.get("product_retailer_id"))
    return wrong_text(_("An article"), action["product_retailer_id"], RETAILER_ID) if found else _("Choose a product.")


def _products(action: Json, _content: Json) -> str:
    if not is_text(action.get("catalog_id")):
        return _("No catalogue is chosen for this number.")
    sections = as_objects(action.get("sections"))
    items = [item for section in sections for item in as_objects(section.get("product_items"))]
    if not 1 <= len(items) <= PRODUCTS or len(sections) > PRODUCT_SECTIONS:
        return _("A list of products has one to thirty of them, in at most ten sections.")
    if not all(is_text(item.get("product_retailer_id")) for item in items):
        return _("Choose a product.")
    return _sections(sections, "product_items")


def _catalogue(action: Json, _content: Json) -> str:
    shown = as_object(action.get("parameters")).get("thumbnail_product_retailer_id")
    return "" if shown is None or is_text(shown) else _("Choose a product.")


def _flow(action: Json, _content: Json) -> str:
    parameters = as_object(action.get("parameters"))
    named = is_text(parameters.get("flow_id")) or is_text(parameters.get("flow_name"))
    if not named or not is_text(parameters.get("flow_cta")):
        return _("A form needs its id and the words of its button.")
    return wrong_text(_("A button"), parameters["flow_cta"], BUTTON_TITLE)


KINDS: dict[str, Callable[[Json, Json], str]] = {
    "button": _buttons,
    "list": _list,
    "cta_url": _link,
    "location_request_message": _place,
    "contact_request": _place,
    "product": _product,
    "product_list": _products,
    "catalog_message": _catalogue,
    "flow": _flow,
}
