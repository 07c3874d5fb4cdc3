"""Weeks and days as a channel's clock cuts them, right over daylight saving (P2). Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEK = timedelta(days=7)


def monday(day: date) -> date:
    """The Monday of a day's week (ISO 8601)."""
    return day - timedelta(days=day.weekday())


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def week_bounds(week: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """From Monday 0:00 until before the next one, in UTC: 167, 168 or 169 hours."""
    return midnight(week, zone), midnight(week + WEEK, zone)


def due_at(week: date, *, weekday: int, hour: int, zone: ZoneInfo) -> datetime:
    """When the report of `week` is to be built: the first such weekday and hour after the week's end, in UTC."""
    return datetime.combine(week + WEEK + timedelta(days=weekday), time(hour), zone).astimezone(UTC)


def last_due(now: datetime, *, weekday: int, hour: int, zone: ZoneInfo) -> date:
    """The Monday of the latest week whose report is due by now."""
    week = monday(now.astimezone(zone).date()) - WEEK
    return week if due_at(week, weekday=weekday, hour=hour, zone=zone) <= now else week - WEEK
