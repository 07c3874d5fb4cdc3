"""Many at once: dedupe, batches of Meta's full size, parking and replay, numbers nobody connected yet (C11–C13; must show 3)."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from conversations import clock
from conversations.actor import Actor
from conversations.errors import NotAllowed
from conversations.ingest import batch as batches
from conversations.ingest import process, replay
from conversations.models import Channel, Contact, Conversation, Delivery, Event, Message
from tests import makers
from tests.conversations import wire
from tests.desk import Desk

STAFF = Actor.system("test")


def test_one_delivery_posted_fifty_times_by_eight_clients_is_one_message(desk: Desk) -> None:
    body = desk.envelope(desk.value(contacts=[wire.contact()], messages=[wire.message()]))

    def post_and_work(n: int) -> int:
        status = desk.post(body).status_code
        if n % 5 == 0:
            process.drain()
        connection.close()
        return status

    with ThreadPoolExecutor(8) as clients:
        answers = list(clients.map(post_and_work, range(50)))
    desk.settle()
    assert answers == [200] * 50
    assert Delivery.objects.filter(status="processed").count() == 50
    assert Message.objects.inbound().count() == Contact.objects.count() == Conversation.objects.count() == 1
    assert Event.objects.filter(kind="message.received").count() == 1


def test_a_thousand_updates_of_a_hundred_people_in_one_delivery(desk: Desk) -> None:
    messages, contacts = [], []
    for n in range(1000):
        number = f"39334000{n % 100:04}"
        messages.append(wire.message("text", {"body": f"{n} " + "x" * 2700}, at=wire.T0 + n, sender=number))
        contacts.append(wire.contact(number, f"Person {n % 100}"))
    body = desk.envelope(desk.value(contacts=contacts, messages=messages))
    assert 2_800_000 < len(body) < 3_200_000
    assert desk.post(body).status_code == 200
    process.drain()
    assert Message.objects.inbound().count() == 1000
    assert Contact.objects.count() == Conversation.objects.count() == 100
    assert set(Conversation.objects.values_list("unread", flat=True)) == {10}


def test_messages_of_a_batch_keep_their_order(desk: Desk) -> None:
    messages = [wire.message("text", {"body": str(n)}, at=wire.T0 + n) for n in range(20)]
    desk.deliver(desk.value(contacts=[wire.contact()], messages=messages[10:]))
    desk.deliver(desk.value(contacts=[wire.contact()], messages=messages[9::-1]))
    desk.work()
    said = Message.objects.inbound().order_by("timestamp", "pk").values_list("text", flat=True)
    assert list(said) == [str(n) for n in range(20)]
    conversation = Conversation.objects.get()
    assert conversation.last_message is not None
    assert conversation.last_message.text == "19"
    assert conversation.waiting_since == clock.from_unix(wire.T0)


def test_the_same_message_twice_in_one_delivery(desk: Desk) -> None:
    message = wire.message()
    desk.deliver(desk.value(messages=[message, message]))
    desk.work()
    assert Message.objects.count() == 1


def test_a_number_nobody_connected_is_kept_and_replayed_once_it_is(desk: Desk) -> None:
    mine, theirs = desk.value(messages=[wire.message()]), desk.value(messages=[wire.message()])
    theirs["metadata"] = {"phone_number_id": "999000111"}
    assert desk.post(json.dumps(wire.body(mine, theirs)).encode()).status_code == 200
    desk.work()
    row = Delivery.objects.get()
    assert (row.status, "999000111" in row.problem) == ("parked", True)
    assert Message.objects.count() == 1, "what is known is stored although another number is not"
    makers.make_channel(phone_number_id="999000111")
    assert replay.replay_delivery(delivery=row, by=STAFF)
    desk.work()
    row.refresh_from_db()
    assert (row.status, row.problem) == ("processed", "")
    assert Message.objects.count() == 2


def test_a_message_that_names_no_number_is_not_lost(desk: Desk) -> None:
    value = desk.value(messages=[wire.message()])
    del value["metadata"]
    desk.deliver(value)
    desk.work()
    assert Delivery.objects.get().status == "parked"


def test_only_those_who_operate_may_replay(desk: Desk) -> None:
    desk.post(b"no json")
    desk.work()
    with pytest.raises(NotAllowed):
        replay.replay_delivery(delivery=Delivery.objects.get(), by=Actor.person(makers.make_agent("ben")))


def test_one_bad_delivery_does_not_hold_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = batches.Batch.write

    def fails_on_poison(self: batches.Batch) -> None:
        whole(self)
        if any("poison" in str(item.update) for item in self.parsed):
            raise ValueError("poison")

    monkeypatch.setattr(batches.Batch, "write", fails_on_poison)
    for text in ("one", "poison", "two"):
        desk.deliver(desk.value(messages=[wire.message("text", {"body": text})]))
    process.drain()
    assert sorted(Message.objects.values_list("text", flat=True)) == ["one", "two"]
    row = Delivery.objects.get(status="received")
    assert (row.tries, row.due_at > clock.machine_now()) == (1, True)
    for _ in range(process.TRIES):
        Delivery.objects.filter(pk=row.pk).update(due_at=clock.machine_now())
        process.drain()
    row.refresh_from_db()
    assert (row.status, row.problem) == ("parked", "ValueError: poison")
    monkeypatch.undo()
    replay.replay_delivery(delivery=row, by=STAFF)
    process.drain()
    assert Message.objects.count() == 3


def test_a_repeat_days_later_changes_nothing(desk: Desk) -> None:
    body = desk.envelope(desk.value(contacts=[wire.contact()], messages=[wire.message(kind) for kind in wire.CONTENTS]))
    desk.post(body)
    desk.settle()
    before = [list(model.objects.order_by("pk").values()) for model in (Contact, Conversation, Message)]
    events = Event.objects.count()
    for _ in range(3):
        desk.post(body)
        desk.settle()
    assert [list(model.objects.order_by("pk").values()) for model in (Contact, Conversation, Message)] == before
    assert Event.objects.count() == events


def test_a_conversation_reopens_within_its_time_and_a_new_one_opens_after(desk: Desk) -> None:
    from datetime import timedelta

    now = int(clock.now().timestamp())
    desk.deliver(desk.value(messages=[wire.message(at=now)]))
    desk.work()
    first = Conversation.objects.get()
    Conversation.objects.update(status="resolved", resolved_at=clock.now())
    desk.deliver(desk.value(messages=[wire.message(at=now + 1)]))
    desk.work()
    assert Conversation.objects.get().status == "open"
    long_ago = clock.now() - timedelta(hours=Channel.objects.get().reopen_hours + 1)
    Conversation.objects.update(status="resolved", resolved_at=long_ago)
    desk.deliver(desk.value(messages=[wire.message(at=now + 2)]))
    desk.work()
    assert Conversation.objects.exclude(pk=first.pk).get().status == "open"
