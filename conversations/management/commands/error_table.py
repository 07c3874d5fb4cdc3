"""`manage.py error_table`: the table of Meta's error codes in docs/reference/errors.md; a test injects each code and compares."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand

from conversations.whatsapp.error_rules import Class, Effect, Rule
from conversations.whatsapp.errors import TABLE

HEAD = """| code | class | the message | beyond it | tries | what people read |
| --- | --- | --- | --- | --- | --- |"""

BEYOND = {
    Effect.MESSAGE: "",
    Effect.CONTACT_UNREACHABLE: "customer marked as unreachable",
    Effect.CONTACT_OPTED_OUT: "customer opted out of marketing",
    Effect.WINDOW_CLOSED: "service window closed",
    Effect.TEMPLATE_PAUSED: "template paused",
    Effect.TEMPLATE_DISABLED: "template disabled",
    Effect.CHANNEL_SLOWED: "number sends slower",
    Effect.CHANNEL_NEEDS_TOKEN: "number stopped until its token is replaced; alarm",
    Effect.CHANNEL_STOPPED: "number stopped until staff start it; alarm",
    Effect.CHANNEL_RESTRICTED: "number stopped for {wait}; alarm",
}


class Command(BaseCommand):
    help = "Prints Meta's error codes as docs/reference/errors.md shows them."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(table())


def table() -> str:
    """In the order of the code; what has one meaning is one line."""
    codes: dict[Rule, list[int]] = {}
    for code, rule in TABLE.items():
        codes.setdefault(rule, []).append(code)
    return "\n".join([HEAD, *(_line(found, rule) for rule, found in codes.items())])


def _line(codes: list[int], rule: Rule) -> str:
    tries = str(rule.tries) if rule.what in {Class.RETRY, Class.WAIT} else ""
    cells = [spans(codes), rule.what.value, fate(rule.wait(1), rule), beyond(rule), tries, rule.sentence]
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"


def spans(codes: list[int]) -> str:
    """0, 190, 200–299."""
    runs = groupby(enumerate(sorted(codes)), key=lambda pair: pair[1] - pair[0])
    found = [[code for _place, code in run] for _distance, run in runs]
    return ", ".join(
        f"{run[0]}–{run[-1]}" if len(run) > 5 else ", ".join(str(code) for code in run)  # a few read better one by one
        for run in found
    )


def fate(wait: float | None, rule: Rule) -> str:
    """What becomes of the message after its first try."""
    if wait is None:
        return "failed"
    return "waits for the number" if rule.alarms else f"waits {duration(wait)}"


def beyond(rule: Rule) -> str:
    return BEYOND[rule.effect].format(wait=duration(rule.first_wait))


def duration(seconds: float) -> str:
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"
