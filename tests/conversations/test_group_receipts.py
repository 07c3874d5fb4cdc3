"""A message to a group: how far it got with each participant, and what it shows itself (facts §5, §7)."""

from __future__ import annotations

import itertools
import random
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations import clock
from conversations.ingest import process
from conversations.models import EarlyStatus, Event, Message, Receipt
from conversations.outbox import receipts
from tests import makers
from tests.conversations.test_groups import BRUNO, CARLA, GROUP, Json, group, joins, leaves, now, told
from tests.desk import Desk


def ours(desk: Desk, *numbers: str, wamid: str = "wamid.group") -> Message:
    """A message of ours to a group with these people."""
    told(desk, "group_participants_update", joins(*numbers, ago=60))
    conversation = makers.make_conversation(desk.channel, group=group())
    return makers.make_outbound(conversation, wamid=wamid, status="sent")


def status(kind: str, number: str, *, ago: int = 0, wamid: str = "wamid.group", **more: Any) -> Json:
    return {
        "id": wamid,
        "status": kind,
        "timestamp": str(now() - ago),
        "recipient_id": GROUP,
        "recipient_type": "group",
        "recipient_participant_id": number,
        **more,
    }


def deliver(desk: Desk, *statuses: Json) -> None:
    desk.deliver_statuses(list(statuses))
    process.drain()


def test_delivered_when_everybody_has_it_and_read_when_everybody_has_read(desk: Desk) -> None:
    message = ours(desk, BRUNO, CARLA)
    deliver(desk, status("delivered", BRUNO, ago=9))
    message.refresh_from_db()
    assert message.status == "sent"
    deliver(desk, status("read", BRUNO, ago=8), status("delivered", CARLA, ago=7))
    message.refresh_from_db()
    assert message.status == "delivered"
    assert message.delivered_at is not None
    assert int(message.delivered_at.timestamp()) >= now() - 8
    deliver(desk, status("read", CARLA, ago=1))
    message.refresh_from_db()
    assert message.status == "read"
    shown = dict(Receipt.objects.values_list("contact__identities__value", "status"))
    assert shown == {BRUNO: "read", CARLA: "read"}
    assert Event.objects.filter(kind="message.read").count() == 1


def test_any_order_of_statuses_ends_the_same(desk: Desk) -> None:
    message = ours(desk, BRUNO, CARLA)
    steps = [
        status("delivered", BRUNO, ago=9),
        status("read", BRUNO, ago=8),
        status("delivered", CARLA, ago=7),
        status("read", CARLA, ago=6),
    ]
    for order in random.Random(3).sample(list(itertools.permutations(steps)), 5):
        Receipt.objects.all().delete()
        Message.objects.filter(pk=message.pk).update(status="sent", delivered_at=None, read_at=None)
        for one in [*order, *order]:
            deliver(desk, one)
        message.refresh_from_db()
        assert message.status == "read"


def test_who_left_is_waited_for_no_longer(desk: Desk) -> None:
    message = ours(desk, BRUNO, CARLA)
    told(desk, "group_participants_update", leaves(CARLA, ago=30))
    deliver(desk, status("delivered", BRUNO))
    message.refresh_from_db()
    assert message.status == "delivered"


def test_who_came_later_is_not_waited_for(desk: Desk) -> None:
    message = ours(desk, BRUNO)
    Message.objects.filter(pk=message.pk).update(timestamp=clock.from_unix(now() - 40))
    told(desk, "group_participants_update", joins(CARLA, ago=10))
    deliver(desk, status("delivered", BRUNO))
    message.refresh_from_db()
    assert message.status == "delivered"


def test_one_who_cannot_be_reached_does_not_fail_the_message_but_all_do(desk: Desk) -> None:
    message = ours(desk, BRUNO, CARLA)
    error: dict[str, Any] = {"errors": [{"code": 131026, "title": "Undeliverable"}]}
    deliver(desk, status("failed", BRUNO, **error))
    message.refresh_from_db()
    assert message.status == "sent"
    deliver(desk, status("failed", CARLA, **error))
    message.refresh_from_db()
    assert (message.status, message.error_code) == ("failed", "131026")
    deliver(desk, status("delivered", CARLA))
    message.refresh_from_db()
    assert message.status == "delivered", "a failure before a delivery was not the end"


def test_each_delivery_is_charged(desk: Desk) -> None:
    message = ours(desk, BRUNO, "4915100000001")
    price = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "group_service"}
    deliver(desk, status("delivered", BRUNO, pricing=price), status("delivered", "4915100000001", pricing=price))
    message.refresh_from_db()
    paid = message.pricing["recipients"].values()
    assert sorted((one["country"], one["category"], one["status"]) for one in paid) == [
        ("DE", "group_service", "delivered"),
        ("IT", "group_service", "delivered"),
    ]


def test_statuses_that_overtake_our_answer_wait_for_each_participant(desk: Desk) -> None:
    message = ours(desk, BRUNO, CARLA)
    Message.objects.filter(pk=message.pk).update(wamid=None, status="sending")
    deliver(desk, status("delivered", BRUNO), status("delivered", CARLA))
    assert EarlyStatus.objects.count() == 2
    Message.objects.filter(pk=message.pk).update(wamid="wamid.group", status="sent")
    receipts.apply_early(["wamid.group"])
    message.refresh_from_db()
    assert message.status == "delivered"
    assert not EarlyStatus.objects.exists()


def test_a_message_of_which_nothing_was_known_is_at_meta(desk: Desk) -> None:
    message = ours(desk, BRUNO, CARLA)
    Message.objects.filter(pk=message.pk).update(wamid=None, status="unconfirmed")
    deliver(desk, status("delivered", BRUNO, biz_opaque_callback_data=f"sportello-{message.pk}"))
    message.refresh_from_db()
    assert (message.status, message.wamid) == ("sent", "wamid.group")


def test_fifty_statuses_of_a_group_cost_what_one_costs(desk: Desk) -> None:
    told(desk, "group_participants_update", joins(*[f"39336000{n:04}" for n in range(8)], ago=60))
    conversation = makers.make_conversation(desk.channel, group=group())
    costs = []
    for count in (1, 6):
        sent = [makers.make_outbound(conversation, wamid=f"w{count}.{n}", status="sent") for n in range(count)]
        people = range(8) if count > 1 else range(1)
        desk.deliver_statuses(
            [status("delivered", f"39336000{n:04}", wamid=str(one.wamid)) for one in sent for n in people]
        )
        with CaptureQueriesContext(connection) as queries:
            process.process_batch()
        costs.append(len(queries))
    assert costs[1] <= costs[0] + 3, "the message itself moves only in the second batch"


def test_the_api_names_the_group_its_people_and_who_got_what(desk: Desk, client: Client) -> None:
    message = ours(desk, BRUNO, CARLA)
    deliver(desk, status("delivered", BRUNO))
    client.force_login(makers.make_person("capo", "Administrator"))
    found = client.get("/api/v1/conversations/").json()["results"][0]["group"]
    assert (found["status"], found["is_suspended"]) == ("active", False)
    assert len(found["participants"]) == 2
    bubble = client.get(f"/api/v1/conversations/{message.conversation_id}/messages/").json()["results"][0]
    assert [(one["status"], one["error"]) for one in bubble["receipts"]] == [("delivered", None)]
