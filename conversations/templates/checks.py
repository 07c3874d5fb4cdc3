"""Whether a message fills a template as its definition asks, before Meta is asked (C23; facts §8, §10: 132000 to 132018). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from conversations.templates import filling
from conversations.templates.definition import MEDIA, Button, Definition, Json, Slot, objects, text_of

# Meta: messages/template, templates/components. The filled text counts, not the definition's.
HEADER, BODY, URL, CODE, PAYLOAD = 60, 1024, 2000, 15, 256
RUN = re.compile(r"[\n\r\t]| {5}")  # "new-line/tab characters or more than 4 consecutive spaces" (132018)
# Parts whose parameters only Meta can judge: passed on as they come.
PASSED_ON = ("carousel", "limited_time_offer", "order_status", "product")
TEXTS = ("text", "currency", "date_time")


@dataclass(frozen=True, slots=True)
class Fault:
    """`code` is stable (docs/reference/errors.md), `slot` the key of what is wrong, "" when it is no single one."""

    code: str
    sentence: str
    slot: str = ""
    numbers: dict[str, int] = field(default_factory=dict)


def faults(definition: Definition, content: Json) -> list[Fault]:
    """Everything that Meta would refuse, in the order of the parts. [] for a message that fits."""
    given = content.get("components") or []
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        return [Fault("template_parameters", _("A template's components are a list of objects."))]
    parts: dict[str, list[Json]] = {}
    for one in given:
        parts.setdefault(text_of(one.get("type")).lower(), []).append(one)
    known = {"header", "body", "button", *PASSED_ON}
    found = [
        Fault("template_parameters", _("A template has no part “%(part)s”.") % {"part": kind or "?"})
        for kind in parts
        if kind not in known
    ]
    found += _header(definition, parts.get("header", []))
    found += _part(definition, "body", definition.body_slots, parts.get("body", []))
    found += _buttons(definition, parts.get("button", []))
    found += _special(definition, parts)
    return found or _lengths(definition, content)


def _header(definition: Definition, given: list[Json]) -> list[Fault]:
    header = definition.header
    if header is None or header.kind == "text":
        return _part(definition, "header", definition.header_slots, given)
    found = _parameters(given)
    if len(found) != 1 or text_of(found[0].get("type")).lower() != header.kind:
        return [Fault("template_header", media_needed(header.kind), "header")]
    inner = found[0].get(header.kind)
    inner = inner if isinstance(inner, dict) else {}
    if header.kind in MEDIA and not _is_file(inner):
        return [Fault("template_header", media_needed(header.kind), "header")]
    if header.kind == "location" and not _is_place(inner):
        sentence = _("The header's place needs latitude, longitude, a name and an address.")
        return [Fault("template_header", sentence, "header")]
    return []


def media_needed(kind: str) -> str:
    return {
        "image": _("The header needs a picture: give either the uploaded file or a link."),
        "video": _("The header needs a film: give either the uploaded file or a link."),
        "document": _("The header needs a document: give either the uploaded file or a link."),
        "location": _("The header's place needs latitude, longitude, a name and an address."),
    }.get(kind, _("This template's header cannot be filled here."))


def _is_file(inner: Json) -> bool:
    """Meta's id, a link, or the number of an upload of ours, which becomes an id when it is sent."""
    upload = inner.get("upload")
    chosen = [*(bool(text_of(inner.get(key)).strip()) for key in ("id", "link")), type(upload) is int and upload > 0]
    return sum(chosen) == 1 and isinstance(inner.get("filename", ""), str)


def _is_place(inner: Json) -> bool:
    try:
        latitude, longitude = float(inner["latitude"]), float(inner["longitude"])
    except (KeyError, TypeError, ValueError, OverflowError):
        return False
    named = all(text_of(inner.get(part)).strip() for part in ("name", "address"))
    return named and -90 <= latitude <= 90 and -180 <= longitude <= 180


def _part(definition: Definition, part: str, slots: tuple[Slot, ...], given: list[Json]) -> list[Fault]:
    """A text with variables: as many values as variables, of the right names, each with words that Meta takes."""
    parameters = _parameters(given)
    if len(parameters) != len(slots):
        sentence = _("The %(part)s of this template takes %(count)s values, not %(given)s.") % {
            "part": _("header") if part == "header" else _("body"),
            "count": len(slots),
            "given": len(parameters),
        }
        return [Fault("template_parameters", sentence, numbers={"expected": len(slots), "given": len(parameters)})]
    if definition.named:
        names = {text_of(one.get("parameter_name")) for one in parameters}
        if lacking := [slot for slot in slots if slot.name not in names]:
            sentence = _("The value “%(name)s” is missing.") % {"name": lacking[0].name}
            return [Fault("template_parameters", sentence, lacking[0].key)]
        by_name = {text_of(one.get("parameter_name")): one for one in parameters}
        parameters = [by_name[slot.name] for slot in slots]
    return [fault for slot, one in zip(slots, parameters, strict=True) for fault in _words(slot, one)]


