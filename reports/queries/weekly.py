"""The figures of one week (P1, P5): one pass over its facts."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User

from conversations.models import Channel, Department
from reports.metrics.tally import COLUMNS, Row, Tally
from reports.metrics.weeks import WEEK, midnight, week_bounds
from reports.models import ConversationFact

VERSION = 1  # of the shape below


def week_figures(*, channel: Channel | None, week: date, zone: ZoneInfo) -> dict[str, Any]:
    """`{"version", "week", "from", "until", "channel", "time_zone", "total", "before", "days", "departments", "agents"}`.

    `total` and `before` (the week before) are keyed as the catalogue; `days` are seven of `{"day", "figures"}`; the groups are lists
    of `{"id", "name", "figures"}`, by name, and one with the id None for what belongs to nobody.
    """
    start, end = week_bounds(week, zone)
    earlier = midnight(week - WEEK, zone)
    cuts = [midnight(week + timedelta(days=number), zone) for number in range(8)]
    total, before = Tally(start, end), Tally(earlier, start)
    days = [Tally(cuts[number], cuts[number + 1]) for number in range(7)]
    departments: dict[int | None, Tally] = {}
    agents: dict[int | None, Tally] = {}
    facts = (
        ConversationFact.objects.of_channel(channel)
        .touching(earlier, end)
        .filter(conversation__merged_into__isnull=True)
    )
    for values in facts.order_by("id").values_list(*COLUMNS).iterator(chunk_size=5000):
        row = Row(*values)
        total.add(row)
        before.add(row)
        for number in {_place(cuts, row.opened_at), _place(cuts, row.resolved_at)} - {-1}:
            days[number].add(row)
        for groups, key in ((departments, row.department_id), (agents, row.agent_id)):
            if key not in groups:
                groups[key] = Tally(start, end)
            groups[key].add(row)
    return {
        "version": VERSION,
        "week": week.isoformat(),
        "from": start.isoformat(),
        "until": end.isoformat(),
        "channel": {"id": channel.pk, "name": channel.name} if channel else None,
        "time_zone": zone.key,
        "total": total.figures(),
        "before": before.figures(),
        "days": [
            {"day": (week + timedelta(days=number)).isoformat(), "figures": day.figures()}
            for number, day in enumerate(days)
        ],
        "departments": _named(departments, _department_names),
        "agents": _named(agents, _agent_names),
    }


def _place(cuts: list[datetime], at: datetime | None) -> int:
    """Which of the seven days, or -1."""
    if at is None or not cuts[0] <= at < cuts[-1]:
        return -1
    return bisect_right(cuts, at) - 1


def _named(groups: dict[int | None, Tally], names_of: Callable[[set[int]], dict[int, str]]) -> list[dict[str, Any]]:
    """By name, those without one last; groups with nothing in the week itself are left out."""
    shown = {key: tally for key, tally in groups.items() if tally.received or tally.resolved}
    names = names_of({key for key in shown if key is not None})
    rows = [
        {"id": key, "name": names.get(key, f"#{key}") if key is not None else "", "figures": tally.figures()}
        for key, tally in shown.items()
    ]
    return sorted(rows, key=lambda row: (row["id"] is None, str(row["name"]).casefold(), row["id"] or 0))


def _department_names(ids: set[int]) -> dict[int, str]:
    return dict(Department.objects.filter(pk__in=ids).values_list("pk", "name"))


def _agent_names(ids: set[int]) -> dict[int, str]:
    return {user.pk: user.get_full_name() or user.get_username() for user in User.objects.filter(pk__in=ids)}
