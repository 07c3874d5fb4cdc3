"""Phone numbers as WhatsApp writes them (facts §11; C15). Stored ids are never rewritten; only the key by which they are compared."""

from __future__ import annotations

import re

DIGITS = re.compile(r"\D+")


def digits(text: str) -> str:
    return DIGITS.sub("", text)


def key(number: str) -> str:
    """One key for the forms of one number: Brazil's ninth digit, Mexico's 1 after 52, Argentina's 9 after 54.

    >>> key("554188887777") == key("5541988887777")
    True
    """
    plain = digits(number)
    if (
        plain.startswith("55") and len(plain) == 12 and plain[4] in "6789"
    ):  # a mobile without its ninth digit; 2–5 are landlines
        return plain[:4] + "9" + plain[4:]
    if plain.startswith("521") and len(plain) == 13:
        return "52" + plain[3:]
    if plain.startswith("549") and len(plain) == 13:
        return "54" + plain[3:]
    return plain


def country_of_user_id(user_id: str) -> str:
    """`IT.1234` -> "IT"; "" when it has no such prefix (facts §4)."""
    prefix = user_id.partition(".")[0]
    return prefix.upper() if len(prefix) == 2 and prefix.isascii() and prefix.isalpha() else ""
