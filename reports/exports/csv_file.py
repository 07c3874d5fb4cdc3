"""A report as CSV: one table, a row per line, a column per figure.

For people with Excel: UTF-8 with a byte order mark, and for Italian its semicolon and decimal comma. Seconds and shares stay plain
numbers. A text that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV injection).
"""

from __future__ import annotations

import csv
import io

from django.utils import translation
from django.utils.translation import gettext as _

from conversations.csv_cells import BOM, safe
from reports.exports.lines import lines, scope_name
from reports.metrics.catalogue import CATALOGUE, Metric, Unit
from reports.models import WeeklyReport


def render(report: WeeklyReport) -> bytes:
    with translation.override(report.language):
        italian = report.language == "it"
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=";" if italian else ",", lineterminator="\r\n")
        head = [_("Row"), _("Name"), _("Date"), *(_column(metric) for metric in CATALOGUE.values())]
        writer.writerow([safe(one) for one in head])
        for line in lines(report):
            values = (_number(line.figures.get(key), decimal_comma=italian) for key in CATALOGUE)
            writer.writerow(
                [safe(scope_name(line.scope)), safe(line.name), line.day.isoformat() if line.day else "", *values]
            )
        return (BOM + text.getvalue()).encode()


def _column(metric: Metric) -> str:
    return f"{metric.name} (s)" if metric.unit == Unit.SECONDS else str(metric.name)


def _number(value: float | int | None, *, decimal_comma: bool) -> str:
    if value is None:
        return ""
    text = f"{value:g}" if isinstance(value, float) and abs(value) < 1e6 and value == round(value, 4) else str(value)
    return text.replace(".", ",") if decimal_comma else text
