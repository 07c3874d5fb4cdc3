"""Service and pricing windows: from the customer's last message, to the second, in any order of arrival (C20, D25)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import clock, sweeps
from conversations.actions import conversations as verbs
from conversations.actor import Actor
from conversations.models import Conversation, Window
from conversations.queries.windows import windows_of
from conversations.window import Windows, may_send_free_form, service_window_end
from tests import makers
from tests.conversations import wire
from tests.desk import Desk

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def after(hours: float, **changes: object) -> tuple[str, datetime]:
    """State so long after a message at noon, and when it changes next."""
    given = {"service_ends_at": NOON + 24 * HOUR, "pricing_ends_at": NOON + 48 * HOUR, "margin_seconds": 30, **changes}
    windows, now = Windows(**given), NOON + hours * HOUR  # type: ignore[arg-type]
    return windows.state(now), windows.moves_at(now) or NOON


SHUT = NOON + 24 * HOUR - timedelta(seconds=30)


@pytest.mark.parametrize(
    ("hours", "state", "next_change"),
    [
        (0, "open", NOON + 22 * HOUR),
        (21.99, "open", NOON + 22 * HOUR),
        (22, "closing", SHUT),
        (23.99, "closing", SHUT),
        (24, "template_only", NOON + 48 * HOUR),
        (47.99, "template_only", NOON + 48 * HOUR),
        (48, "surcharge", NOON),
    ],
)
def test_states_by_the_hour(hours: float, state: str, next_change: datetime) -> None:
    assert after(hours) == (state, next_change)


def test_the_channel_says_when_closing_begins_and_how_early_it_ends() -> None:
    assert after(19.9, closing=4 * HOUR) == ("open", NOON + 20 * HOUR)
    assert after(20, closing=4 * HOUR) == ("closing", SHUT)
    assert after(23.5, margin_seconds=3600) == ("template_only", NOON + 48 * HOUR)


def test_the_free_window_puts_off_the_surcharge() -> None:
    free = NOON + 60 * HOUR
    assert after(30, entry_point_ends_at=free) == ("template_only", free)
    assert after(50, entry_point_ends_at=free) == ("template_only", free)
    assert after(60, entry_point_ends_at=free) == ("surcharge", NOON)
    assert after(50, entry_point_ends_at=NOON + 30 * HOUR) == ("surcharge", NOON)


def test_a_short_pricing_window_surcharges_while_one_may_still_write() -> None:
    windows = Windows(service_ends_at=NOON + 24 * HOUR, pricing_ends_at=NOON + 12 * HOUR)
    assert windows.state(NOON + 13 * HOUR) == "open"
    assert windows.is_surcharged(NOON + 13 * HOUR)


def test_the_margin_is_kept_at_the_end_only() -> None:
    ends = service_window_end(NOON)
    assert may_send_free_form(ends, ends - timedelta(seconds=31), 30)
    assert not may_send_free_form(ends, ends - timedelta(seconds=30), 30)
    assert may_send_free_form(ends, ends - timedelta(seconds=1))
    assert not may_send_free_form(ends, ends)
    assert not may_send_free_form(None, NOON)


@given(st.integers(0, 5 * 86400), st.integers(0, 3600), st.integers(1, 23), st.integers(1, 720))
def test_shown_as_open_exactly_while_one_may_write(seconds: int, margin: int, closing: int, pricing: int) -> None:
    windows = Windows(NOON + 24 * HOUR, NOON + pricing * HOUR, None, None, margin, closing * HOUR)
    now = NOON + timedelta(seconds=seconds)
    assert (windows.state(now) in {"open", "closing"}) == windows.free_form_allowed(now)
    turn = windows.moves_at(now)
    if turn is None:
        assert windows.state(now + 1000 * HOUR) == windows.state(now)
    else:
        assert windows.state(turn - timedelta(microseconds=1)) == windows.state(now), "nothing changes before"


# --- through the door -------------------------------------------------------------------------------------------------------


def test_a_message_opens_and_a_later_one_moves_it(desk: Desk) -> None:
    now = int(clock.now().timestamp())
    for at in (now - 3600, now, now - 7200):
        desk.deliver(desk.value(messages=[wire.message(at=at)]))
        desk.work()
    row = Conversation.objects.get()
    assert row.window_ends_at == clock.from_unix(now) + timedelta(hours=24)
    kinds = dict(Window.objects.values_list("kind", "expires_at"))
    assert kinds == {"service": row.window_ends_at, "pricing": clock.from_unix(now) + timedelta(hours=48)}


def test_an_echo_in_the_same_delivery_takes_no_window_away(desk: Desk) -> None:
    now = int(clock.now().timestamp())
    echo = {"to": wire.ASHA, "id": wire.wamid(), "timestamp": str(now), "type": "text", "text": {"body": "x"}}
    asked = desk.envelope(desk.value(messages=[wire.message(at=now - 60)]))
    desk.post(asked)
    desk.deliver(desk.value(message_echoes=[echo]), field="smb_message_echoes")
    desk.work()
    assert Window.objects.get(kind="service").expires_at == Conversation.objects.get().window_ends_at


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


def test_one_member_opens_the_window_of_the_whole_group(desk: Desk) -> None:
    now, group = int(clock.now().timestamp()), {"group_id": "Y2FwaV9ncm91cDox"}
    desk.deliver(desk.value(messages=[wire.message(at=now - 90_000, **group)]))
    desk.work()
    row = Conversation.objects.get()
    assert (row.group is not None, row.window_state) == (True, "template_only")
    desk.deliver(desk.value(messages=[wire.message(at=now, sender="393330000002", **group)]))
    desk.work()
    row = Conversation.objects.get()
    assert (row.window_state, row.window_ends_at) == ("open", clock.from_unix(now) + timedelta(hours=24))
    assert Window.objects.get(conversation=row, kind="service").expires_at == row.window_ends_at


def test_hours_that_staff_change_count_from_the_next_message(desk: Desk) -> None:
    asha = desk.customer("Asha")
    asha.writes("uno")
    desk.work()
    row = Conversation.objects.get()
    desk.channel.pricing_window_hours = 12
    desk.channel.save()
    row.refresh_from_db()
    assert row.last_inbound_at
    assert windows_of(row).pricing_ends_at == row.last_inbound_at + timedelta(hours=48)
    asha.writes("due", at=clock.now() + timedelta(seconds=1))
    desk.work()
    row.refresh_from_db()
    assert windows_of(row).pricing_ends_at == row.last_inbound_at + timedelta(hours=12)


@pytest.mark.django_db
def test_one_that_is_opened_again_by_hand_has_the_customers_newest_window() -> None:
    """They wrote last in the conversation that came after it."""
    old = makers.make_conversation()
    makers.make_inbound(old, at=clock.now() - timedelta(hours=30))
    verbs.resolve(conversation=old, by=Actor.system("test"))
    new = makers.make_conversation(old.channel, old.contact)
    makers.make_inbound(new)
    verbs.resolve(conversation=new, by=Actor.system("test"))
    verbs.reopen(conversation=old, by=Actor.system("test"))
    old.refresh_from_db()
    new.refresh_from_db()
    assert windows_of(old) == windows_of(new)
    assert (old.window_state, old.last_inbound_at) == ("open", new.last_inbound_at)
    sweeps.check_windows()
    assert Conversation.objects.get(pk=old.pk).window_state == "open"
