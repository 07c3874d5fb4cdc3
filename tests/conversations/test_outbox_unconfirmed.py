"""A send of which nobody knows whether Meta took it: settled by a status, never by a blind second send (C30, D3, D4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from conversations import clock
from conversations.actions import outbox
from conversations.ingest import process
from conversations.models import Attempt, Conversation, EarlyStatus, Event, Message, Notification
from conversations.outbox import claim, deliver, settle
from conversations.whatsapp import transport
from tests import makers
from tests.conversations import wire
from tests.conversations.cast import api, code_of
from tests.conversations.sending import RULE, fresh, later, queue, received, talk
from tests.desk import Desk


def hanging(desk: Desk, conversation: Conversation, kind: str, text: str = "Eccoci", origin: str = "rule") -> Message:
    """A message sent once into this mishap."""
    desk.fault(kind, seconds=0.05)
    message = queue(conversation, text, origin)
    deliver.drain_outbox()
    return message


def told(message: Message, kind: str) -> int:
    return Event.objects.filter(kind=kind, data__message=message.pk).count()


def status(message: Message, attempt: int, wamid: str, kind: str, **more: Any) -> dict[str, Any]:
    return wire.status(wamid, kind, biz_opaque_callback_data=f"sportello-{message.pk}/{attempt}", **more)


# --- settled by a status ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["timeout_after_accept", "no_id", "http_500_with_id"])
def test_what_meta_took_is_settled_by_its_status(desk: Desk, kind: str) -> None:
    conversation = talk(desk)
    message = hanging(desk, conversation, kind)
    assert told(message, "message.unconfirmed") == 1
    assert deliver.drain_outbox() == 0, "never a blind second send"
    desk.settle()
    with later(minutes=11):
        queue(conversation, "altro")
        desk.settle()
    assert (fresh(message).status, fresh(message).error_code) == ("read", "")
    assert (received(desk), Attempt.objects.filter(message=message).count()) == (1, 1)
    assert Attempt.objects.get(message=message).wamid == fresh(message).wamid


def test_an_id_in_a_500_settles_it_without_our_mark(desk: Desk) -> None:
    conversation = talk(desk)
    desk.settings(statuses=False)
    message = hanging(desk, conversation, "http_500_with_id")
    assert fresh(message).status == "unconfirmed"
    desk.deliver_statuses([wire.status(str(fresh(message).wamid), "delivered")])
    desk.settle()
    assert fresh(message).status == "delivered"
    assert not EarlyStatus.objects.exists()


@pytest.mark.parametrize(("kind", "arrive"), [("cut", 1), ("http_500", 1), ("unheard", 2)])
def test_after_ten_minutes_an_automatic_one_goes_once_more(desk: Desk, kind: str, arrive: int) -> None:
    """`unheard` is the one case in which D4 lets a customer receive it twice: nothing ever told of the first."""
    conversation = talk(desk)
    message = hanging(desk, conversation, kind)
    queue(conversation, "altro")
    desk.settle()
    assert fresh(message).status == "unconfirmed"
    with later(minutes=11):
        desk.settle()
    assert (fresh(message).status, received(desk)) == ("read", arrive)


def test_taken_but_unanswered_is_unconfirmed_and_its_status_settles_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = talk(desk)
    monkeypatch.setattr(transport, "READ", 0.2)
    desk.fault("timeout_after_accept", seconds=0.6)
    message = queue(conversation)
    deliver.drain_outbox()
    assert fresh(message).status in {"unconfirmed", "sent", "delivered", "read"}
    assert deliver.drain_outbox() == 0, "never a blind second send"
    desk.settle()
    assert fresh(message).status == "read"
    assert received(desk) == 1


def test_a_500_without_a_reason_leaves_it_open_and_one_with_a_reason_is_tried_again(desk: Desk) -> None:
    conversation = talk(desk)
    desk.fault("http_500")
    silent = queue(conversation, "uno")
    deliver.drain_outbox()
    assert fresh(silent).status == "unconfirmed"
    desk.fault("error", code=131000)
    told = queue(conversation, "due")
    deliver.drain_outbox()
    assert (fresh(told).status, fresh(told).error_code) == ("queued", "131000")
    with later(seconds=20):  # past the pair rate, too
        deliver.drain_outbox()
    assert received(desk, "due") == 1


def test_after_ten_minutes_an_automatic_one_goes_once_more_and_an_agents_asks(desk: Desk) -> None:
    conversation = talk(desk)
    agent = makers.make_agent("ben")
    hanging = []
    for origin in ("rule", "agent"):
        desk.fault("http_500")
        hanging.append(queue(conversation, origin, origin))
        deliver.drain_outbox()
    Message.objects.filter(pk=hanging[1].pk).update(sender_user=agent)
    with later(minutes=11):
        settle.settle()
    assert [fresh(one).status for one in hanging] == ["unconfirmed"] * 2, (
        "no status of any other message: the webhooks may be late"
    )
    queue(conversation, "altro")
    desk.settle()
    settle.settle()
    assert [fresh(one).status for one in hanging] == ["unconfirmed"] * 2, "ten minutes are not over"
    with later(minutes=11):
        settle.settle()
        settle.settle()
        assert [fresh(one).status for one in hanging] == ["queued", "unconfirmed"]
        assert Notification.objects.filter(user=agent, kind="message.unconfirmed").count() == 1
        desk.fault("http_500")
        deliver.drain_outbox()
    with later(minutes=30):
        settle.settle()
    assert fresh(hanging[0]).status == "unconfirmed", "once more, never twice more"
    assert Attempt.objects.filter(message=hanging[0]).count() == 2


def test_statuses_that_do_not_come_for_anybody_prove_nothing(desk: Desk) -> None:
    """Our own POST's answer is no sign that webhooks arrive."""
    conversation = talk(desk)
    desk.fault("http_500")
    message = queue(conversation)
    deliver.drain_outbox()
    desk.control("channels", {"channels": [], "webhook_url": ""})
    other = queue(conversation, "altro")
    deliver.drain_outbox()
    assert fresh(other).status == "sent"
    with later(minutes=11):
        settle.settle()
    assert fresh(message).status == "unconfirmed"


