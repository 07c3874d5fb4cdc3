"""The round each minute: states move once, are said, and warn the right people once (C21, D23)."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from conversations import clock, sweeps
from conversations.actions import conversations as verbs
from conversations.actions import windows
from conversations.actor import Actor
from conversations.models import Conversation, Event, Notification
from tests import makers
from tests.conversations.cast import Cast, make_cast, statements
from tests.desk import Desk

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("test")


def look(hours: float) -> None:
    with clock.travel(clock.machine_now() + timedelta(hours=hours)):
        sweeps.check_windows()


def state() -> str:
    return Conversation.objects.get().window_state


def told() -> list[str]:
    return [event.data["state"] for event in Event.objects.filter(kind="window.changed").order_by("pk")]


def test_it_moves_each_state_once_and_says_so() -> None:
    makers.make_inbound(makers.make_conversation())
    seen = []
    for hours in (1, 23, 23, 25, 49, 60):
        look(hours)
        seen.append(state())
    assert seen == ["open", "closing", "closing", "template_only", "surcharge", "surcharge"]
    assert told() == ["closing", "template_only", "surcharge"]
    assert Conversation.objects.get().window_moves_at is None, "nothing is left to look at"


def test_after_a_long_night_it_goes_straight_to_where_it_is() -> None:
    makers.make_inbound(makers.make_conversation())
    look(50)
    assert told() == ["surcharge"]


def test_the_customers_message_opens_it_again_and_says_so(desk: Desk) -> None:
    asha = desk.customer("Asha")
    asha.writes("ieri", at=clock.now() - timedelta(hours=25))
    desk.work()
    assert state() == "template_only"
    asha.writes("oggi")
    desk.work()
    assert (state(), told()) == ("open", ["open"])


def test_what_a_message_moved_meanwhile_is_left_alone() -> None:
    row = makers.make_conversation()
    makers.make_inbound(row)
    look(23)
    with clock.travel(clock.machine_now() + timedelta(hours=23.5)):
        makers.make_inbound(row)
        sweeps.check_windows()
    assert state() == "open"


def test_a_late_message_is_closing_and_warned_of_at_the_next_round(desk: Desk) -> None:
    ben = makers.make_agent("ben")
    asha = desk.customer("Asha")
    asha.writes("lenta", at=clock.now() - timedelta(hours=23))
    desk.work()
    Conversation.objects.update(assignee=ben)
    look(0)
    assert state() == "closing"
    assert Notification.objects.get().user == ben


def test_the_agent_and_the_supervisors_are_warned_once_for_each_window() -> None:
    cast = make_cast()
    idle = makers.make_agent("idle", cast.returns, supervises=True)
    idle.is_active = False
    idle.save()
    Conversation.objects.update(assignee=cast.ben)
    for hours in (1, 22.5, 23, 23.5):
        look(hours)
    assert people() == {"ben", "carla"}
    assert Notification.objects.count() == 2
    note = Notification.objects.first()
    assert note
    row = Conversation.objects.get()
    assert row.window_ends_at
    assert (note.kind, note.conversation, note.data) == (
        "window.closing",
        row,
        {"ends_at": row.window_ends_at.isoformat()},
    )

    with clock.travel(clock.machine_now() + timedelta(hours=23.6)):
        makers.make_inbound(row)
    look(47)
    assert Notification.objects.count() == 4, "another window, another warning"


def people() -> set[str]:
    return set(Notification.objects.values_list("user__username", flat=True))


def test_in_the_pool_only_supervisors_are_warned() -> None:
    make_cast()
    look(23)
    assert people() == {"carla"}


def test_of_a_resolved_one_nobody_hears_but_its_state_is_kept() -> None:
    cast = make_cast()
    verbs.resolve(conversation=cast.talk, by=SYSTEM)
    look(23)
    assert (state(), told(), Notification.objects.count()) == ("closing", [], 0)
    look(49)
    assert state() == "surcharge"


def test_hours_that_staff_change_are_looked_at_anew_and_warn_no_second_time() -> None:
    cast = make_cast()
    Conversation.objects.update(assignee=cast.ben)
    look(21)
    assert (state(), Notification.objects.count()) == ("open", 0)
    seen = []
    for hours in (4, 1, 4):
        cast.channel.closing_hours = hours
        cast.channel.save()
        with clock.travel(clock.machine_now() + timedelta(hours=21)):
            windows.look_again(cast.channel)
            sweeps.check_windows()
        seen.append(state())
    assert seen == ["closing", "open", "closing"]
    assert Notification.objects.filter(user=cast.ben).count() == 1


def test_a_clock_put_back_is_believed() -> None:
    makers.make_inbound(makers.make_conversation())
    look(50)
    windows.look_again()
    look(1)
    assert state() == "open"


def many(cast: Cast, count: int) -> None:
    for _number in range(count):
        row = makers.make_conversation(cast.channel, department=cast.returns, assignee=cast.ben)
        makers.make_inbound(row)


def test_fifty_cost_what_three_cost() -> None:
    """Each transaction takes up to 200."""
    cast = make_cast()
    costs = []
    for count in (3, 50):
        Conversation.objects.update(window_moves_at=None)
        many(cast, count)
        with clock.travel(clock.machine_now() + timedelta(hours=23)), CaptureQueriesContext(connection) as asked:
            sweeps.check_windows()
        costs.append(len([one for one in statements(asked) if not one.startswith(("SAVEPOINT", "RELEASE"))]))
    assert costs[0] <= ROUND
    assert costs[1] == costs[0]
    many(cast, 450)
    with clock.travel(clock.machine_now() + timedelta(hours=23)):
        sweeps.check_windows()
    newest = Conversation.objects.order_by("-pk").values_list("window_state", flat=True)[:450]
    assert set(newest) == {"closing"}, "more than one transaction takes"


def test_a_round_with_nothing_due_asks_once() -> None:
    cast = make_cast()
    many(cast, 20)
    with CaptureQueriesContext(connection) as asked:
        sweeps.check_windows()
    assert len([one for one in statements(asked) if not one.startswith(("SAVEPOINT", "RELEASE"))]) == 1


# Due ones, channels, windows, update, events, supervisors, who was told, notifications.
ROUND = 8


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_say_everything_once() -> None:
    """Two beats, or a doubled run (D23)."""
    cast = make_cast()
    many(cast, 60)
    start = threading.Barrier(2)

    def run() -> None:
        try:
            start.wait()
            look(23)
        finally:
            connections.close_all()

    rounds = [threading.Thread(target=run) for _number in range(2)]
    for one in rounds:
        one.start()
    for one in rounds:
        one.join()
    look(23)
    assert set(Conversation.objects.values_list("window_state", flat=True)) == {"closing"}
    events = Event.objects.filter(kind="window.changed").values_list("conversation", flat=True)
    assert len(events) == len(set(events)) == 61
    assert Notification.objects.filter(user=cast.ben).count() == 60
