from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.metrics.tally import percentile
from reports.metrics.weeks import due_at, last_due, midnight, monday, week_bounds

ROME = ZoneInfo("Europe/Rome")


@pytest.mark.parametrize(
    ("week", "hours"), [(date(2026, 10, 19), 169), (date(2026, 3, 23), 167), (date(2026, 11, 16), 168)]
)
def test_a_week_over_daylight_saving_has_its_hours(week: date, hours: int) -> None:
    start, end = week_bounds(week, ROME)
    assert end - start == timedelta(hours=hours)
    assert start.astimezone(ROME).hour == end.astimezone(ROME).hour == 0


def test_days_are_cut_at_local_midnight() -> None:
    assert midnight(date(2026, 10, 25), ROME) == datetime(2026, 10, 24, 22, 0, tzinfo=UTC)
    assert midnight(date(2026, 10, 26), ROME) == datetime(2026, 10, 25, 23, 0, tzinfo=UTC)


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.integers(0, 6),
    st.integers(0, 23),
    st.sampled_from(["Europe/Rome", "America/Sao_Paulo", "Asia/Kolkata", "Pacific/Auckland", "America/New_York"]),
)
def test_the_last_due_week_is_the_latest_whose_hour_has_come(now: datetime, weekday: int, hour: int, name: str) -> None:
    zone = ZoneInfo(name)
    week = last_due(now, weekday=weekday, hour=hour, zone=zone)
    assert week == monday(week)
    assert due_at(week, weekday=weekday, hour=hour, zone=zone) <= now
    assert due_at(week + timedelta(days=7), weekday=weekday, hour=hour, zone=zone) > now


def test_monday_at_seven_exactly() -> None:
    seven = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
    assert last_due(seven, weekday=0, hour=7, zone=ROME) == date(2026, 11, 16)
    assert last_due(seven - timedelta(seconds=1), weekday=0, hour=7, zone=ROME) == date(2026, 11, 9)


def test_percentiles_are_exact() -> None:
    assert percentile([], 0.5) is None
    assert percentile([7.0], 0.9) == 7
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2
    assert percentile([1.0, 2.0, 3.0, 10.0], 0.5) == 2.5
    assert percentile([float(n) for n in range(1, 12)], 0.9) == 10
