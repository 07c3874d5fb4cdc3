"""A report as a workbook: the week with its definitions and charts, then days, departments and agents to filter.

Nothing in it depends on when or where it was made: the same figures give the same bytes.
"""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from reports.exports.lines import Line, lines, period
from reports.exports.xlsx_look import INK, LINE, MUTED, SOFT, Look, shown
from reports.metrics.catalogue import CATALOGUE, Better, Metric, Unit
from reports.metrics.weeks import WEEK
from reports.models import WeeklyReport

# What the tables of days, departments and agents show; the week's page and the CSV show all.
COLUMNS = [
    "received", "answered", "answered_by_person", "answer_rate", "first_response_median", "first_response_mean", "first_response_p90",
    "resolved", "resolution_rate", "transferred", "automatic_share",
]  # fmt: skip
HEAD_ROW = 3  # of those tables
TALL = 15 * 20  # pixels of a chart


def render(report: WeeklyReport) -> bytes:
    with translation.override(report.language):
        return _render(report)


def _render(report: WeeklyReport) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    made = datetime.combine(report.week + WEEK, datetime.min.time())
    title = _("Weekly service report")
    book.set_properties(
        {
            "title": title,
            "subject": f"{_channel(report)} · {period(report.week)}",
            "author": "Sportello",
            "created": made,
        }
    )
    look = Look(book)
    rows = list(lines(report))
    week, before = rows[0], rows[1]
    of = {scope: [row for row in rows if row.scope == scope] for scope in ("day", "department", "agent")}
    summary = book.add_worksheet(_("Week"))
    days = _table(book, look, report, _("Days"), _("Day"), of["day"])
    _table(book, look, report, _("Departments"), _("Department"), of["department"], chart="received")
    _table(book, look, report, _("Agents"), _("Agent"), of["agent"], chart="first_response_median")
    _summary(book, summary, look, report, week, before, days, of["day"])
    summary.activate()
    book.close()
    return data.getvalue()


def _channel(report: WeeklyReport) -> str:
    channel = report.figures.get("channel")
    return str(channel["name"]) if channel else _("All channels")


def _heading(sheet: Any, look: Look, report: WeeklyReport, title: str) -> None:
    sheet.hide_gridlines(2)
    sheet.set_row(0, 30)
    sheet.write_string(0, 0, title, look.title)
    sheet.write_string(1, 0, f"{_channel(report)} · {period(report.week)} · {report.time_zone}", look.subtitle)


def _print(sheet: Any, report: WeeklyReport) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
    sheet.set_footer(f"&L&8{_channel(report)} · {period(report.week)}".replace("&&", "&") + "&R&8&P / &N")


def _summary(
    book: Any, sheet: Any, look: Look, report: WeeklyReport, week: Line, before: Line, days: str, by_day: list[Line]
) -> None:
    _heading(sheet, look, report, _("Weekly service report"))
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 4, 13)
    sheet.set_column(5, 5, 86)
    heads = [
        _("Figure"),
        _("This week"),
        _("Week before"),
        pgettext("difference", "Change"),
        _("Target"),
        _("What it means"),
    ]
    sheet.set_row(HEAD_ROW, 24)
    for column, head in enumerate(heads):
        sheet.write_string(HEAD_ROW, column, head, {0: look.head, 5: look.head_indented}.get(column, look.head_right))
    for number, metric in enumerate(CATALOGUE.values()):
        row = HEAD_ROW + 1 + number
        sheet.set_row(row, 20)
        now, then = week.figures.get(metric.key), before.figures.get(metric.key)
        sheet.write_string(row, 0, str(metric.name), look.name)
        _value(sheet, look, row, 1, metric, now, look.strong(metric.unit, metric.meets(now)))
        _value(sheet, look, row, 2, metric, then, look.plain(metric.unit))
        sheet.write_string(row, 3, _change(metric, now, then), look.change)
        sheet.write_string(row, 4, _target(metric, now), look.change)
        sheet.write_string(row, 5, str(metric.sentence), look.sentence)
    last = HEAD_ROW + len(CATALOGUE)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    sheet.write_string(last + 1, 0, _("Green: on target. Red: off target. Times are calendar time."), look.note)
    sheet.insert_chart(
        last + 3, 0, _volume_chart(book, look, days), {"object_position": 2, "description": _("Conversations by day")}
    )
    sheet.insert_chart(
        last + 3,
        5,
        _response_chart(book, look, days, by_day),
        {"object_position": 2, "x_offset": 4, "description": _("First response by day")},
    )
    _print(sheet, report)


