"""A template as its own examples fill it: what reviewers and staff look at before there is a customer. Pure."""

from __future__ import annotations

from typing import Any

from conversations.templates.definition import VARIABLE, Button, Definition
from conversations.templates.filling import Shown, show
from conversations.whatsapp.formatting import html


def sample(definition: Definition) -> Shown:
    values: dict[str, Any] = {slot.key: slot.example for slot in definition.slots if slot.kind in ("text", "code")}
    values |= {f"button.{button.index}": _suffix(button) for button in definition.buttons if button.kind == "url"}
    return show(definition, values)


def bubble(definition: Definition) -> dict[str, Any]:
    """The same for a page: header, body as HTML, footer, buttons; more than three are behind one, as on the phone."""
    shown = sample(definition)
    few = 3 if len(shown.buttons) <= 3 else 2
    return {
        "header_kind": shown.header_kind,
        "header_text": shown.header_text,
        "html": html(shown.body),
        "footer": shown.footer,
        "buttons": shown.buttons[:few],
        "more": shown.buttons[few:],
    }


def _suffix(button: Button) -> str:
    """Meta's example of a link is the whole of it."""
    start = VARIABLE.split(button.url)[0]
    return button.example.removeprefix(start)
