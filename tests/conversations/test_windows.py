"""The service window: 24 hours from the customer's last message, to the second (C20, C21, facts §9)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import clock, sweeps, window
from conversations.models import Conversation, Event, Window
from tests import makers
from tests.conversations import wire
from tests.desk import Desk

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "state"),
    [
        (0, "open"),
        (21.9, "open"),
        (22.1, "closing"),
        (23.99, "closing"),
        (24, "template_only"),
        (47.9, "template_only"),
        (48, "surcharge"),
    ],
)
def test_states_by_the_hour(hours: float, state: str) -> None:
    now = NOON + timedelta(hours=hours)
    assert window.state(window.service_window_end(NOON), NOON + timedelta(hours=48), now) == state


def test_the_margin_is_kept_at_the_end_only() -> None:
    ends = window.service_window_end(NOON)
    assert window.may_send_free_form(ends, ends - timedelta(seconds=31), 30)
    assert not window.may_send_free_form(ends, ends - timedelta(seconds=30), 30)
    assert window.may_send_free_form(ends, ends - timedelta(seconds=1))
    assert not window.may_send_free_form(ends, ends)
    assert not window.may_send_free_form(None, NOON)


@given(st.integers(0, 5 * 86400), st.integers(0, 3600))
def test_what_may_be_sent_is_never_shown_as_closed(seconds: int, margin: int) -> None:
    ends, now = window.service_window_end(NOON), NOON + timedelta(seconds=seconds)
    if window.may_send_free_form(ends, now, margin):
        assert window.state(ends, NOON + timedelta(hours=48), now) in {"open", "closing"}


def test_a_message_opens_and_a_later_one_moves_it(desk: Desk) -> None:
    now = int(clock.now().timestamp())
    for at in (now - 3600, now, now - 7200):
        desk.deliver(desk.value(messages=[wire.message(at=at)]))
        desk.work()
    row = Conversation.objects.get()
    assert row.window_ends_at == clock.from_unix(now) + timedelta(hours=24)
    kinds = dict(Window.objects.values_list("kind", "expires_at"))
    assert kinds == {"service": row.window_ends_at, "pricing": clock.from_unix(now) + timedelta(hours=48)}


def test_a_clock_ahead_of_ours_opens_no_longer_window(desk: Desk) -> None:
    desk.deliver(desk.value(messages=[wire.message(at=int(clock.now().timestamp()) + 86400)]))
    desk.work()
    ends = Conversation.objects.get().window_ends_at
    assert ends is not None
    assert ends <= clock.now() + timedelta(hours=24)


def test_reactions_and_our_own_messages_open_nothing(desk: Desk) -> None:
    old = int(clock.now().timestamp()) - 30 * 3600
    first = wire.message(at=old)
    desk.deliver(desk.value(messages=[first]))
    desk.work()
    before = Conversation.objects.get().window_ends_at
    echo = {"to": wire.ASHA, "id": wire.wamid(), "timestamp": str(old + 7200), "type": "text", "text": {"body": "x"}}
    desk.deliver(desk.value(message_echoes=[echo]), field="smb_message_echoes")
    desk.deliver(desk.value(messages=[wire.message("reaction", {"message_id": first["id"], "emoji": "👍"})]))
    desk.work()
    assert Conversation.objects.get().window_ends_at == before


@pytest.mark.django_db
def test_the_round_moves_each_state_once_and_says_so() -> None:
    row = makers.make_conversation()
    makers.make_inbound(row)
    seen = []
    for hours in (1, 23, 23, 25, 49, 60):
        with clock.travel(clock.machine_now() + timedelta(hours=hours)):
            sweeps.check_windows()
        seen.append(Conversation.objects.get().window_state)
    assert seen == ["open", "closing", "closing", "template_only", "surcharge", "surcharge"]
    told = [event.data["state"] for event in Event.objects.filter(kind="window.changed").order_by("pk")]
    assert told == ["closing", "template_only", "surcharge"]


@pytest.mark.django_db
def test_the_round_is_not_fooled_by_a_message_that_came_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    row = makers.make_conversation()
    makers.make_inbound(row)
    real = window.state

    def late(*given: object) -> str:
        Conversation.objects.filter(pk=row.pk).update(
            window_ends_at=clock.now() + timedelta(hours=24), window_state="open"
        )
        return real(*given)  # type: ignore[arg-type]

    with clock.travel(clock.machine_now() + timedelta(hours=23)):
        monkeypatch.setattr(window, "state", late)
        sweeps.check_windows()
    assert Conversation.objects.get().window_state == "open"
