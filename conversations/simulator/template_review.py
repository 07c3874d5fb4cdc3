"""Meta's two looks at a new template: what it refuses at once (2388xxx), and what a reviewer would say (facts §6, §8, §10). Pure."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Any

from conversations.simulator.errors import GraphError
from conversations.simulator.fields import Fields, items, one_of, text
from conversations.simulator.template_filling import MEDIA_HEADERS, VARIABLE

CATEGORIES = ("MARKETING", "UTILITY", "AUTHENTICATION")
LIMITS = {"HEADER": (60, 2388047), "BODY": (1024, 2388072), "FOOTER": (60, 2388073)}  # most characters, subcode
TOO_LONG, TOO_MANY_VARIABLES, AT_THE_EDGE = 2388040, 2388293, 2388299
BUTTONS, LABEL, ADDRESS = 10, 25, 2000
MOST_OF = {"URL": 2, "PHONE_NUMBER": 1, "COPY_CODE": 1, "QUICK_REPLY": 10}
TTL = {"AUTHENTICATION": (30, 900), "UTILITY": (30, 43200), "MARKETING": (43200, 2592000)}  # seconds; -1: 30 days


@dataclass(frozen=True)
class Verdict:
    status: str  # APPROVED or REJECTED
    reason: str  # NONE, PROMOTIONAL, …
    category: str
    recommendation: str = ""


def check_template(body: Fields) -> list[Fields]:
    """The components of a template to be created or edited. Raises GraphError 100 with Meta's subcode."""
    components = items(body, "components", 1, 10, "")
    kinds = [str(component.get("type", "")).upper() for component in components]
    for kind in kinds:
        one_of(kind, ("HEADER", "BODY", "FOOTER", "BUTTONS"), "components['type']")
    if "BODY" not in kinds or len(set(kinds)) != len(kinds):
        raise GraphError(100, "A template needs one component of type BODY, and each other type at most once.")
    named = str(body.get("parameter_format", "")).upper() == "NAMED"
    for kind, component in zip(kinds, components, strict=True):
        if kind == "BUTTONS":
            _buttons(items(component, "buttons", 1, BUTTONS, "components"))
        else:
            _words(kind, component, named)
    return components


def check_ttl(category: str, seconds: Any) -> int | None:
    if seconds is None:
        return None
    low, high = TTL[category]
    if not isinstance(seconds, int) or not (seconds == -1 or low <= seconds <= high):
        raise GraphError(100, f"message_send_ttl_seconds must be -1 or between {low} and {high} for {category}.")
    return seconds


def _words(kind: str, component: Fields, named: bool) -> None:
    most, subcode = LIMITS[kind]
    given = component.get("example")
    example: Fields = given if isinstance(given, dict) else {}
    form = str(component.get("format", "TEXT")).upper()
    if kind == "HEADER" and form != "TEXT":
        one_of(form, MEDIA_HEADERS, "components['format']")
        if form != "LOCATION" and not example.get("header_handle"):
            raise _refused(subcode, f"Components of type HEADER and format {form} need an example.")
        return
    words = text(component, "text", 100_000, "components") or ""
    if len(words) > most:
        raise _refused(TOO_LONG, f"The {kind.lower()} has {len(words)} characters, the most is {most}.")
    variables = list(dict.fromkeys(VARIABLE.findall(words)))
    if kind == "FOOTER" and variables:
        raise _refused(subcode, "The footer can't have any variables.")
    if kind == "HEADER" and (len(variables) > 1 or "\n" in words or re.search(r"[*_~`]", VARIABLE.sub("", words))):
        raise _refused(subcode, "The header can't have new lines, formatting characters or more than one variable.")
    if kind == "BODY" and re.search(r"\n{3}|\{\{\w+\}\}\s*\{\{", words):
        raise _refused(subcode, "The body can't have more than two new lines in a row, or variables side by side.")
    _variables(kind, words, variables, named, subcode, example)


