"""Values into a template and out of one: Meta's object for sending, and the words as the customer will read them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conversations.templates.definition import MEDIA, VARIABLE, Button, Definition, Json, Slot, objects, text_of

Values = Mapping[str, Any]
"""Slot's key -> a text; for a picture, film or document {"id" or "link", "filename"?}; for a place latitude, longitude, name, address."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A filled template, as on the customer's phone. A slot without a value shows its mark, such as {{1}}."""

    header_kind: str  # "" without a header
    header_text: str
    header_media: Json
    body: str
    footer: str
    buttons: tuple[Button, ...]
    missing: tuple[str, ...]
    """Keys of slots without a value."""

    @property
    def text(self) -> str:
        """What thread and search read."""
        return "\n\n".join(part for part in (self.header_text, self.body, self.footer) if part)


def content(definition: Definition, *, name: str, language: str, values: Values) -> Json:
    """Meta's template object (facts §8). What lacks a value is sent empty, so that the check names it."""
    components: list[Json] = []
    for kind, slots in (("header", definition.header_slots), ("body", definition.body_slots)):
        if slots:
            parameters = [_parameter(slot, values.get(slot.key), definition.named) for slot in slots]
            components.append({"type": kind, "parameters": parameters})
    for slot in definition.button_slots:
        index = slot.key.partition(".")[2]
        sub_type = "copy_code" if slot.kind == "code" else "url"
        parameter = _parameter(slot, values.get(slot.key), named=False)
        components.append({"type": "button", "sub_type": sub_type, "index": index, "parameters": [parameter]})
    found: Json = {"name": name, "language": {"code": language}}
    return {**found, "components": components} if components else found


def _parameter(slot: Slot, value: Any, named: bool) -> Json:
    if slot.kind in (*MEDIA, "location"):
        return {"type": slot.kind, slot.kind: dict(value) if isinstance(value, Mapping) else {}}
    words = text_of(value)
    if slot.kind == "code":
        return {"type": "coupon_code", "coupon_code": words}
    parameter = {"type": "text", "text": words}
    return {"type": "text", "parameter_name": slot.name, "text": words} if named else parameter


def values_of(definition: Definition, given: Json) -> dict[str, Any]:
    """The other way: what Meta's object puts into each slot. Slots that it does not fill are left out."""
    found: dict[str, Any] = {}
    for component in objects(given.get("components")):
        kind, parameters = text_of(component.get("type")).lower(), objects(component.get("parameters"))
        if kind == "button":
            key = f"button.{component.get('index', '0')}"
            found |= {slot.key: _value(one) for slot, one in zip(_only(definition, key), parameters, strict=False)}
        elif kind in ("header", "body"):
            slots = definition.header_slots if kind == "header" else definition.body_slots
            by_name = {slot.name: slot.key for slot in slots if slot.name}
            if definition.named and any("parameter_name" in one for one in parameters):
                pairs = [(by_name.get(text_of(one.get("parameter_name"))), one) for one in parameters]
                found |= {key: _value(one) for key, one in pairs if key}
            else:
                found |= {slot.key: _value(one) for slot, one in zip(slots, parameters, strict=False)}
    return found


def header_file(given: Json) -> Json:
    """What Meta's object gives for the header's picture, film or document; {} without."""
    for component in objects(given.get("components")):
        if text_of(component.get("type")).lower() == "header":
            for parameter in objects(component.get("parameters")):
                inner = parameter.get(text_of(parameter.get("type")))
                return inner if isinstance(inner, dict) else {}
    return {}


def _only(definition: Definition, key: str) -> list[Slot]:
    return [slot for slot in definition.button_slots if slot.key == key]


def _value(parameter: Json) -> Any:
    kind = text_of(parameter.get("type")).lower() or "text"
    inner = parameter.get(kind)
    if kind in ("currency", "date_time"):
        return text_of(inner.get("fallback_value")) if isinstance(inner, dict) else ""
    if kind in (*MEDIA, "location"):
        return inner if isinstance(inner, dict) else {}
    return text_of(inner)


def show(definition: Definition, values: Values) -> Shown:
    header = definition.header
    kind = header.kind if header else ""
    head = {slot.name: text_of(values.get(slot.key)) for slot in definition.header_slots if slot.kind == "text"}
    body = {slot.name: text_of(values.get(slot.key)) for slot in definition.body_slots}
    media = values.get("header") if kind not in ("", "text") else None
    return Shown(
        header_kind=kind,
        header_text=fill(header.text, head) if header and kind == "text" else "",
        header_media=dict(media) if isinstance(media, Mapping) else {},
        body=fill(definition.body, body),
        footer=definition.footer,
        buttons=tuple(_button(button, text_of(values.get(f"button.{button.index}"))) for button in definition.buttons),
        missing=tuple(slot.key for slot in definition.slots if not values.get(slot.key)),
    )


def fill(text: str, values: Mapping[str, str]) -> str:
    """In one pass: a value that looks like a mark stays as it is. Without a value the mark stays."""
    return VARIABLE.sub(lambda mark: values.get(mark[1]) or mark[0], text)


def _button(button: Button, value: str) -> Button:
    if not value:
        return button
    url = VARIABLE.sub(lambda _mark: value, button.url)
    return Button(button.index, button.kind, button.text, url, button.phone, value)
