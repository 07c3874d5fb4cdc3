"""Opening hours against a walk minute by minute, over daylight saving (R20)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from routing.hours import DAY, Hours, SpecialDay, by_day, instant

ROME = ZoneInfo("Europe/Rome")
ZONES = [
    "Europe/Rome",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/St_Johns",
    "Africa/Casablanca",
]
SHOP = Hours(ROME, week=(*(((9 * 60, 13 * 60), (15 * 60, 19 * 60)),) * 5, ((9 * 60, 13 * 60),), ()))


def rome(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ROME).astimezone(UTC)


def test_a_lunch_break_is_closed() -> None:
    assert SHOP.is_open(rome("2026-11-20 12:59"))
    assert not SHOP.is_open(rome("2026-11-20 13:00"))
    assert SHOP.next_opening(rome("2026-11-20 13:00")) == rome("2026-11-20 15:00")
    assert SHOP.closing(rome("2026-11-20 10:00")) == rome("2026-11-20 13:00")
    assert SHOP.last_closing(rome("2026-11-20 14:00")) == rome("2026-11-20 13:00")
    assert SHOP.opened(rome("2026-11-20 16:00")) == rome("2026-11-20 15:00")


def test_after_saturday_noon_it_opens_on_monday() -> None:
    assert SHOP.next_opening(rome("2026-11-21 13:30")) == rome("2026-11-23 09:00")
    assert SHOP.closing(rome("2026-11-22 10:00")) is None


def test_openings_keep_their_time_on_the_wall_when_the_clock_changes() -> None:
    assert SHOP.next_opening(rome("2026-03-28 20:00")) == datetime(2026, 3, 30, 7, 0, tzinfo=UTC)
    assert SHOP.next_opening(rome("2026-03-26 20:00")) == datetime(2026, 3, 27, 8, 0, tzinfo=UTC)


def test_a_time_that_the_wall_skips_is_the_end_of_the_gap() -> None:
    assert instant(date(2026, 3, 29), 2 * 60 + 30, ROME) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    night = Hours(ROME, week=((),) * 6 + (((60, 150),),))
    assert night.closing(rome("2026-03-29 01:30")) == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_holidays_win_over_public_ones_and_those_over_the_week() -> None:
    closed = Hours(ROME, SHOP.week, country="IT")
    assert not closed.is_open(rome("2026-12-25 10:00"))  # a Friday
    own = SpecialDay(date(2026, 12, 25), date(2026, 12, 25), hours=((600, 660),))
    assert Hours(ROME, SHOP.week, (own,), "IT").is_open(rome("2026-12-25 10:30"))
    summer = SpecialDay(date(2020, 12, 30), date(2020, 1, 2), yearly=True)
    assert not Hours(ROME, SHOP.week, (summer,)).is_open(rome("2026-12-31 10:00"))


def test_past_midnight_and_round_the_clock() -> None:
    bar = Hours(ROME, week=((),) * 4 + (((20 * 60, DAY + 2 * 60),),) + ((),) * 2)
    assert bar.is_open(rome("2026-11-21 01:30"))
    assert bar.closing(rome("2026-11-20 23:00")) == rome("2026-11-21 02:00")
    always = Hours(ROME, week=(((0, DAY),),) * 7)
    assert always.is_open(rome("2026-11-21 01:30"))
    assert always.closing(rome("2026-11-21 01:30")) is None
    assert always.opened(rome("2026-11-21 01:30")) is None
    never = Hours(ROME, week=((),) * 7)
    assert never.next_opening(rome("2026-11-21 01:30")) is None


def test_without_a_calendar_it_is_open_from_eight_to_ten() -> None:
    assert not by_day(ROME).is_open(rome("2026-11-21 07:59"))
    assert by_day(ROME).is_open(rome("2026-11-21 08:00"))
    assert by_day(ROME).next_opening(rome("2026-11-21 22:00")) == rome("2026-11-22 08:00")


intervals = st.tuples(st.integers(0, DAY - 1), st.integers(1, DAY)).map(lambda pair: (pair[0], pair[0] + pair[1]))
weeks = st.tuples(*[st.lists(intervals, max_size=3).map(tuple)] * 7)
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1)).map(
    lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC)
)


def on_the_wall(hours: Hours, at: datetime) -> bool:
    """Open by what a clock on the wall shows: brute force for moments that the wall shows once."""
    local = at.astimezone(hours.zone)
    minute, today = local.hour * 60 + local.minute, local.date()
    yesterday = today - timedelta(days=1)
    return any(a <= minute < b for a, b in hours.on(today)) or any(
        a <= minute + DAY < b for a, b in hours.on(yesterday)
    )


@given(weeks, moments, st.sampled_from(ZONES))
def test_open_is_what_the_wall_shows(week: tuple, at: datetime, zone: str) -> None:
    hours = Hours(ZoneInfo(zone), week)
    local = at.astimezone(hours.zone)
    days = [local + timedelta(hours=number) for number in (-36, 36)]
    if days[0].utcoffset() != days[1].utcoffset():
        return  # near a change of clocks the wall lies; the tests above say what holds then
    assert hours.is_open(at) == on_the_wall(hours, at)


@given(weeks, moments, st.sampled_from(ZONES))
def test_openings_and_closings_agree(week: tuple, at: datetime, zone: str) -> None:
    hours = Hours(ZoneInfo(zone), week)
    opening = hours.next_opening(at)
    if opening is None:
        assert not any(week)
        return
    assert opening >= at
    assert hours.is_open(opening)
    assert (opening == at) == hours.is_open(at)
    if opening > at:
        assert not hours.is_open(opening - timedelta(minutes=1))
    closing = hours.closing(opening)
    if closing is not None:
        assert not hours.is_open(closing)
        assert hours.is_open(closing - timedelta(minutes=1))
        assert hours.last_closing(closing) == closing
