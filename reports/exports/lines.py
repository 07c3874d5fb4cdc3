"""One iterator of rows feeding every kind of file (STYLE), and the words that files share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
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
    """Mon 16 Nov"""
    return date_format(day, "D j M")


def period(week: date) -> str:
    """16 – 22 November 2026; the month and the year are said twice only where they differ."""
    last = week + timedelta(days=6)
    if week.year != last.year:
        first = date_format(week, "j F Y")
    elif week.month != last.month:
        first = date_format(week, "j F")
    else:
        first = date_format(week, "j")
    return f"{first} – {date_format(last, 'j F Y')}"
