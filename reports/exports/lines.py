"""One iterator of rows feeding every kind of file (STYLE), and the words that files share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reports.metrics.tally import Figures
from reports.models import WeeklyReport


@dataclass(frozen=True, slots=True)
class Line:
    """`scope`: week, before, day, department or agent. `name` is what a person calls it."""

    scope: str
    name: str
    figures: Figures
    day: date | None = None


def lines(report: WeeklyReport) -> Iterator[Line]:
    """Every row of a report: the week, the week before, seven days, departments, agents. In the active language."""
    figures: dict[str, Any] = report.figures
    yield Line("week", period(report.week), figures["total"])
    yield Line("before", period(report.week - timedelta(days=7)), figures["before"])
    for row in figures["days"]:
        day = date.fromisoformat(row["day"])
        yield Line("day", day_name(day), row["figures"], day)
    for row in figures["departments"]:
        yield Line("department", row["name"] or _("No department"), row["figures"])
    for row in figures["agents"]:
        yield Line("agent", row["name"] or _("Nobody yet"), row["figures"])


def scope_name(scope: str) -> str:
    return {
        "week": _("Week"),
        "before": _("Week before"),
        "day": _("Day"),
        "department": _("Department"),
        "agent": _("Agent"),
    }[scope]


def day_name(day: date) -> str:
    """Mon 16 Nov; lun 16 nov"""
    return _written(day, "D j M")


def period(week: date) -> str:
    """16 – 22 November 2026; the month and the year are said twice only where they differ."""
    last = week + timedelta(days=6)
    if week.year != last.year:
        first = _written(week, "j F Y")
    elif week.month != last.month:
        first = _written(week, "j F")
    else:
        first = str(week.day)
    return f"{first} – {_written(last, 'j F Y')}"


def _written(day: date, form: str) -> str:
    """Italian writes days and months small; Django's words for it do not."""
    words = str(date_format(day, form))
    return words.lower() if (get_language() or "").startswith("it") else words
