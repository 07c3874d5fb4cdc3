"""CSV for people with spreadsheets: UTF-8 with a byte order mark, and for Italian its semicolon and decimal comma."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import get_language

FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # the full-width ones count too
BOM = "\ufeff"


def is_italian() -> bool:
    return (get_language() or "").startswith("it")


def safe(text: str) -> str:
    """The text as a cell that no spreadsheet calculates (OWASP, CSV injection): an apostrophe goes in front."""
    return f"'{text}" if text.startswith(FORMULA_BEGINS) or text.lstrip().startswith(FORMULA_BEGINS) else text


def file_of(rows: Iterable[Iterable[str | int | Decimal]]) -> bytes:
    """In the active language; texts made safe, numbers as the language's spreadsheets read them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";" if is_italian() else ",", lineterminator="\r\n")
    for row in rows:
        writer.writerow([safe(cell) if isinstance(cell, str) else number(cell) for cell in row])
    return (BOM + text.getvalue()).encode()


def number(value: int | Decimal) -> str:
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text.replace(".", ",") if is_italian() else text
