"""What one field of Meta's JSON says, whatever stands there: nothing here trusts a type (C13)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]
PHONE = re.compile(r"\+?\d[\d ().-]{2,38}")
LONGEST_USER_ID = 160  # facts §4
EARLIEST, LATEST = 946_684_800, 4_102_444_800  # 2000 and 2100


def text(value: Any) -> str:
    """Numbers too: ids come as either (facts §7)."""
    if isinstance(value, str):
        return value.replace("\x00", "").strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def phone(value: Any) -> str:
    """ "" for what cannot be a phone number: its digits would be taken for somebody else's (facts §4)."""
    given = text(value)
    return given if PHONE.fullmatch(given) else ""


def user_id(value: Any) -> str:
    given = text(value)
    return given if len(given) <= LONGEST_USER_ID else ""


def required(value: Any) -> str:
    """Raises ValueError for an id that is missing or too long to be one."""
    given = text(value)
    if not given or len(given) > 200:
        raise ValueError("an id is missing or too long")
    return given


def time(value: Any) -> datetime:
    """Unix seconds, as text or number. ValueError for a nonsense time: it would become somebody's window or place in the list."""
    seconds = int(value) if isinstance(value, str | int) and not isinstance(value, bool) else 0
    if not EARLIEST < seconds < LATEST:
        raise ValueError("no time of this century")
    return datetime.fromtimestamp(seconds, UTC)


def time_or_none(value: Any) -> datetime | None:
    """Unix seconds or ISO 8601; None for anything else."""
    try:
        return time(value)
    except ValueError:
        pass
    try:
        given = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def number(value: Any) -> int | None:
    given = text(value)
    return int(given) if re.fullmatch(r"-?\d{1,15}", given) else None


def obj(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def objects(value: Any) -> list[Json]:
    return [one for one in items(value) if isinstance(one, dict)]
