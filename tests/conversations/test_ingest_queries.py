"""How often the database is asked (law 9): ingest and delivery do not ask more for a batch of fifty than for one."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import clock
from conversations.actions import messages
from conversations.actor import Actor
from conversations.ingest import process, run
from conversations.models import Conversation
from conversations.outbox import deliver
from tests.conversations import wire
from tests.conversations.cast import statements
from tests.desk import Desk

numbers = [f"39336000{n:04}" for n in range(50)]
RULE = Actor.rule("welcome")
clicks = itertools.count()


def asked(work: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as captured:
        work()
    return sum(not sql.startswith(("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")) for sql in statements(captured))


def write(desk: Desk, count: int) -> None:
    now = int(clock.now().timestamp()) - 100 + next(clicks)
    batch = [wire.message(at=now, sender=number) for number in numbers[:count]]
    for number in numbers[:count]:
        desk.control("heard", {"phone_number_id": desk.channel.phone_number_id, "from": number, "timestamp": now})
    desk.deliver(desk.value(contacts=[wire.contact(number) for number in numbers[:count]], messages=batch))


@pytest.fixture
def known(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Fifty customers who have all written before; no steps, so that only the path itself is counted."""
    monkeypatch.setattr("config.pipeline.INBOUND", [])
    write(desk, 50)
    desk.work()
    return desk


def test_fifty_messages_cost_what_one_costs(known: Desk) -> None:
    costs = []
    for count in (1, 50):
        write(known, count)
        costs.append(asked(process.process_batch))
    assert costs[0] <= INGEST
    assert costs[1] <= costs[0] + 2


def test_fifty_statuses_cost_what_one_costs(known: Desk) -> None:
    costs = []
    for count in (1, 50):
        rows = Conversation.objects.order_by("pk")[:count]
        sent = [messages.queue(conversation=row, by=RULE, origin="rule", content={"body": "Eccoci"}) for row in rows]
        for message in sent:
            message.wamid, message.status = wire.wamid(), "sent"
            message.save()
        known.deliver_statuses([wire.status(str(message.wamid), "delivered") for message in sent])
        costs.append(asked(process.process_batch))
    assert costs[0] <= STATUSES
    assert costs[1] <= costs[0] + 1


def test_a_new_customer_costs_a_few_more(known: Desk) -> None:
    known.deliver(known.value(messages=[wire.message(sender="393379999999", at=int(clock.now().timestamp()))]))
    assert asked(process.process_batch) <= INGEST + 4


def test_the_pipeline_costs_little_without_its_steps(known: Desk) -> None:
    write(known, 50)
    process.process_batch()
    per_message = asked(run.run_due) / 50
    assert per_message <= PIPELINE


def test_sending_costs_little_for_each_message(known: Desk) -> None:
    for row in Conversation.objects.all():
        messages.queue(conversation=row, by=RULE, origin="rule", content={"body": "Eccoci"})
    per_message = asked(deliver.drain_outbox) / 50
    assert per_message <= DELIVERY


# What the path costs today, with a little room. A larger number needs a reason in the commit that raises it.
INGEST = 22
STATUSES = 14
PIPELINE = 4
DELIVERY = 12
