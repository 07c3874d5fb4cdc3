"""The demo shop and a shortened past, played on the test world's simulator (D26)."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings

from config.demo import seeder
from config.demo.control import Control
from config.demo.past import Past
from config.demo.shop import open_shop
from config.demo.threads_now import NOW
from conversations import clock
from conversations.models import (
    Channel,
    Contact,
    Conversation,
    Delivery,
    Department,
    Direction,
    EarlyStatus,
    Event,
    Lock,
    Message,
    MessageStatus,
    ParkedEvent,
    ParkedStep,
    Presence,
)
from reports.models import WeeklyReport
from tests.desk import Desk


@pytest.fixture
def lines(desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A world without the fixture's own channel, and a few threads of each kind; what the seeder says."""
    settings.SIMULATOR_URL = desk.simulator_url
    desk.channel.delete()
    for name in ("ORDERS", "RETURNS", "BILLING", "ENGLISH"):
        monkeypatch.setattr(seeder, name, getattr(seeder, name)[:2])
    return []


def test_a_shop_with_a_past(desk: Desk, lines: list[str], settings: Settings) -> None:
    before, chance = desk.control("settings"), random.getstate()
    played = seeder.seed(lines.append, copies=1)
    assert played == 8 + len(NOW)
    assert Conversation.objects.count() == played
    # whole and at rest
    assert not Delivery.objects.exclude(status=Delivery.Status.PROCESSED).exists()
    assert not ParkedStep.objects.exists()
    assert not ParkedEvent.objects.exists()
    assert not EarlyStatus.objects.exists()
    assert not Lock.objects.exists()
    outbound = Message.objects.filter(direction=Direction.OUTBOUND)
    assert not outbound.exclude(status__in=[MessageStatus.DELIVERED, MessageStatus.READ]).exists()
    # plausible times: nothing in the future, answers after questions, statuses within their seconds
    now = clock.now()
    assert Message.objects.order_by("timestamp").first().timestamp < now - timedelta(hours=26)  # type: ignore[union-attr]
    assert not Message.objects.filter(timestamp__gt=now).exists()
    assert not Event.objects.filter(at__gt=now).exists()
    for message in outbound:
        assert message.sent_at is not None
        assert message.delivered_at is not None
        assert timedelta(seconds=-1) <= message.sent_at - message.created_at < timedelta(minutes=1)
    # every colour of the inbox
    statuses = set(Conversation.objects.values_list("status", flat=True))
    assert statuses == {"open", "pending", "snoozed", "resolved"}
    windows = set(Conversation.objects.active().values_list("window_state", flat=True))
    assert windows == {"open", "closing", "template_only", "surcharge"}
    assert Conversation.objects.open().unassigned().exists()
    assert Conversation.objects.filter(needs_person=True).exists()
    assert Contact.objects.filter(tags__emoji="💎", tier="high").count() <= 1
    # everything put back
    assert Channel.objects.get().throughput == 80
    assert (desk.control("settings"), random.getstate()) == (before, chance)
    assert settings.WAKE == "tests.makers.nobody"
    # the phones have got what the desk sent, and the report counts
    assert desk.control("received?summary=1")["total"] == outbound.count()
    assert WeeklyReport.objects.count() == 1


def test_again_changes_nothing_but_what_the_environment_says(
    desk: Desk, lines: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeder.seed(lines.append, copies=1, now_threads=False)
    counts = [model.objects.count() for model in (Conversation, Message, Event, User, Department)]
    channel = Channel.objects.get()
    Channel.objects.update(base_url="http://127.0.0.1:1", throughput=12, name="Tramontana")
    assert seeder.seed(lines.append, copies=1, now_threads=False) == 0
    assert lines[-1] == "Past: it is there already."
    assert [model.objects.count() for model in (Conversation, Message, Event, User, Department)] == counts
    again = Channel.objects.get()
    assert (again.base_url, again.app_secret) == (desk.simulator_url, channel.app_secret)
    assert (again.throughput, again.name) == (12, "Tramontana")


def test_the_same_past_every_time(lines: list[str], desk: Desk) -> None:
    hours = Past(open_shop().channel, Control()).hours
    now = clock.now()
    one, other = (seeder.of_the_past(hours, now, 2) for _time in range(2))
    assert [(at, part.wamid, part.customer, part.slots) for at, part in one] == [
        (at, part.wamid, part.customer, part.slots) for at, part in other
    ]


def test_the_six_accounts_sign_in_and_agents_are_there(lines: list[str]) -> None:
    open_shop()
    for username in ("admin", "editor", "giulia", "noor", "luca", "analyst"):
        assert authenticate(username=username, password="sportello") is not None
    assert set(User.objects.filter(is_staff=True).values_list("username", flat=True)) == {"admin", "editor", "analyst"}
    assert Presence.objects.online(clock.machine_now()).count() == 3
    supervised = User.objects.get(username="giulia").memberships.filter(is_supervisor=True)
    assert [membership.department.name for membership in supervised] == ["Resi"]
