"""The message WhatsApp is given for a text and its buttons (A3, A5; limits: facts §8). Without Django."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from autoreply.wording import LIMIT, shorten

PERSON_ID = "handover"  # the payload of "talk to a person"
RULE_ID = "rule:"  # and of "reply with rule"
AGAIN = "~"  # before the number of a second choice that leads to the same place: WhatsApp wants each id once
MOST_BUTTONS = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """A button the customer answers with."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Composed:
    """Meta's type and object; `was` is the length of a text that had to be cut, else 0."""

    type: str
    content: dict[str, Any]
    was: int = 0


def compose(text: str, choices: list[Choice], *, link: Link | None = None, list_button: str) -> Composed:
    """A text alone, with a link, with up to three buttons, or with a list. A link and choices do not go together on WhatsApp:
    then the link stands in the text."""
    body, cut = shorten(text)
    was = len(text) if cut else 0
    if link is not None and not choices:
        action = {"name": "cta_url", "parameters": {"display_text": link.title, "url": link.url}}
        return Composed("interactive", {"type": "cta_url", "body": {"text": body}, "action": action}, was)
    if link is not None:
        room = LIMIT - len(link.url) - 1
        head, cut = shorten(text, max(room, 60))
        body, was = f"{head}\n{link.url}", len(text) if cut else 0
    if not choices:
        return Composed("text", {"body": body, "preview_url": False}, was)
    choices = _each_id_once(choices)
    if len(choices) <= MOST_BUTTONS:
        buttons = [{"type": "reply", "reply": {"id": choice.id, "title": choice.title}} for choice in choices]
        content = {"type": "button", "body": {"text": body}, "action": {"buttons": buttons}}
        return Composed("interactive", content, was)
    rows = [{"id": choice.id, "title": choice.title} for choice in choices]
    content = {"type": "list", "body": {"text": body}, "action": {"button": list_button, "sections": [{"rows": rows}]}}
    return Composed("interactive", content, was)


def _each_id_once(choices: list[Choice]) -> list[Choice]:
    seen: Counter[str] = Counter()
    found = []
    for choice in choices:
        seen[choice.id] += 1
        times = seen[choice.id]
        found.append(choice if times == 1 else Choice(f"{choice.id}{AGAIN}{times}", choice.title))
    return found


def tapped(type_: str, payload: dict[str, Any]) -> str:
    """The id of the button or list row a customer tapped, "" for another message. Believe nothing of it but that it is a string."""
    if type_ == "button":
        found = payload.get("payload")
    elif type_ == "interactive":
        inner = payload.get(str(payload.get("type")))
        found = inner.get("id") if isinstance(inner, dict) else None
    else:
        found = None
    return found.partition(AGAIN)[0] if isinstance(found, str) else ""