def _table(
    book: Any, look: Look, report: WeeklyReport, title: str, head: str, rows: list[Line], chart: str = ""
) -> str:
    """A sheet with one row each, and (for groups) a chart of one figure. Returns the sheet's name."""
    sheet = book.add_worksheet(title)
    _heading(sheet, look, report, title)
    metrics = [CATALOGUE[key] for key in COLUMNS]
    sheet.set_row(HEAD_ROW, 46)
    sheet.write_string(HEAD_ROW, 0, head, look.head)
    sheet.set_column(0, 0, max([16, len(head), *(len(row.name) for row in rows)]) + 4)
    sheet.set_column(1, len(metrics), 14)
    for column, metric in enumerate(metrics, start=1):
        sheet.write_string(HEAD_ROW, column, str(metric.name), look.head_right)
        sheet.write_comment(
            HEAD_ROW, column, str(metric.sentence), {"author": "Sportello", "x_scale": 1.8, "font_size": 9}
        )
    for number, line in enumerate(rows, start=HEAD_ROW + 1):
        sheet.set_row(number, 20)
        sheet.write_string(number, 0, line.name, look.name)
        for column, metric in enumerate(metrics, start=1):
            value = line.figures.get(metric.key)
            _value(sheet, look, number, column, metric, value, look.plain(metric.unit, metric.meets(value)))
    last = HEAD_ROW + max(len(rows), 1)
    if not rows:
        sheet.write_string(HEAD_ROW + 1, 0, _("Nothing in this week."), look.note)
    sheet.autofilter(HEAD_ROW, 0, last, len(metrics))
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    sheet.repeat_rows(HEAD_ROW)
    if chart and rows:
        metric = CATALOGUE[chart]
        made = _bars(book, look, title, metric, COLUMNS.index(chart) + 1, len(rows))
        sheet.insert_chart(last + 2, 0, made, {"object_position": 2, "description": f"{title}: {metric.name}"})
    _print(sheet, report)
    return title


def _value(sheet: Any, look: Look, row: int, column: int, metric: Metric, value: float | None, form: Any) -> None:
    if value is None:
        sheet.write_string(row, column, "–", look.empty)
    else:
        sheet.write_number(row, column, value / 86400 if metric.unit == Unit.SECONDS else value, form)


def _change(metric: Metric, now: float | None, then: float | None) -> str:
    """How far from the week before: points for shares, per cent for the rest."""
    if now is None or then is None or (metric.unit != Unit.SHARE and not then):
        return "–"
    if metric.unit == Unit.SHARE:
        points = round((now - then) * 100, 1)
        return _("%(points)s pt") % {"points": shown(points, signed=True)}
    return f"{shown(round((now - then) / then * 100), signed=True)} %"


def _target(metric: Metric, value: float | None) -> str:
    """≥ 95 % ✓: the mark says it to those who see no colours."""
    if metric.target is None:
        return "–"
    sign = "≥" if metric.better == Better.MORE else "≤"
    mark = {True: " ✓", False: " ✗", None: ""}[metric.meets(value)]
    if metric.unit == Unit.SHARE:
        return f"{sign} {shown(round(metric.target * 100, 1))} %{mark}"
    minutes, seconds = divmod(int(metric.target), 60)
    return f"{sign} {minutes}:{seconds:02}{mark}"


def _volume_chart(book: Any, look: Look, sheet: str) -> Any:
    chart = book.add_chart({"type": "column"})
    for key, colour in (("received", INK), ("answered", SOFT), ("resolved", LINE)):
        column = COLUMNS.index(key) + 1
        chart.add_series(
            {
                "name": [sheet, HEAD_ROW, column],
                "categories": [sheet, HEAD_ROW + 1, 0, HEAD_ROW + 7, 0],
                "values": [sheet, HEAD_ROW + 1, column, HEAD_ROW + 7, column],
                "fill": {"color": colour},
                "gap": 60,
                "overlap": -5,
            }
        )
    return look.dress(chart, _("Conversations by day"), width=636, height=TALL, number_format="0")


def _response_chart(book: Any, look: Look, sheet: str, rows: list[Line]) -> Any:
    chart = book.add_chart({"type": "line"})
    for key, colour in (("first_response_median", INK), ("first_response_p90", SOFT)):
        column = COLUMNS.index(key) + 1
        chart.add_series(
            {
                "name": [sheet, HEAD_ROW, column],
                "categories": [sheet, HEAD_ROW + 1, 0, HEAD_ROW + 7, 0],
                "values": [sheet, HEAD_ROW + 1, column, HEAD_ROW + 7, column],
                "line": {"color": colour, "width": 2.25},
                "marker": {"type": "circle", "size": 6, "fill": {"color": colour}, "border": {"color": "#FFFFFF"}},
            }
        )
    return look.dress(
        chart, _("First response by day"), width=610, height=TALL, number_format=look.duration, unit=_step(rows)
    )


def _step(rows: list[Line]) -> float:
    """Between two lines of a chart of times: whole minutes or hours, and at most six lines. In days, as Excel counts."""
    longest = max((row.figures.get("first_response_p90") or 0 for row in rows), default=0)
    steps = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 86400]
    return next((step for step in steps if longest <= 6 * step), 7 * 86400) / 86400


def _bars(book: Any, look: Look, sheet: str, metric: Metric, column: int, count: int) -> Any:
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": str(metric.name),
            "categories": [sheet, HEAD_ROW + 1, 0, HEAD_ROW + count, 0],
            "values": [sheet, HEAD_ROW + 1, column, HEAD_ROW + count, column],
            "fill": {"color": INK},
            "gap": 50,
            "data_labels": {"value": True, "font": {"color": MUTED, "size": 9}},
        }
    )
    number_format = look.duration if metric.unit == Unit.SECONDS else "0"
    dressed = look.dress(
        chart, str(metric.name), width=720, height=max(160, 90 + 34 * count), number_format=number_format
    )
    dressed.set_legend({"none": True})
    dressed.set_y_axis({"reverse": True, "num_font": {"color": MUTED, "size": 9}, "line": {"color": LINE}})
    dressed.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    return dressed
