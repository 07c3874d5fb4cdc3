"""Sending: what Meta answers, or does not, and that nothing goes twice (C30, C31, D3–D5)."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
import requests

from conversations import clock
from conversations.actions import channels, outbox
from conversations.models import Attempt, Channel, Conversation, Event, Halt, Identity, Message
from conversations.outbox import claim, deliver
from tests.conversations.sending import RULE, fresh, later, queue, received, talk
from tests.desk import Desk

# --- sent, or not known -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (requests.ReadTimeout(), "unconfirmed"),
        (requests.ConnectionError(ConnectionResetError(104, "reset")), "unconfirmed"),
        (requests.exceptions.ChunkedEncodingError(), "unconfirmed"),
        (requests.ConnectTimeout(), "queued"),
        (RuntimeError("a fault of ours"), "unconfirmed"),
    ],
)
def test_a_cut_line_is_repeated_only_when_nothing_was_sent(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, problem: Exception, expected: str
) -> None:
    conversation = talk(desk)
    message = queue(conversation)

    def fails(*_: Any, **__: Any) -> None:
        raise problem

    monkeypatch.setattr(requests.Session, "request", fails)
    deliver.drain_outbox()
    assert fresh(message).status == expected
    assert Attempt.objects.get(message=message).ended_at is not None


def test_a_server_that_refuses_the_connection_has_nothing(desk: Desk) -> None:
    conversation = talk(desk)
    Channel.objects.update(base_url="http://127.0.0.1:9")
    message = queue(conversation)
    deliver.drain_outbox()
    assert (fresh(message).status, fresh(message).error_code) == ("queued", "network")
    Channel.objects.update(base_url=desk.simulator_url)
    with later(seconds=10):
        deliver.drain_outbox()
    assert received(desk) == 1


def test_a_process_that_died_before_the_attempt_loses_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation = talk(desk)
    message = queue(conversation)
    with monkeypatch.context() as broken:
        broken.setattr(claim, "_begin", mock.Mock(side_effect=KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            deliver.drain_outbox()
    assert fresh(message).status == "queued"
    desk.settle()
    assert received(desk) == 1


def test_a_person_may_retry_what_failed_and_attempts_are_numbered_on(desk: Desk) -> None:
    conversation = talk(desk)
    message = queue(conversation)
    for _ in range(2):
        desk.fault("error", code=131026)
        deliver.drain_outbox()
        assert fresh(message).status == "failed"
        outbox.retry(message=message, by=RULE)
    desk.settle()
    assert fresh(message).status == "read"
    assert list(Attempt.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]
    assert received(desk) == 1


def test_a_row_that_cannot_be_sent_does_not_stand_in_the_others_way(desk: Desk) -> None:
    conversation, other = talk(desk), talk(desk, "Bruno")
    broken = queue(conversation)
    Message.objects.filter(pk=broken.pk).update(type="contacts", payload={})
    queue(other)
    desk.settle()
    assert (fresh(broken).status, fresh(broken).error_code) == ("failed", "invalid")
    assert received(desk, name="Bruno") == 1


# --- refusals before the call -----------------------------------------------------------------------------------------------


def test_a_halt_stops_what_is_queued_already_but_no_agent(desk: Desk) -> None:
    conversation = talk(desk)
    automatic, by_hand = queue(conversation, "uno"), queue(conversation, "due", "agent")
    Halt.objects.create(scope=Halt.Scope.ALL, starts_at=clock.now())
    desk.settle()
    assert (fresh(automatic).status, fresh(automatic).error_code) == ("failed", "halted")
    assert fresh(by_hand).status == "read"
    assert received(desk, "uno") == 0


@pytest.mark.parametrize(
    ("scope", "covered"),
    [
        ({"scope": "rule", "key": "welcome"}, True),
        ({"scope": "rule", "key": "away"}, False),
        ({"scope": "trigger", "key": "welcome"}, True),
    ],
)
def test_a_halt_stops_its_scope_only(desk: Desk, scope: dict[str, str], covered: bool) -> None:
    conversation = talk(desk)
    message = queue(conversation)
    Halt.objects.create(starts_at=clock.now(), **scope)
    desk.settle()
    assert fresh(message).status == ("failed" if covered else "read")


def test_a_window_that_closes_between_queue_and_send_is_seen(desk: Desk) -> None:
    conversation = talk(desk)
    message = queue(conversation)
    Conversation.objects.update(window_ends_at=clock.now() + timedelta(seconds=5))  # within the margin
    desk.settle()
    assert (fresh(message).status, fresh(message).error_code) == ("failed", "window_closed")
    assert received(desk) == 0


def test_an_automatic_message_that_waited_for_more_than_an_hour_is_not_sent(desk: Desk) -> None:
    conversation = talk(desk)
    automatic, by_hand = queue(conversation), queue(conversation, "persona", "agent")
    Message.objects.outbound().update(not_before=clock.now() - timedelta(minutes=61))
    desk.settle()
    assert (fresh(automatic).status, fresh(automatic).error_code) == ("failed", "too_late")
    assert fresh(by_hand).status == "read"


def test_a_customer_without_an_address_is_not_written_to(desk: Desk) -> None:
    conversation = talk(desk)
    message = queue(conversation)
    Identity.objects.update(ended_at=clock.now())
    desk.settle()
    assert (fresh(message).status, fresh(message).error_code) == ("failed", "no_address")


# --- refusals by Meta -------------------------------------------------------------------------------------------------------


def test_a_dead_token_stops_the_channel_at_once_and_a_new_one_starts_it(desk: Desk) -> None:
    conversation = talk(desk)
    waiting = [queue(conversation, str(n)) for n in range(5)]
    desk.fault("error", code=190, next=-1)
    deliver.drain_outbox()
    channel = Channel.objects.get(pk=desk.channel.pk)
    assert (channel.status, channel.status_code) == ("stopped", "190")
    assert Attempt.objects.count() == 1, "a dead token is not tried again and again"
    assert {fresh(one).status for one in waiting} == {"queued"}
    assert Event.objects.filter(kind="channel.stopped").count() == 1
    desk.control("faults", {"kind": "none"})
    channels.start(channel=channel, by=RULE)
    desk.settle()
    assert [desk.customer("Asha").reads().count(str(n)) for n in range(5)] == [1] * 5


def test_the_pair_rate_backs_off_by_powers_of_four(desk: Desk) -> None:
    conversation = talk(desk)
    message = queue(conversation, origin="agent")
    waits: list[float] = []
    for _ in range(4):
        desk.fault("error", code=131056)
        moment = clock.machine_now() + timedelta(hours=len(waits))
        with mock.patch.object(clock, "machine_now", return_value=moment):
            deliver.drain_outbox()
        waits.append((fresh(message).retry_at - moment).total_seconds())  # type: ignore[operator]
    assert waits == [1, 4, 16, 64]


def test_a_limit_on_one_customer_holds_no_other(desk: Desk) -> None:
    asha, bruno = talk(desk), talk(desk, "Bruno")
    desk.fault("error", code=131056)
    held = queue(asha, "uno")
    queue(asha, "due")
    deliver.drain_outbox()
    queue(bruno)
    deliver.drain_outbox()
    assert fresh(held).status == "queued"
    assert received(desk, "due") == 0, "later ones of the same conversation wait their turn"
    desk.settle()
    assert received(desk, name="Bruno") == 1


@pytest.mark.parametrize("code", [131047, 131026, 100, 131051])
def test_what_never_goes_is_failed_at_once(desk: Desk, code: int) -> None:
    conversation = talk(desk)
    desk.fault("error", code=code)
    message = queue(conversation)
    desk.settle()
    assert (fresh(message).status, fresh(message).error_code) == ("failed", str(code))
    assert Attempt.objects.count() == 1


def test_tries_end(desk: Desk) -> None:
    conversation = talk(desk)
    desk.fault("error", code=131000, next=-1)
    message = queue(conversation, origin="agent")
    for hours in range(6):
        with later(hours=hours):
            deliver.drain_outbox()
    assert fresh(message).status == "failed"
    assert Attempt.objects.count() == 3


# --- pace and order ---------------------------------------------------------------------------------------------------------


def test_agents_go_before_rules_and_a_conversation_keeps_its_order(desk: Desk) -> None:
    asha, bruno = talk(desk), talk(desk, "Bruno")
    queue(asha, "regola")
    queue(asha, "seguito", "agent")
    queue(bruno, "agente", "agent")
    order = []
    while claimed := claim.claim(desk.channel, 1):
        order += [one.message.text for one in claimed]
        deliver._record([(one, deliver._call(one)) for one in claimed])
    assert order == ["agente", "regola", "seguito"]


@pytest.mark.parametrize(("minutes", "other"), [(4, 0), (120, 1)])
def test_nobody_waits_for_hours_nor_an_agent_for_an_automatic_one(desk: Desk, minutes: int, other: int) -> None:
    conversation = talk(desk)
    desk.fault("error", code=131056)
    held = queue(conversation, "regola")
    deliver.drain_outbox()
    Message.objects.filter(pk=held.pk).update(retry_at=clock.machine_now() + timedelta(minutes=minutes))
    queue(conversation, "altra regola")
    queue(conversation, "persona", "agent")
    deliver.drain_outbox()
    assert [received(desk, text) for text in ("regola", "altra regola", "persona")] == [0, other, 1]


def test_many_threads_never_overtake_and_never_double(desk: Desk) -> None:
    conversations = [talk(desk, name) for name in ("Asha", "Bruno", "Carla")]
    for n in range(8):
        for conversation in conversations:
            queue(conversation, str(n))
    from django.db import connections

    def work() -> None:
        deliver.drain_outbox()
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    desk.settle(30)
    for name in ("Asha", "Bruno", "Carla"):
        numbers = [text for text in desk.customer(name).reads() if text.isdigit()]
        assert numbers == [str(n) for n in range(8)]
