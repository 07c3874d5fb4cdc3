"""How quickly WhatsApp answers, and what follows (C33): against the stand-in, over two addresses of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import clock
from conversations.actions import channel_health
from conversations.actions.channel_health import Found, check_due, conclude
from conversations.actions.messages import queue
from conversations.actor import Actor
from conversations.models import Alarm, Channel, ChannelHealth, Conversation, Event, Message, Origin
from conversations.tasks import check_channels
from tests.desk import Desk
from tests.makers import make_channel

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def channel(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Channel:
    monkeypatch.setattr(channel_health, "SLOW", 0.25)
    monkeypatch.setattr(channel_health, "NORMAL", 0.2)
    backup = desk.simulator_url.replace("127.0.0.1", "localhost")
    Channel.objects.filter(pk=desk.channel.pk).update(backup_base_url=backup)
    return Channel.objects.get(pk=desk.channel.pk)


def come_due() -> None:
    ChannelHealth.objects.update(due_at=clock.machine_now())


def is_answered(desk: Desk) -> bool:
    """Whether an answer reaches a customer over the address that is sent over now."""
    desk.customer("Asha").writes("Buongiorno")
    desk.settle()
    talk = Conversation.objects.latest("pk")
    queue(conversation=talk, by=Actor.system("test"), origin=Origin.SYSTEM, content={"body": "Eccoci"})
    desk.settle()
    return Message.objects.outbound().latest("pk").status in {"sent", "delivered", "read"}


def kinds() -> list[str]:
    switched = Event.objects.filter(kind__in=["channel.backup", "channel.primary"])
    return list(switched.order_by("id").values_list("kind", flat=True))


def test_a_healthy_channel_is_looked_at_each_hour(channel: Channel) -> None:
    assert check_channels() == 1
    row = ChannelHealth.objects.get()
    assert row.milliseconds is not None
    assert row.milliseconds < 250
    assert row.due_at - (row.checked_at or row.due_at) == timedelta(hours=1)
    assert check_channels() == 0


def test_three_slow_answers_switch_over_and_a_normal_one_back(desk: Desk, channel: Channel) -> None:
    desk.control("faults", {"kind": "slow_number", "seconds": 0.4, "next": 3})
    for looks in (1, 2, 3):
        check_due()
        row = ChannelHealth.objects.get()
        assert (row.slow_in_a_row, row.backup_since is not None) == (looks, looks == 3)
        come_due()
    assert Alarm.objects.get(cleared_at=None).code == "channel_on_backup"
    assert is_answered(desk)
    check_due()
    assert ChannelHealth.objects.get().backup_since is None
    assert not Alarm.objects.filter(cleared_at=None).exists()
    assert kinds() == ["channel.backup", "channel.primary"]


def test_an_address_that_does_not_answer_is_slow_and_the_backup_sends(desk: Desk, channel: Channel) -> None:
    Channel.objects.filter(pk=channel.pk).update(base_url="http://127.0.0.1:1", backup_base_url=desk.simulator_url)
    for _look in range(3):
        check_due()
        come_due()
    row = ChannelHealth.objects.get()
    assert row.milliseconds is None
    assert row.problem
    assert row.backup_since is not None
    assert is_answered(desk)


def test_without_a_backup_there_is_an_alarm_and_the_same_address(channel: Channel) -> None:
    Channel.objects.filter(pk=channel.pk).update(backup_base_url="", base_url="http://127.0.0.1:1")
    for _look in range(4):
        check_due()
        come_due()
    assert Alarm.objects.get(cleared_at=None).code == "channel_slow"
    assert ChannelHealth.objects.get().backup_since is None
    assert kinds() == []


def test_a_dead_token_is_found_before_a_customer_suffers(channel: Channel) -> None:
    row = Channel.objects.get(pk=channel.pk)
    row.access_token = "expired"
    row.save(update_fields=["access_token"])
    check_due()
    row.refresh_from_db()
    assert row.status == Channel.Status.STOPPED


@given(st.lists(st.sampled_from([0.1, 1.0, 2.0, None]), max_size=30))
def test_the_backup_is_on_after_three_slow_and_off_after_a_normal_one(looks: list[float | None]) -> None:
    """Against the rule told again in a few words."""
    channel = make_channel(backup_base_url="http://backup.example.com")
    row = ChannelHealth.objects.create(channel=channel, due_at=clock.machine_now())
    slow, on_backup = 0, False
    for seconds in looks:
        conclude(row, Found(seconds))
        slow = slow + 1 if seconds is None or seconds > 1.5 else 0
        if on_backup and seconds is not None and seconds < 0.8:
            on_backup = False
        elif slow >= 3:
            on_backup = True
        row.refresh_from_db()
        assert (row.backup_since is not None) == on_backup
