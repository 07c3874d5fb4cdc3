"""The language in which the demo's past is written: threads of lines, each so many minutes after the one before."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Does(StrEnum):
    WRITES = "writes"  # the customer
    ANSWERS = "answers"  # the agent who has it, or one of the department
    NOTES = "notes"  # that agent, for colleagues
    RESOLVES = "resolves"
    WAITS = "waits"  # set to pending
    SNOOZES = "snoozes"  # until tomorrow
    RELEASES = "releases"  # back to the pool


@dataclass(frozen=True, slots=True)
class Line:
    does: Does
    after: float  # minutes after the line before
    text: str = ""  # what is said; for RESOLVES the topic
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Thread:
    """`key` is lasting: wamids are made of it. Placeholders: {name}, {order}, {piece} (feminine), {city}."""

    key: str
    lines: tuple[Line, ...]
    language: str = "it"


def says(after: float, text: str) -> Line:
    return Line(Does.WRITES, after, text)


def answer(after: float, text: str) -> Line:
    return Line(Does.ANSWERS, after, text)


def note(after: float, text: str) -> Line:
    return Line(Does.NOTES, after, text)


def resolved(after: float, topic: str, outcome: str = "solved") -> Line:
    return Line(Does.RESOLVES, after, topic, outcome)


PENDING = Line(Does.WAITS, 1)
SNOOZED = Line(Does.SNOOZES, 1)
RELEASED = Line(Does.RELEASES, 2)
