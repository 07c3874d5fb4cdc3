"""Whether a message fills a template as it asks, and what the customer then reads (facts §8, §10: 132xxx). Pure."""

from __future__ import annotations

import re
from typing import Any

from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, need, text

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
BODY_FILLED, HEADER_FILLED, COUPON = 1024, 60, 15
MEDIA_HEADERS = ("IMAGE", "VIDEO", "DOCUMENT", "LOCATION")


def fill_template(components: list[Fields], content: Fields) -> Fields:
    """{header, body, footer, buttons, header_media}. Raises GraphError 132xxx, 131008."""
    given = content.get("components") or []
    shown: Fields = {"buttons": []}
    for component in components:
        kind = str(component["type"]).lower()
        if kind == "buttons":
            shown["buttons"] = [_button(button, i, given) for i, button in enumerate(component["buttons"])]
            continue
        parameters = _parameters(given, kind)
        form = str(component.get("format", "TEXT")).upper()
        if kind == "header" and form in MEDIA_HEADERS:
            if len(parameters) != 1 or parameters[0].get("type") != form.lower():
                raise GraphError(132012, f"header: Format mismatch, expected {form}, received UNKNOWN")
            shown["header_media"] = parameters[0].get(form.lower())
        else:
            shown[kind] = _fill(kind, str(component.get("text", "")), parameters)
    for kind, most in (("header", HEADER_FILLED), ("body", BODY_FILLED)):
        if len(shown.get(kind, "")) > most:
            raise GraphError(132005, f"{kind}: Translated text length exceeds {most}")
    return shown


def _parameters(given: list[Fields], kind: str) -> list[Fields]:
    for component in given:
        if str(component.get("type", "")).lower() == kind:
            return list(component.get("parameters") or [])
    return []


def _fill(kind: str, words: str, parameters: list[Fields]) -> str:
    names = list(dict.fromkeys(VARIABLE.findall(words)))
    if len(names) != len(parameters):
        raise GraphError(
            132000,
            f"{kind}: number of localizable_params ({len(parameters)}) does not match the expected number of params "
            f"({len(names)})",
        )
    values = {}
    for name, parameter in zip(names, parameters, strict=True):
        form = str(parameter.get("type", "text"))
        if form == "text":
            value = text(parameter, "text", 1024, f"{kind}: parameter {name}") or ""
            if re.search(r"[\n\t]| {5}", value):
                raise GraphError(
                    132018, "Param text cannot have new-line/tab characters or more than 4 consecutive spaces"
                )
        elif form in ("currency", "date_time"):
            value = text(need(parameter, form, dict, kind), "fallback_value", 200, form) or ""
        else:
            raise GraphError(132012, f"{kind}: Format mismatch, expected TEXT, received {form.upper()}")
        values[str(parameter.get("parameter_name") or name)] = value
    if set(values) != set(names):
        raise GraphError(132000, f"{kind}: parameter names do not match the template's")
    return VARIABLE.sub(lambda found: values[found.group(1)], words)


def _button(button: Fields, index: int, given: list[Fields]) -> Fields:
    """One button as shown, with the payload, code or address its parameter gave."""
    words = str(button.get("text") or "Copy offer code")
    shown = {"type": str(button["type"]).lower(), "text": words, "payload": words}
    if button.get("phone_number"):
        shown["phone"] = str(button["phone_number"])
    mine = [c for c in given if str(c.get("type", "")).lower() == "button" and str(c.get("index", "0")) == str(index)]
    parameters: list[Any] = (mine[0].get("parameters") or []) if mine else []
    if button["type"] == "URL":
        shown["url"] = button.get("url", "")
        if VARIABLE.search(shown["url"]):
            if not parameters or not parameters[0].get("text"):
                raise GraphError(131008, f"buttons: Button at index {index} of type Url requires a parameter")
            shown["url"] = VARIABLE.sub(lambda _: str(parameters[0]["text"]), shown["url"])
    elif button["type"] == "COPY_CODE":
        code = str(parameters[0].get("coupon_code") or "") if parameters else ""
        if not code:
            raise GraphError(131008, f"buttons: Button at index {index} of type CopyCode requires a parameter")
        if len(code) > COUPON:
            raise GraphError(132018, f"buttons: coupon_code must be at most {COUPON} characters long")
        shown["payload"] = code
    elif parameters and parameters[0].get("payload"):
        shown["payload"] = str(parameters[0]["payload"])
    return shown