def test_a_process_that_died_in_the_call_leaves_it_unconfirmed(desk: Desk) -> None:
    conversation = talk(desk)
    message = queue(conversation)
    assert claim.claim(desk.channel)  # and here the process is killed
    assert settle.settle() == 0
    with later(seconds=60):
        assert settle.settle() == 1
    assert fresh(message).status == "unconfirmed"
    assert deliver.drain_outbox() == 0


@pytest.mark.parametrize(("kind", "code", "ends"), [("read", "", "read"), ("failed", "131000", "queued")])
def test_a_status_that_is_faster_than_the_timeout_keeps_its_word(desk: Desk, kind: str, code: str, ends: str) -> None:
    message = queue(talk(desk))
    [claimed] = claim.claim(desk.channel)
    errors = {"errors": [{"code": 131000, "title": "no"}]} if kind == "failed" else {}
    desk.deliver_statuses([status(message, 1, "wamid.one", kind, **errors)])
    process.drain()
    deliver._record([(claimed, transport.Unanswered("ReadTimeout"))])
    attempt = Attempt.objects.get(message=message)
    assert (fresh(message).status, attempt.error_code, attempt.wamid) == (ends, code, "wamid.one")
    assert attempt.ended_at is not None
    assert told(message, "message.unconfirmed") == 0


# --- a person forces it -----------------------------------------------------------------------------------------------------


def test_the_api_sends_it_again_only_to_who_knows(desk: Desk) -> None:
    conversation = talk(desk)
    message = hanging(desk, conversation, "cut", origin="agent")
    client, url = api(makers.make_person("elena", "Administrator")), f"/api/v1/messages/{message.pk}/retry/"
    refused = client.post(url)
    assert code_of(refused) == (409, "unconfirmed")
    assert "twice" in refused.json()["error"]["hint"]
    assert code_of(client.post(url, {"force": False}, format="json")) == (409, "unconfirmed")
    assert client.post(url, {"force": True}, format="json").json()["status"] == "queued"
    desk.settle()
    assert (fresh(message).status, received(desk)) == ("read", 1)


def test_one_that_failed_after_an_unknown_attempt_is_as_uncertain(desk: Desk) -> None:
    conversation = talk(desk)
    message = hanging(desk, conversation, "unheard")
    queue(conversation, "altro")
    desk.settle()
    with later(minutes=11):
        settle.settle()
        desk.fault("error", code=131053)
        deliver.drain_outbox()
    assert fresh(message).status == "failed"
    client, url = api(makers.make_person("elena", "Administrator")), f"/api/v1/messages/{message.pk}/retry/"
    assert code_of(client.post(url)) == (409, "unconfirmed")


def test_one_whose_dead_attempt_failed_by_status_is_no_riddle(desk: Desk) -> None:
    message = queue(talk(desk))
    claim.claim(desk.channel)  # and here the process is killed
    desk.deliver_statuses([status(message, 1, "wamid.one", "failed", errors=[{"code": 131026, "title": "no"}])])
    desk.settle()
    assert fresh(message).status == "failed"
    assert not outbox.is_unconfirmed(message)


def test_admin_asks_before_it_is_sent_again(desk: Desk, client: Any) -> None:
    conversation = talk(desk)
    message = hanging(desk, conversation, "cut", origin="agent")
    client.force_login(makers.make_person("elena", "Administrator", is_superuser=True))
    page = client.get(reverse("admin:conversations_message_change", args=[message.pk])).content.decode()
    assert "Send it all the same" in page
    assert "Send it once more" not in page
    url = reverse("admin:conversations_message_do", args=[message.pk, "force"])
    question = client.post(url)
    assert "the customer may receive it twice" in question.content.decode()
    assert fresh(message).status == "unconfirmed", "only asked"
    assert client.post(url, {"sure": "1"}).status_code == 302
    assert fresh(message).status == "queued"