def _variables(kind: str, words: str, variables: list[str], named: bool, subcode: int, example: Fields) -> None:
    right = all(re.fullmatch(r"[a-z][a-z0-9_]*", name) for name in variables)
    if not named:
        right = sorted(variables) == sorted(str(n + 1) for n in range(len(variables)))
    if not right or words.count("{{") != len(VARIABLE.findall(words)):
        raise _refused(subcode, "The variables are not in the right form or order.")
    if kind == "BODY" and (re.match(r"\s*\{\{", words) or re.search(r"\}\}\s*$", words)):
        raise _refused(AT_THE_EDGE, "Variables can't be at the start or end of the template.")
    if kind == "BODY" and variables and len(VARIABLE.sub(" ", words).split()) < 2 * len(variables) + 1:
        raise _refused(TOO_MANY_VARIABLES, "This template has too many variables for its length.")
    if not variables or kind == "FOOTER":
        return
    part = kind.lower()
    given = example.get(f"{part}_text_named_params" if named else f"{part}_text")
    rows = given[0] if kind == "BODY" and not named and isinstance(given, list) and given else given
    if not isinstance(rows, list) or len(rows) != len(variables) or not all(rows):
        raise _refused(subcode, f"The {part} needs an example for each of its variables.")


def _buttons(buttons: list[Fields]) -> None:
    kinds = [str(button.get("type", "")).upper() for button in buttons]
    for kind, button in zip(kinds, buttons, strict=True):
        one_of(kind, tuple(MOST_OF), "buttons['type']")
        if kind != "COPY_CODE" and len(text(button, "text", 1000, "buttons") or "") > LABEL:
            raise _refused(TOO_LONG, f"A button has more than {LABEL} characters.")
        if kind == "URL":
            url = text(button, "url", ADDRESS, "buttons") or ""
            if VARIABLE.search(url) and (not re.search(r"\{\{1\}\}$", url) or not button.get("example")):
                raise GraphError(100, "A button's URL takes one variable at its end, with an example.")
        elif kind == "PHONE_NUMBER":
            text(button, "phone_number", 20, "buttons")
        elif kind == "COPY_CODE":
            text(button, "example", 15, "buttons")
    for kind, most in MOST_OF.items():
        if kinds.count(kind) > most:
            raise GraphError(100, f"A template has at most {most} buttons of type {kind}.")
    replies = [kind == "QUICK_REPLY" for kind in kinds]
    if sum(a != b for a, b in itertools.pairwise(replies)) > 1:
        raise GraphError(100, "Quick replies and other buttons must be grouped together.")


def _refused(subcode: int, words: str) -> GraphError:
    return GraphError(100, words, subcode=subcode)


# What a reviewer stumbles over, in Italian and English.
SCAM = re.compile(r"\b(iban|cvv|pin|password|carta di credito|credit card)\b", re.IGNORECASE)
ABUSE = re.compile(r"\b(avvocat\w+|tribunale|lawsuit|legal action|ultimo avviso|last warning)\b", re.IGNORECASE)
PROMOTION = re.compile(
    r"\b(scont\w+|offert\w+|promo\w*|saldi|discount\w*|sale|special offer|buy now|compra ora)\b|\d\s?%", re.IGNORECASE
)


def judge(category: str, components: list[Fields], *, may_change_category: bool) -> Verdict:
    words = " ".join(str(component.get("text", "")) for component in components)
    words += " ".join(str(button.get("text", "")) for part in components for button in part.get("buttons", ()))
    if SCAM.search(words):
        return Verdict("REJECTED", "SCAM", category, "Do not ask for card, account or identity numbers.")
    if ABUSE.search(words):
        return Verdict("REJECTED", "ABUSIVE_CONTENT", category, "Do not threaten the customer.")
    if category == "UTILITY" and PROMOTION.search(words):
        if may_change_category:
            return Verdict("APPROVED", "NONE", "MARKETING")
        return Verdict(
            "REJECTED", "PROMOTIONAL", category, "Remove promotional content, or choose the category MARKETING."
        )
    return Verdict("APPROVED", "NONE", category)
