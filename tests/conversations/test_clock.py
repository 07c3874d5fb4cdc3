"""Two clocks: what people see can be moved, what machines measure cannot (D24)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from conversations import clock

pytestmark = pytest.mark.django_db
CHRISTMAS = datetime(2026, 12, 25, 9, 0, tzinfo=UTC)
MOMENT = timedelta(seconds=5)


def test_both_are_aware_and_one_unless_moved() -> None:
    assert clock.now().tzinfo is not None
    assert abs(clock.now() - clock.machine_now()) < MOMENT


def test_a_move_is_seen_by_business_time_only() -> None:
    before = clock.machine_now()
    clock.move(advance=timedelta(hours=25))
    assert abs(clock.now() - before - timedelta(hours=25)) < MOMENT
    assert clock.machine_now() - before < MOMENT
    clock.reset()
    assert abs(clock.now() - clock.machine_now()) < MOMENT


def test_moves_add_up_and_a_set_time_wins() -> None:
    clock.move(advance=timedelta(hours=1))
    clock.move(advance=timedelta(hours=1))
    assert abs(clock.now() - clock.machine_now() - timedelta(hours=2)) < MOMENT
    clock.move(to=CHRISTMAS)
    assert abs(clock.now() - CHRISTMAS) < MOMENT


def test_time_can_run_faster() -> None:
    shift = clock.Shift(machine_base=CHRISTMAS, business_base=CHRISTMAS, rate=60)
    assert shift.at(CHRISTMAS + timedelta(minutes=1)) == CHRISTMAS + timedelta(hours=1)


def test_travel_stands_still_and_comes_back() -> None:
    with clock.travel(CHRISTMAS):
        assert clock.now() == CHRISTMAS
        with clock.travel(CHRISTMAS + timedelta(days=1)):
            assert clock.now() == CHRISTMAS + timedelta(days=1)
        assert clock.now() == CHRISTMAS
        assert clock.machine_now() != CHRISTMAS
    assert clock.now() != CHRISTMAS


def test_where_the_simulator_is_off_nothing_moves(settings: Any) -> None:
    settings.SIMULATOR = False
    with pytest.raises(RuntimeError):
        clock.move(advance=timedelta(hours=1))
    assert abs(clock.now() - clock.machine_now()) < MOMENT