# --- two copies at Meta -----------------------------------------------------------------------------------------------------


def forced(desk: Desk, kind: str = "unheard") -> Message:
    """Sent into a mishap, then once more by a person; nobody has told of either yet."""
    desk.settings(statuses=False)
    message = hanging(desk, talk(desk), kind, origin="agent")
    assert outbox.retry(message=message, by=RULE, force=True)
    return message


def test_a_late_status_of_the_first_attempt_settles_it_before_the_second_leaves(desk: Desk) -> None:
    message = forced(desk)
    desk.deliver_statuses([status(message, 1, "wamid.one", "sent")])
    desk.settle()
    assert (fresh(message).status, fresh(message).wamid) == ("sent", "wamid.one")
    assert (received(desk), Attempt.objects.filter(message=message).count()) == (1, 1)


@pytest.mark.parametrize("first", [1, 2])
def test_a_message_that_arrived_twice_says_so(desk: Desk, first: int) -> None:
    message = forced(desk)
    deliver.drain_outbox()
    assert (fresh(message).status, received(desk)) == ("sent", 2)
    wamids = {1: "wamid.one", 2: str(fresh(message).wamid)}
    second = 3 - first
    desk.deliver_statuses([status(message, first, wamids[first], kind) for kind in ("sent", "delivered", "delivered")])
    desk.settle()
    assert (fresh(message).status, fresh(message).wamid) == ("delivered", wamids[first])
    assert told(message, "message.doubled") == 0
    for kind in ("sent", "delivered", "delivered", "read"):
        desk.deliver_statuses([status(message, second, wamids[second], kind)])
    desk.settle()
    assert (fresh(message).status, told(message, "message.doubled")) == ("read", 1)
    assert fresh(message).wamid == wamids[first], "the copy that came first"
    assert Attempt.objects.filter(message=message, delivered_at__isnull=False).count() == 2


def test_both_copies_in_one_delivery_are_two(desk: Desk) -> None:
    message = forced(desk)
    deliver.drain_outbox()
    wamid = str(fresh(message).wamid)
    desk.deliver_statuses([status(message, 2, wamid, "read"), status(message, 1, "wamid.one", "delivered")])
    desk.settle()
    assert (fresh(message).status, told(message, "message.doubled")) == ("read", 1)


def test_the_first_attempts_failure_does_not_fail_the_second(desk: Desk) -> None:
    message = forced(desk)
    deliver.drain_outbox()
    error = [{"code": 131026, "title": "Message undeliverable"}]
    desk.deliver_statuses([status(message, 1, "wamid.one", "failed", errors=error)])
    desk.settle()
    assert fresh(message).status == "sent"
    assert list(message.attempts.order_by("number").values_list("error_code", flat=True)) == ["131026", ""]
    assert not outbox.is_unconfirmed(message)


def test_a_failure_that_comes_while_it_waits_for_its_second_try_changes_nothing(desk: Desk) -> None:
    message = forced(desk)
    desk.deliver_statuses([status(message, 1, "wamid.one", "failed", errors=[{"code": 131026, "title": "no"}])])
    desk.settle()
    assert fresh(message).status == "sent", "the second went"
    assert received(desk) == 2


# --- what people see --------------------------------------------------------------------------------------------------------


def test_every_call_is_shown_with_what_came_of_it(desk: Desk) -> None:
    message = queue(talk(desk), origin="agent")
    for minutes, code in enumerate((131016, 999111)):
        desk.fault("error", code=code)
        with later(minutes=minutes):
            deliver.drain_outbox()
    client = api(makers.make_person("elena", "Administrator"))
    first, second = client.get(f"/api/v1/messages/{message.pk}/attempts/").json()
    assert (first["number"], first["http_status"], first["code"]) == (1, 500, "131016")
    assert first["message"] == "WhatsApp is not available for the moment. Trying again later helps."
    assert first["started_at"] <= first["ended_at"]
    assert (second["code"], "Unknown error" in second["message"]) == ("999111", True)
    assert client.get("/api/v1/messages/0/attempts/").status_code == 404


def test_many_that_hang_on_one_number_do_not_hide_another_numbers(desk: Desk) -> None:
    """Nothing is ever told on one number; on the other a status came."""
    silent, heard = makers.make_channel(), desk.channel
    before = clock.machine_now() - timedelta(minutes=11)
    for channel in (silent, silent, heard):
        message = makers.make_outbound(
            makers.make_conversation(channel), status="unconfirmed", wamid=None, origin="rule"
        )
        Attempt.objects.create(message=message, number=1, started_at=before)
    makers.make_outbound(makers.make_conversation(heard), status="delivered", delivered_at=clock.now())
    assert settle.ask_again(1) == 1
    assert fresh(message).status == "queued"
