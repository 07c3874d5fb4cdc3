"""Blue ticks and "typing…" (C34): told when the channel says so, once, and never for those who only look on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from conversations import clock
from conversations.models import Channel, Conversation, Message, Signal
from conversations.outbox import signals
from tests.conversations.cast import api, code_of
from tests.desk import Desk
from tests.makers import make_agent, make_department


@pytest.fixture
def talk(desk: Desk) -> Conversation:
    desk.channel.default_department = make_department("Orders")
    desk.channel.read_receipts = Channel.ReadReceipts.OPENED
    desk.channel.save(update_fields=["default_department", "read_receipts"])
    desk.customer("Asha").writes("Avete una foto?")
    desk.settle()
    return Conversation.objects.select_related("department", "channel").get()


@pytest.fixture
def ben(talk: Conversation) -> APIClient:
    agent = make_agent("ben", talk.department)  # type: ignore[arg-type]
    Conversation.objects.filter(pk=talk.pk).update(assignee=agent)
    return api(agent)


def say(client: APIClient, talk: Conversation, verb: str) -> Any:
    return client.post(f"/api/v1/conversations/{talk.pk}/{verb}/")


def seen(desk: Desk) -> tuple[bool, bool]:
    """Whether the customer's phone shows blue ticks on their last message, and "typing…"."""
    newest = Message.objects.inbound().latest("pk").wamid
    marks = [one["typing"] for one in desk.control("marks")["marks"] if one["wamid"] == newest]
    return bool(marks), any(marks)


def test_opening_it_is_told_once(desk: Desk, talk: Conversation, ben: APIClient) -> None:
    assert say(ben, talk, "read").status_code == 200
    assert signals.send_due() == 1
    assert seen(desk) == (True, False)
    say(ben, talk, "read")
    assert signals.send_due() == 0
    desk.customer("Asha").writes("Ci siete?")
    desk.settle()
    assert seen(desk) == (False, False)
    say(ben, talk, "read")
    assert signals.send_due() == 1


def test_a_colleague_who_looks_on_tells_nothing(desk: Desk, talk: Conversation, ben: APIClient) -> None:
    carla = api(make_agent("carla", talk.department))  # type: ignore[arg-type]
    say(carla, talk, "read")
    assert signals.send_due() == 0
    assert code_of(say(carla, talk, "typing")) == (403, "not_yours")


@pytest.mark.parametrize("when", [Channel.ReadReceipts.NEVER, Channel.ReadReceipts.ANSWERED])
def test_the_channel_decides(desk: Desk, talk: Conversation, ben: APIClient, when: str) -> None:
    Channel.objects.update(read_receipts=when)
    say(ben, talk, "read")
    assert signals.send_due() == 0


def test_typing_is_shown_and_not_again_for_a_while(desk: Desk, talk: Conversation, ben: APIClient) -> None:
    assert say(ben, talk, "typing").status_code == 204
    assert signals.send_due() == 1
    assert seen(desk) == (True, True)
    say(ben, talk, "typing")
    assert signals.send_due() == 0
    Signal.objects.update(typing_at=clock.machine_now() - timedelta(seconds=21))
    say(ben, talk, "typing")
    assert signals.send_due() == 1


def test_where_ticks_are_off_typing_would_give_it_away(desk: Desk, talk: Conversation, ben: APIClient) -> None:
    Channel.objects.update(read_receipts=Channel.ReadReceipts.NEVER)
    assert say(ben, talk, "typing").status_code == 204
    assert signals.send_due() == 0
    assert seen(desk) == (False, False)


def test_while_the_number_does_not_send_nothing_is_told(talk: Conversation, ben: APIClient) -> None:
    Channel.objects.update(status=Channel.Status.STOPPED)
    say(ben, talk, "typing")
    assert not Signal.objects.due(clock.machine_now()).exists()


def test_a_signal_that_is_lost_is_not_repeated(desk: Desk, talk: Conversation, ben: APIClient) -> None:
    say(ben, talk, "read")
    Channel.objects.update(base_url="http://127.0.0.1:1")
    assert signals.send_due() == 0
    Channel.objects.update(base_url=desk.simulator_url)
    assert signals.send_due() == 0


def test_a_dead_token_stops_the_number(desk: Desk, talk: Conversation, ben: APIClient) -> None:
    say(ben, talk, "read")
    channel = Channel.objects.get(pk=talk.channel_id)
    channel.access_token = "expired"
    channel.save(update_fields=["access_token"])
    signals.send_due()
    channel.refresh_from_db()
    assert channel.status == Channel.Status.STOPPED
