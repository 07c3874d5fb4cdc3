"""Everybody at once on PostgreSQL: no deadlock, no lost update, nothing twice (STYLE habit 10)."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connections

from conversations import clock
from conversations.actions import conversations as actions
from conversations.actions import messages
from conversations.actor import Actor
from conversations.errors import DeskError
from conversations.ingest import process, run
from conversations.models import Conversation, Delivery, Message
from conversations.outbox import deliver, settle
from tests import makers
from tests.conversations import wire
from tests.desk import Desk

pytestmark = pytest.mark.postgres
PEOPLE = 6
ROUNDS = 12


def together(*jobs: Callable[[], object]) -> list[BaseException]:
    """Each job over and over in its own thread until one that ends by itself has ended; what they raised."""
    problems: list[BaseException] = []
    gate = threading.Barrier(len(jobs))

    def work(job: Callable[[], object]) -> None:
        gate.wait()
        try:
            for _ in range(ROUNDS):
                try:
                    job()
                except DeskError:
                    continue
                time.sleep(random.random() / 100)
        except BaseException as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return problems


def test_writing_answering_and_delivering_at_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.pipeline.INBOUND", [])
    numbers = [f"39335000000{n}" for n in range(PEOPLE)]
    first = [wire.message(at=int(clock.now().timestamp()), sender=number) for number in numbers]
    for number in numbers:
        desk.control(
            "heard",
            {
                "phone_number_id": desk.channel.phone_number_id,
                "from": number,
                "timestamp": int(clock.now().timestamp()),
            },
        )
    desk.deliver(desk.value(messages=first))
    desk.work()
    rows = list(Conversation.objects.order_by("pk"))
    rule = Actor.rule("busy")
    sent, asked = [0], threading.Lock()

    def write() -> None:
        """One delivery with a message of everybody, in random order, and a status of nobody."""
        shuffled = random.sample(numbers, PEOPLE)
        batch = [wire.message(at=int(clock.now().timestamp()), sender=number) for number in shuffled]
        assert desk.deliver(desk.value(messages=batch, statuses=[wire.status(wire.wamid(), "read")])).status_code == 200

    def answer() -> None:
        messages.queue(conversation=random.choice(rows), by=rule, origin="rule", content={"body": "Eccoci"})
        with asked:
            sent[0] += 1

    def touch() -> None:
        actions.mark_read(conversation=random.choice(rows), by=rule)

    jobs: list[Callable[[], Any]] = [
        write,
        write,
        answer,
        answer,
        process.drain,
        run.run_due,
        deliver.drain_outbox,
        touch,
    ]
    problems = together(*jobs, settle.settle)
    assert [problem for problem in problems if isinstance(problem, OperationalError)] == [], "a deadlock"
    assert problems == []
    desk.settle(60)
    assert Delivery.objects.exclude(status="processed").count() == 0
    assert Message.objects.inbound().count() == PEOPLE * (2 * ROUNDS + 1)
    assert Message.objects.outbound().count() == sent[0] == 2 * ROUNDS
    assert Conversation.objects.count() == PEOPLE
    for row in Conversation.objects.all():
        newest = Message.objects.filter(conversation=row).order_by("timestamp", "pk").last()
        assert newest is not None
        assert row.last_activity_at >= newest.timestamp
        assert row.unread <= 2 * ROUNDS + 1
    assert set(Message.objects.outbound().values_list("status", flat=True)) <= {"read", "delivered", "sent"}


def test_counting_unread_loses_no_update(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.pipeline.INBOUND", [])
    posted = [0]
    lock = threading.Lock()

    def write_and_work() -> None:
        desk.deliver(desk.value(messages=[wire.message(at=int(clock.now().timestamp()))]))
        with lock:
            posted[0] += 1
        process.drain()

    assert together(*[write_and_work] * 8) == []
    desk.work()
    assert Conversation.objects.get().unread == posted[0] == Message.objects.inbound().count() == 8 * ROUNDS


def test_an_agents_answer_meets_an_arriving_message(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever comes first: the message is counted, and the answer is not forgotten."""
    monkeypatch.setattr("config.pipeline.INBOUND", [])
    desk.deliver(desk.value(messages=[wire.message(at=int(clock.now().timestamp()))]))
    desk.work()
    department = makers.make_department("Orders")
    agent = makers.make_agent("ben", department)
    row = Conversation.objects.get()
    Conversation.objects.update(department=department, assignee=agent)

    def write() -> None:
        desk.deliver(desk.value(messages=[wire.message(at=int(clock.now().timestamp()))]))
        process.drain()

    def answer() -> None:
        messages.answer(conversation=row, by=agent, content={"body": "Sono qui"})

    assert together(write, answer, answer) == []
    desk.work()
    row.refresh_from_db()
    assert row.last_agent_at is not None
    assert row.first_response_at is not None
    assert Message.objects.outbound().count() == 2 * ROUNDS
    assert Message.objects.inbound().count() == ROUNDS + 1
