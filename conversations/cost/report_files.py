"""The difference report as CSV and XLSX: one table, from one iterator of rows."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _

from conversations import csv_cells
from conversations.cost.reckon import Difference
from conversations.models.ledger import DIFFERENCES
from conversations.queries.cost_report import Line

Cell = str | int | Decimal
REASONS = [(code, words) for code, words in DIFFERENCES if code != Difference.NONE.value]
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MONEY = "0.000000"


def head() -> list[str]:
    found = [
        _("Month"), _("Channel"), _("Category"), _("Market"), _("Currency"), _("Messages"), _("Estimated"), _("Actual"),
        _("Difference"), _("Not known yet"),
    ]  # fmt: skip
    for _code, words in REASONS:
        found += [f"{words} ({_('messages')})", f"{words} ({_('amount')})"]
    return found


def rows(month: date, lines: list[Line]) -> Iterator[list[Cell]]:
    for line in lines:
        found: list[Cell] = [
            f"{month:%Y-%m}", line.channel.name, line.category, line.market_name, line.currency, line.messages, line.estimated,
            line.actual, line.difference, line.pending,
        ]  # fmt: skip
        for code, _words in REASONS:
            reason = line.reasons.get(code)
            found += [reason.messages, reason.amount] if reason else [0, Decimal(0)]
        yield found


def render(extension: str, month: date, lines: list[Line]) -> bytes:
    """`extension`: csv or xlsx. In the active language."""
    return csv_cells.file_of([head(), *rows(month, lines)]) if extension == "csv" else _xlsx(month, lines)


def _xlsx(month: date, lines: list[Line]) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties(
        {"title": _("Costs"), "author": "Sportello", "created": datetime.combine(month, datetime.min.time())}
    )
    sheet = book.add_worksheet(f"{month:%Y-%m}")
    bold, money = (
        book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
        book.add_format({"num_format": MONEY}),
    )
    titles = head()
    for column, title in enumerate(titles):
        sheet.write_string(0, column, title, bold)
    last = 0
    for last, row in enumerate(rows(month, lines), start=1):
        for column, cell in enumerate(row):
            _write(sheet, last, column, cell, money)
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(last, 1), len(titles) - 1)
    sheet.set_column(0, 0, 9)
    sheet.set_column(1, 3, 24)
    sheet.set_column(4, len(titles) - 1, 12)
    book.close()
    return data.getvalue()


def _write(sheet: Any, row: int, column: int, cell: Cell, money: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(row, column, cell)
    elif isinstance(cell, int):
        sheet.write_number(row, column, cell)
    else:
        sheet.write_number(row, column, float(cell), money)
