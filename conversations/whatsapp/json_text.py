"""JSON from outside, made safe to keep: no NUL, no half surrogates, no NaN, which PostgreSQL refuses. Pure."""

from __future__ import annotations

import json
from typing import Any

SUSPICIOUS = ("\\u0000", "\\ud", "\\uD")  # how NUL and surrogates are written


def loads(text: str | bytes) -> Any:
    """The value. Raises ValueError for no JSON, RecursionError when it is nested too deeply to be looked through.

    Bytes that are no UTF-8 become U+FFFD rather than surrogates in disguise.
    """
    plain = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    value = json.loads(plain, parse_float=_number, parse_constant=_nothing)
    return clean(value) if any(mark in plain for mark in SUSPICIOUS) else value


def clean(value: Any) -> Any:
    """Looks through all of it; called only where the raw text could hold something bad."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [clean(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    return value


def is_finite(value: Any) -> bool:
    """Whether every number in it can be written as JSON."""
    try:
        json.dumps(value, allow_nan=False)
    except ValueError:
        return False
    return True


def _number(text: str) -> float | None:
    """1e999 is infinite for Python, and no JSON for a database."""
    value = float(text)
    return value if value - value == 0 else None


def _nothing(_name: str) -> None:
    """NaN, Infinity, -Infinity."""