def _words(slot: Slot, parameter: Json) -> list[Fault]:
    kind = text_of(parameter.get("type")).lower()
    if kind not in TEXTS:
        sentence = _("The value %(name)s is a text here, not “%(kind)s”.") % {"name": slot.name, "kind": kind or "?"}
        return [Fault("template_parameters", sentence, slot.key)]
    inner = parameter.get(kind)
    words = text_of(inner.get("fallback_value")) if isinstance(inner, dict) else text_of(inner)
    return _text_faults(slot, words)


def _text_faults(slot: Slot, words: str) -> list[Fault]:
    if not words.strip():
        sentence = _("The value %(name)s is empty.") % {"name": slot.name or slot.key}
        return [Fault("template_parameter_empty", sentence, slot.key)]
    if RUN.search(words):
        sentence = _("The value %(name)s may hold no line break, no tab and at most four spaces in a row.") % {
            "name": slot.name or slot.key
        }
        return [Fault("template_parameter_text", sentence, slot.key)]
    return []


def _buttons(definition: Definition, given: list[Json]) -> list[Fault]:
    found: list[Fault] = []
    by_index: dict[str, Json] = {}
    for one in given:
        by_index[str(one.get("index", ""))] = one
    for index in by_index.keys() - {str(button.index) for button in definition.buttons}:
        sentence = _("This template has no button number %(number)s.") % {"number": index or "?"}
        found.append(Fault("template_button", sentence))
    for slot in definition.button_slots:
        button = definition.buttons[int(slot.key.partition(".")[2])]
        parameters = _parameters([by_index[str(button.index)]]) if str(button.index) in by_index else []
        found += _filled_button(slot, button, parameters)
    for button in definition.buttons:
        if button.kind == "quick_reply" and str(button.index) in by_index:
            found += _payload(button, _parameters([by_index[str(button.index)]]))
    return found


def _filled_button(slot: Slot, button: Button, parameters: list[Json]) -> list[Fault]:
    words = text_of((parameters or [{}])[0].get("coupon_code" if slot.kind == "code" else "text"))
    if len(parameters) != 1 or not words.strip():
        sentence = (
            _("The button needs the code that it copies.")
            if slot.kind == "code"
            else _("The button “%(button)s” needs the end of its link.") % {"button": button.text}
        )
        return [Fault("template_button", sentence, slot.key)]
    if slot.kind == "code" and len(words) > CODE:
        sentence = _("The code has %(count)s characters; WhatsApp takes %(limit)s.") % {
            "count": len(words),
            "limit": CODE,
        }
        return [Fault("template_button", sentence, slot.key, {"count": len(words), "limit": CODE})]
    if slot.kind == "suffix" and re.search(r"\s", words):
        return [Fault("template_button", _("The end of a link has no spaces."), slot.key)]
    return []


def _payload(button: Button, parameters: list[Json]) -> list[Fault]:
    """What comes back when the customer taps; Meta sends the button's words when none is given."""
    words = parameters[0].get("payload") if len(parameters) == 1 else None
    if isinstance(words, str) and 0 < len(words) <= PAYLOAD:
        return []
    sentence = _("A button's answer is a text of at most %(limit)s characters.") % {"limit": PAYLOAD}
    return [Fault("template_button", sentence, f"button.{button.index}")]


def _special(definition: Definition, parts: dict[str, list[Json]]) -> list[Fault]:
    """Cards and offers that a form does not fill must come along in Meta's own shape."""
    lacking = [kind for kind in definition.special if kind == "carousel" and kind not in parts]
    sentence = _("This template has cards: send it through the API with all its components.")
    return [Fault("template_parameters", sentence) for _kind in lacking]


def _lengths(definition: Definition, content: Json) -> list[Fault]:
    """Of the filled text (132005)."""
    values = filling.values_of(definition, content)
    shown = filling.show(definition, values)
    found = [
        (shown.header_text, HEADER, _("The header"), "header"),
        (shown.body, BODY, _("The text"), ""),
        *[
            (button.url, URL, _("The button's link"), f"button.{button.index}")
            for button in shown.buttons
            if button.kind == "url"
        ],
    ]
    return [
        Fault("template_too_long", _too_long(what, words, limit), slot, {"count": len(words), "limit": limit})
        for words, limit, what, slot in found
        if len(words) > limit
    ]


def _too_long(what: str, words: str, limit: int) -> str:
    return _("%(what)s has %(count)s characters once filled; WhatsApp takes %(limit)s.") % {
        "what": what,
        "count": len(words),
        "limit": limit,
    }


def _parameters(given: list[Json]) -> list[Any]:
    return objects(given[-1].get("parameters")) if given else []
