"""A template as Meta describes it, in a small typed shape: header, body, footer, buttons, and what is to be filled in. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]

VARIABLE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
MEDIA = ("image", "video", "document")
HEADER_KINDS = ("text", *MEDIA, "location")
# Buttons that the sender fills: kind -> kind of what is filled in. One-time passwords are sent like a link's end.
FILLED_BUTTONS = {"url": "suffix", "otp": "suffix", "copy_code": "code"}
# Parts that need more than words: they can be sent through the API with Meta's own object, not filled in on a form.
SPECIAL_BUTTONS = ("mpm", "spm")


@dataclass(frozen=True, slots=True)
class Header:
    kind: str  # one of HEADER_KINDS
    text: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Button:
    index: int
    kind: str  # Meta's type in small letters: quick_reply, url, phone_number, copy_code, otp, flow, catalog, …
    text: str
    url: str = ""
    phone: str = ""
    example: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing to fill in. `key` names it everywhere: "header", "body.1", "body.order", "button.0"."""

    key: str
    kind: str  # text, image, video, document, location, suffix (the end of a link), code
    name: str = ""  # the variable's: "1", "order"
    example: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    body: str
    header: Header | None = None
    footer: str = ""
    buttons: tuple[Button, ...] = ()
    named: bool = False
    examples: tuple[str, ...] = ()
    """Of the body's variables, in their order."""
    special: tuple[str, ...] = ()
    """What a form cannot fill: cards, product lists, limited offers (Meta's names in small letters)."""

    @property
    def slots(self) -> tuple[Slot, ...]:
        """In the order in which the customer reads them."""
        return (*self.header_slots, *self.body_slots, *self.button_slots)

    @property
    def header_slots(self) -> tuple[Slot, ...]:
        if self.header is None:
            return ()
        if self.header.kind != "text":
            return (Slot("header", self.header.kind, example=self.header.example),)
        return tuple(Slot("header", "text", name, self.header.example) for name in variables(self.header.text)[:1])

    @property
    def body_slots(self) -> tuple[Slot, ...]:
        names = variables(self.body)
        examples = [*self.examples, *[""] * len(names)]
        return tuple(
            Slot(f"body.{name}", "text", name, example) for name, example in zip(names, examples, strict=False)
        )

    @property
    def button_slots(self) -> tuple[Slot, ...]:
        return tuple(
            Slot(f"button.{button.index}", FILLED_BUTTONS[button.kind], example=button.example)
            for button in self.buttons
            if needs_filling(button)
        )


def needs_filling(button: Button) -> bool:
    """A link only when it ends in a variable."""
    return button.kind in FILLED_BUTTONS and (button.kind != "url" or bool(VARIABLE.search(button.url)))


def variables(text: str) -> list[str]:
    """Names or numbers in order, each once. Numbered ones are sent in the order of their numbers."""
    found = list(dict.fromkeys(VARIABLE.findall(text)))
    return sorted(found, key=int) if found and all(name.isdigit() for name in found) else found


def parse(components: Any, parameter_format: str = "POSITIONAL") -> Definition:
    """From Meta's `components`. Never raises: what is not understood is left out, or named in `special`."""
    parts = {text_of(part.get("type")).lower(): part for part in reversed(objects(components))}
    body, named = parts.get("body", {}), parameter_format.upper() == "NAMED"
    words = text_of(body.get("text"))
    buttons = tuple(_button(index, one) for index, one in enumerate(objects(parts.get("buttons", {}).get("buttons"))))
    known = {"header", "body", "footer", "buttons"}
    special = [kind for kind in parts if kind and kind not in known]
    return Definition(
        header=_header(parts.get("header")),
        body=words,
        footer=text_of(parts.get("footer", {}).get("text")),
        buttons=buttons,
        named=named,
        examples=tuple(_body_examples(body, variables(words))),
        special=(*special, *(button.kind for button in buttons if button.kind in SPECIAL_BUTTONS)),
    )


def _header(part: Json | None) -> Header | None:
    if part is None:
        return None
    kind = text_of(part.get("format")).lower() or "text"
    given = part.get("example")
    example: Json = given if isinstance(given, dict) else {}
    if kind == "text":
        named = _named_examples(example.get("header_text_named_params"))
        shown = first_text(example.get("header_text")) or next(iter(named.values()), "")
        return Header("text", text_of(part.get("text")), shown)
    return Header("video" if kind == "gif" else kind, example=first_text(example.get("header_handle")))


def _body_examples(part: Json, names: list[str]) -> Iterable[str]:
    example = part.get("example")
    if not isinstance(example, dict):
        return []
    named = _named_examples(example.get("body_text_named_params"))
    if named:
        return [named.get(name, "") for name in names]
    rows = example.get("body_text")
    row = rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], list) else rows
    return [text_of(value) for value in row] if isinstance(row, list) else []


def _named_examples(given: Any) -> dict[str, str]:
    return {text_of(one.get("param_name")): text_of(one.get("example")) for one in objects(given)}


def _button(index: int, one: Json) -> Button:
    example = one.get("example")
    kind = text_of(one.get("type")).lower()
    return Button(
        index=index,
        kind=kind,
        text=text_of(one.get("text")),
        url=text_of(one.get("url")),
        phone=text_of(one.get("phone_number")),
        example=first_text(example) if isinstance(example, list) else text_of(example),
    )


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else ""


def first_text(value: Any) -> str:
    return text_of(value[0]) if isinstance(value, list) and value else text_of(value)


def objects(value: Any) -> list[Json]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
