"""The way of a job, with a receiver that really listens. Threads call it, so these run outside a test transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from conversations import clock
from conversations.actor import Actor
from crm_sync import actions, tasks
from crm_sync.connectors.contract import Answer, Outcome
from crm_sync.engine import deliver, schedule
from crm_sync.engine.claim import claim, give_back_lapsed
from crm_sync.engine.record import Done, record
from crm_sync.models import Connection, ConnectionHealth, SyncJob
from crm_sync.receiver import Receiver
from crm_sync.signing import new_secret
from tests.crm_sync.world import listening, make_connection, order_of, read, receive
from tests.makers import make_channel, make_contact, make_conversation

pytestmark = pytest.mark.django_db(transaction=True)
ADMIN = Actor.system("test")


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_sync.doorbell.ring", lambda: None)


@pytest.fixture
def secret() -> str:
    return new_secret()


@pytest.fixture
def world(secret: str) -> Iterator[tuple[Receiver, Connection]]:
    with listening(secret) as (receiver, url):
        yield receiver, make_connection(url, secret=secret)


def later(**span: int) -> time_machine.travel:
    return time_machine.travel(clock.machine_now() + timedelta(**span), tick=True)


def test_down_for_a_while_then_complete_in_order_once(world: tuple[Receiver, Connection]) -> None:
    receiver, _connection = world
    channel = make_channel()
    conversations = [make_conversation(channel, make_contact(f"C{n}", portfolio=channel.portfolio)) for n in range(4)]
    expected: dict[int, list[int]] = {}
    receiver.down = True
    for turn in range(6):
        for conversation in conversations:
            message = receive(conversation, f"{turn}")
            expected.setdefault(conversation.contact_id or 0, []).append(message.pk)
        read()
        deliver.drain()
    health = ConnectionHealth.objects.get()
    assert health.state == ConnectionHealth.State.STRUGGLING
    with later(minutes=10):
        deliver.drain()
        health.refresh_from_db()
        assert health.state == ConnectionHealth.State.RESTING
        calls = receiver.calls
        deliver.drain()
        assert receiver.calls == calls, "a resting connection is left alone"
    receiver.down = False
    with later(minutes=40):
        deliver.drain()
        health.refresh_from_db()
        assert health.state == ConnectionHealth.State.WORKING
    assert order_of(receiver) == expected
    assert receiver.doubles == 0
    assert not SyncJob.objects.exclude(status=SyncJob.Status.SENT).exists()


def test_a_long_outage_makes_no_dead_letters(world: tuple[Receiver, Connection]) -> None:
    receiver, connection = world
    receive(make_conversation())
    read()
    receiver.down = True
    for day in range(1, 9):
        for hour in range(0, 24, 4):
            with later(days=day, hours=hour):
                deliver.drain()
    job = SyncJob.objects.get()
    assert job.status == SyncJob.Status.PENDING
    assert job.tries > schedule.LAST_TRY
    receiver.down = False
    actions.try_now(connection=connection, by=ADMIN)
    with later(days=10):
        deliver.drain()
    assert len(receiver.taken) == 1


def test_a_wrong_secret_is_refused_and_dies_after_the_last_try(world: tuple[Receiver, Connection]) -> None:
    receiver, connection = world
    receiver.secret = new_secret()
    first, second = receive(make_conversation()), receive(make_conversation())
    read()
    for day in range(schedule.LAST_TRY):
        with later(days=2 * day):
            deliver.drain()
    assert receiver.refused == 2 * schedule.LAST_TRY
    dead = list(SyncJob.objects.dead().order_by("id"))
    assert [job.object_id for job in dead] == [first.pk, second.pk]
    assert dead[0].http_status == 401

    receiver.secret = str(connection.secret)
    assert actions.replay(jobs=dead, by=ADMIN) == 2
    deliver.drain()
    assert {taken.body["data"]["id"] for taken in receiver.taken} == {first.pk, second.pk}
    assert actions.replay(jobs=dead, by=ADMIN) == 0, "what was sent is not sent again"


def test_a_dead_letter_blocks_nobody(world: tuple[Receiver, Connection]) -> None:
    receiver, _connection = world
    conversation = make_conversation()
    receive(conversation, "one")
    after = receive(conversation, "two")
    receiver.answer = lambda calls, body: 422 if calls == 1 else None
    read()
    deliver.drain()
    assert SyncJob.objects.dead().count() == 1
    assert [taken.body["data"]["id"] for taken in receiver.taken] == [after.pk]


def test_a_later_one_waits_while_the_earlier_is_tried_again(world: tuple[Receiver, Connection]) -> None:
    receiver, _connection = world
    conversation = make_conversation()
    both = [receive(conversation, "one").pk, receive(conversation, "two").pk]
    other = receive(make_conversation(), "elsewhere").pk
    receiver.answer = lambda calls, body: 500 if calls <= 2 and b'"one"' in body else None
    read()
    deliver.drain()
    assert [taken.body["data"]["id"] for taken in receiver.taken] == [other]
    with later(seconds=10):
        deliver.drain()
    assert [taken.body["data"]["id"] for taken in receiver.taken] == [other, *both]


def test_killed_between_call_and_record_it_comes_again_with_the_same_id(
    world: tuple[Receiver, Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    receiver, _connection = world
    receive(make_conversation())
    read()

    def killed(done: Done) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(deliver, "record", killed)
        with pytest.raises(KeyboardInterrupt):
            deliver.drain()
    assert SyncJob.objects.get().status == SyncJob.Status.SENDING
    assert give_back_lapsed() == 0, "the lease still stands"
    with later(minutes=2):
        tasks.sweep()
    job = SyncJob.objects.get()
    assert job.status == SyncJob.Status.SENT
    assert (len(receiver.taken), receiver.doubles) == (1, 1)
    assert receiver.taken[0].webhook_id == job.message_id


def test_a_worker_that_was_thought_dead_changes_nothing(world: tuple[Receiver, Connection]) -> None:
    receive(make_conversation())
    read()
    job = claim(limit=1, flying=Counter())[0]
    with later(minutes=2):
        give_back_lapsed()
        deliver.drain()
    record([(job, Outcome(Answer.HOPELESS, 422, "late"))])
    assert SyncJob.objects.get().status == SyncJob.Status.SENT


def test_retry_after_is_obeyed(world: tuple[Receiver, Connection]) -> None:
    receiver, _connection = world
    receiver.headers = {"Retry-After": "600"}
    receiver.answer = lambda calls, body: 429 if calls == 1 else None
    receive(make_conversation())
    read()
    deliver.drain()
    with later(minutes=9):
        deliver.drain()
        assert receiver.calls == 1
    with later(minutes=11):
        deliver.drain()
    assert len(receiver.taken) == 1


def test_gone_switches_the_connection_off_and_keeps_the_job(world: tuple[Receiver, Connection]) -> None:
    receiver, connection = world
    receiver.answer = lambda calls, body: 410
    receive(make_conversation())
    read()
    deliver.drain()
    connection.refresh_from_db()
    assert not connection.is_active
    assert connection.history.count() == 2
    assert ConnectionHealth.objects.get().state == ConnectionHealth.State.STOPPED
    assert SyncJob.objects.get().status == SyncJob.Status.PENDING


def test_one_slow_record_does_not_hold_the_others(world: tuple[Receiver, Connection]) -> None:
    receiver, _connection = world
    receiver.answer = lambda calls, body: 504 if b"poison" in body else None
    receive(make_conversation(), "poison")
    for _number in range(5):
        receive(make_conversation())
    read()
    deliver.drain()
    assert len(receiver.taken) == 5


def test_a_private_address_is_refused_at_the_call(world: tuple[Receiver, Connection], settings: object) -> None:
    receiver, connection = world
    settings.ALLOW_PRIVATE_ADDRESSES = False  # type: ignore[attr-defined]
    receive(make_conversation())
    read()
    deliver.drain()
    assert receiver.calls == 0
    assert "https" in SyncJob.objects.get().problem
    outcome = actions.send_test(connection=connection, by=ADMIN)
    assert outcome.answer == Answer.REFUSED


def test_the_former_secret_signs_for_a_day(world: tuple[Receiver, Connection]) -> None:
    _receiver, connection = world
    actions.new_secret(connection=connection, by=ADMIN)
    assert actions.send_test(connection=connection, by=ADMIN).answer == Answer.TAKEN
    with later(hours=25):
        assert actions.send_test(connection=connection, by=ADMIN).http_status == 401


def test_old_sent_jobs_are_forgotten(world: tuple[Receiver, Connection]) -> None:
    receive(make_conversation())
    read()
    deliver.drain()
    assert actions.forget_sent() == 0
    with later(days=31):
        assert actions.forget_sent() == 1
