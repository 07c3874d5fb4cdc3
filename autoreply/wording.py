"""The words of automatic texts: placeholders, length, times as people say them. Without Django, and nothing in a
text is ever run (A2, A4).

    {{ contact.first_name }}                 skipped variant when the name is not known
    {{ contact.first_name | gentile cliente }}   with a default
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

LIMIT = 256  # A2
ELLIPSIS = "…"

# What may stand between the braces. Orders, tracking, links and CRM fields join with their features (A4).
PLACEHOLDERS = (
    "contact.first_name",
    "contact.name",
    "conversation.number",
    "channel.name",
    "department.name",
    "agent.first_name",
    "opening",
    "time",
)

_MARK = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_STRAY = re.compile(r"\{\{|\}\}|\{%|%\}")
_NAME = re.compile(r"[a-z]+(\.[a-z_]+)*")
_FOREIGN = re.compile(
    r"%[a-z_]{2,30}%"
)  # how other tools write placeholders: said as it stands, it would reach the customer

_DAYS = {
    "it": ("lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "en": "January February March April May June July August September October November December",
}


class BadWording(ValueError):
    """A text that cannot be filled: `code` is unknown, broken or foreign, `what` the piece of text."""

    def __init__(self, code: str, what: str) -> None:
        super().__init__(f"{code}: {what}")
        self.code, self.what = code, what


def check(text: str) -> None:
    """Raises BadWording for a placeholder that does not exist, or braces that do not close."""
    for mark in _MARK.finditer(text):
        name = mark[1].partition("|")[0].strip()
        if not _NAME.fullmatch(name):
            raise BadWording("broken", mark[0])
        if name not in PLACEHOLDERS:
            raise BadWording("unknown", name)
    if stray := _STRAY.search(_MARK.sub("", text)):
        raise BadWording("broken", stray[0])
    if foreign := _FOREIGN.search(text):
        raise BadWording("foreign", foreign[0])


def render(text: str, values: Mapping[str, str]) -> str | None:
    """The text with its placeholders filled, in one pass: a value that looks like a placeholder stays as it is.

    None when a value is empty and no default is given: this variant cannot be said now.
    """
    missing = False

    def fill(mark: re.Match[str]) -> str:
        nonlocal missing
        name, _bar, default = mark[1].partition("|")
        value = tidy(values.get(name.strip(), "")) or default.strip()
        missing = missing or not value
        return value

    filled = _MARK.sub(fill, text)
    return None if missing else filled


def tidy(value: str, limit: int = 60) -> str:
    """A name as a customer may have written it, on one line and short."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in value).split())[:limit].strip()


def first_name(name: str) -> str:
    """ "Asha" of "Asha Verdi"; "" of a number or a sign."""
    first = tidy(name).split(" ")[0] if name else ""
    return first if any(sign.isalpha() for sign in first) else ""


def shorten(text: str, limit: int = LIMIT) -> tuple[str, bool]:
    """At most `limit` characters, cut at a word with "…"; whether it was cut (A2)."""
    if len(text) <= limit:
        return text, False
    kept = text[: limit - len(ELLIPSIS)]
    at_word = kept if text[len(kept)].isspace() else kept.rsplit(None, 1)[0] if len(kept.split()) > 1 else kept
    return at_word.rstrip(" ,;:.-–\n") + ELLIPSIS, True


def moment(at: datetime, now: datetime, language: str) -> str:
    """When, as a person says it: "alle 15:00", "domani alle 9:00", "lunedì alle 9:00", "lunedì 7 dicembre alle 9:00".

    Both in local time of the same zone. Languages: it, en (others read English).
    """
    language = language if language in _DAYS else "en"
    clock = f"{at.hour}:{at.minute:02}"
    hour = f"alle {clock}" if language == "it" else f"at {clock}"
    if language == "it" and at.hour == 1:
        hour = f"all’{clock}"
    days = (at.date() - now.date()).days
    if days <= 0:
        return hour
    if days == 1:
        return f"domani {hour}" if language == "it" else f"tomorrow {hour}"
    day = _DAYS[language][at.weekday()]
    if days < 7:
        return f"{day} {hour}" if language == "it" else f"on {day} {hour}"
    month = _MONTHS[language].split()[at.month - 1]
    return f"{day} {at.day} {month} {hour}" if language == "it" else f"on {day} {at.day} {month} {hour}"
