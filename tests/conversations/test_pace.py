"""The pace of a channel and of a customer, by arithmetic and through Redis where there is one (C30, facts §9)."""

from __future__ import annotations

from bisect import bisect_left

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from conversations import clock
from conversations.models import Event
from conversations.outbox import bucket, pacing, pairs
from conversations.outbox.bucket import AHEAD, Bucket, Limits
from conversations.simulator.errors import GraphError
from conversations.simulator.limits import Pairs
from tests import makers

JITTER = 0.039  # seconds by which two calls' ways to Meta may differ
steps = st.lists(  # rest before it, wanted, ways to Meta, whether the first of them is missed
    st.tuples(st.floats(0, 3), st.integers(1, 40), st.floats(0, JITTER), st.booleans()), min_size=1, max_size=60
)


def arrivals(limits: Limits, taken: list[tuple[float, int, float, bool]]) -> list[float]:
    """When calls reach Meta whose moments were booked by takers who come at any time and want any number."""
    kept, now, found = Bucket(), 1000.0, []
    for rest, wanted, way, misses in taken:
        now += rest
        room, wait = kept.room(limits, now)
        assert (room > 0) == (wait == 0.0)
        moments = kept.book(limits, now, min(room, wanted)) if room else []
        if moments and misses:
            now = moments[0] + 0.03
            moments[0] = kept.book_again(limits, now, moments[0])
        found += [moment + way for moment in moments]
    return sorted(found)


def most_in_a_second(times: list[float]) -> int:
    return max((bisect_left(times, at + 1.0) - place for place, at in enumerate(times)), default=0)


@given(rate=st.integers(1, 1000), taken=steps)
def test_no_second_has_more_than_the_rate_whoever_takes(rate: int, taken: list[tuple[float, int, float, bool]]) -> None:
    assert most_in_a_second(arrivals(Limits(rate, 1000), taken)) <= rate


@given(rate=st.integers(10, 1000), look=st.floats(0.01, AHEAD / 2))
def test_under_load_95_percent_of_it_are_used(rate: int, look: float) -> None:
    """Even when every five seconds one look comes a tenth of a second late, and its first moment is missed."""
    late = [number % int(5 / look) == 1 for number in range(int(20 / look))]
    looks = [(look + 0.1 * is_late, 10_000, 0.0, is_late) for is_late in late]
    times = arrivals(Limits(rate, 1000), looks)
    assert len(times) / (times[-1] - times[0]) >= 0.95 * rate


def test_customers_messages_count_too() -> None:
    kept, limits = Bucket(), Limits(80, 80)
    for second in range(3):
        kept.came_in(1000.0 + second, 50)
    assert kept.rate(limits, 1002.99) == pytest.approx(30, abs=1)
    assert Bucket(second=1002, inbound=200).rate(limits, 1002.9) == 80 * bucket.LEAST, "never nothing"
    assert kept.rate(Limits(12, 80), 1002.99) == 12, "a slow number has room beside them"
    assert kept.rate(limits, 1010) == 80


def test_a_refusal_halves_the_pace_and_it_recovers_slowly() -> None:
    kept, limits = Bucket(), Limits(80, 80)
    assert kept.slow_down(100.0, code=130429, share=0.5, pause=1)
    assert not kept.slow_down(101.5, code=130429, share=0.5, pause=1), "a call that was under way together with it"
    room, wait = kept.room(limits, 100.1)
    assert (room, round(wait, 3)) == (0, round(1 - 0.1 - AHEAD, 3))
    assert kept.rate(limits, 101.0) == 40
    assert not kept.slow_down(103.0, code=130429, share=0.5, pause=1), "slower still, but no news"
    assert kept.rate(limits, 104.0) == pytest.approx(20, abs=1)
    assert 40 < kept.rate(limits, 104 + 40) < 60
    assert kept.rate(limits, 104 + 76) == 80


@pytest.mark.django_db
def test_all_workers_share_a_channels_bucket() -> None:
    """In Redis where there is one, else in the process; a refusal is told once and seen by staff."""
    channel = makers.make_channel(throughput=10)
    if settings.REDIS_URL:
        pacing.shared().delete(f"sportello:pace:{channel.pk}")
    assert pacing.room(channel)[0] == 3
    first, second, third = [*pacing.book(channel, 2), *pacing.book(channel, 1)]
    assert first == pytest.approx(clock.monotonic(), abs=0.05)
    assert [second - first, third - second] == pytest.approx([0.0988, 0.0988])
    assert pacing.room(channel)[0] == 0
    for _ in range(2):
        pacing.slow_down(channel.pk, 130429)
    pacing.slow_down(channel.pk, 131026)
    seen = pacing.state(channel)
    assert (round(seen.share, 1), seen.code) == (0.5, 130429)
    assert seen.paused_until is not None
    assert seen.paused_until > clock.machine_now()
    assert Event.objects.filter(kind="channel.slowed", channel=channel).count() == 1


# --- one customer -----------------------------------------------------------------------------------------------------------


@given(st.lists(st.floats(0, 20), min_size=1, max_size=120))
def test_a_customer_is_never_written_to_more_often_than_meta_takes(rests: list[float]) -> None:
    """Judged by the stand-in's own rule, with calls that arrive up to half a second late."""
    ours, meta, now = pairs.Pair(), Pairs(), 1000.0
    late = 0.0
    for rest in rests:
        now += rest
        if ours.wait(now) > 0:
            continue
        ours.take(now)
        late = 0.5 - late
        try:
            meta.take("1", "39333", now + late)
        except GraphError as refusal:
            raise AssertionError(f"131056 at {now}") from refusal


def test_a_burst_borrows_and_is_made_up_for() -> None:
    pair = pairs.Pair()
    for _ in range(45):
        assert pair.wait(1000.0) == 0
        pair.take(1000.0)
    assert pair.wait(1001.0) == pytest.approx(45 * 6 + 1 - 1)
    assert pair.wait(1000.0 + 45 * 6 + 1) == 0


def test_pairs_are_kept_for_all_workers() -> None:
    owed = pairs.look(9001, [1, 2])
    assert pairs.waits(owed) == {}
    pairs.took(9001, owed, [1])
    again = pairs.look(9001, [1, 2])
    assert (again[1].count, again[2].count) == (1, 0)
    if settings.REDIS_URL:
        assert pacing.shared().pttl("sportello:pair:9001:1") > 0
        pacing.shared().delete("sportello:pair:9001:1")
