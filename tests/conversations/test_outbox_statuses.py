"""What Meta says became of a message: any order, any number of times, ends in one state and never goes back (C12, facts §5)."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations import clock
from conversations.journal.kinds import Kind
from conversations.models import Attempt, Channel, Contact, EarlyStatus, Event, Message, MessageStatus
from conversations.outbox import deliver, receipts
from conversations.whatsapp.payloads import StatusUpdate
from tests import makers
from tests.conversations import wire
from tests.conversations.sending import fresh, later, queue, received, talk
from tests.desk import Desk

STATE = (
    "status",
    "sent_at",
    "delivered_at",
    "read_at",
    "played_at",
    "failed_at",
    "error_code",
    "error_detail",
    "pricing",
    "wamid",
)


def update(kind: str, seconds: int = 0, *, wamid: str = "wamid.1", **more: Any) -> StatusUpdate:
    plain: dict[str, Any] = {"opaque": "", "error_code": "", "error_detail": "", "pricing": {}, "raw": {}}
    return StatusUpdate(wamid=wamid, status=kind, timestamp=clock.from_unix(wire.T0 + seconds), **{**plain, **more})


WHOLE = [
    update("sent", 1, pricing={"category": "service", "billable": True}),
    update("delivered", 2, pricing={"category": "service", "billable": False}),
    update("read", 3),
    update("played", 4),
    update("failed", 2, error_code="131026", error_detail="undeliverable"),
    update("deleted", 5),
]


def in_memory(updates: list[StatusUpdate]) -> Message:
    message = Message(status=MessageStatus.SENDING, wamid="wamid.1", pricing={})
    for one in updates:
        before = Message.RANK[MessageStatus(message.status)]
        receipts._move(message, one)
        assert Message.RANK[MessageStatus(message.status)] >= before, "a status went backwards"
    return message


def state(message: Message) -> tuple[Any, ...]:
    return tuple(getattr(message, name) for name in STATE)


@given(st.lists(st.sampled_from(WHOLE), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_any_order_and_any_repetition_ends_in_one_state(updates: list[StatusUpdate], dice: random.Random) -> None:
    shuffled = updates + dice.sample(updates, k=dice.randint(0, len(updates)))
    dice.shuffle(shuffled)
    assert state(in_memory(shuffled)) == state(in_memory(updates))


def test_every_order_of_the_usual_four_is_read() -> None:
    usual = [one for one in WHOLE if one.status in {"sent", "delivered", "read", "failed"}]
    ends = {in_memory(list(order)).status for order in itertools.permutations(usual)}
    assert ends == {MessageStatus.READ}


def test_a_read_implies_delivery_until_that_says_when() -> None:
    assert in_memory([WHOLE[2]]).delivered_at == WHOLE[2].timestamp
    assert in_memory([WHOLE[2], WHOLE[1]]).delivered_at == WHOLE[1].timestamp


def test_the_price_is_that_of_the_furthest_status() -> None:
    for order in itertools.permutations(WHOLE[:3]):
        assert in_memory(list(order)).pricing == {"category": "service", "billable": False, "status": "delivered"}


COPIES = [
    update(
        kind,
        seconds,
        wamid=f"wamid.{attempt}",
        opaque=f"sportello-1/{attempt}",
        error_code="131026" if kind == "failed" else "",
    )
    for attempt in (1, 2)
    for seconds, kind in enumerate(("sent", "delivered", "read", "failed"), start=1)
]


@given(st.lists(st.sampled_from(COPIES), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_two_copies_in_any_order_end_in_one_state(updates: list[StatusUpdate], dice: random.Random) -> None:
    """The first attempt never answered, a second one was accepted."""

    def ends(order: list[StatusUpdate]) -> tuple[str, int]:
        message = Message(pk=1, status=MessageStatus.SENT, wamid="wamid.2", pricing={})
        attempts = [
            Attempt(message=message, number=1, error_code="unconfirmed"),
            Attempt(message=message, number=2, wamid="wamid.2"),
        ]
        kinds = [kind for one in order for kind in receipts._take(message, one, attempts)]
        return message.status, kinds.count(Kind.MESSAGE_DOUBLED)

    shuffled = updates + dice.sample(updates, k=dice.randint(0, len(updates)))
    dice.shuffle(shuffled)
    arrived = {one.wamid for one in updates if one.status in {"delivered", "read"}}
    assert ends(shuffled) == ends(updates)
    assert ends(updates)[1] == (1 if len(arrived) == 2 else 0)
    has_failed = not arrived and any(one.status == "failed" and one.wamid == "wamid.2" for one in updates)
    assert (ends(updates)[0] == "failed") is has_failed


# --- through the door -------------------------------------------------------------------------------------------------------


def sent(desk: Desk, **values: Any) -> Message:
    contact = makers.make_contact(portfolio=desk.channel.portfolio, number=wire.ASHA)
    return makers.make_outbound(makers.make_conversation(desk.channel, contact), **{"wamid": wire.wamid(), **values})


def test_statuses_doubled_and_shuffled(desk: Desk) -> None:
    message = sent(desk)
    statuses = [
        wire.status(str(message.wamid), kind, at=wire.T0 + n) for n, kind in enumerate(("sent", "delivered", "read"))
    ] * 2
    random.Random(7).shuffle(statuses)
    for one in statuses:
        desk.deliver_statuses([one])
    desk.settle()
    message.refresh_from_db()
    assert message.status == "read"
    kinds = list(Event.objects.filter(kind__startswith="message.").values_list("kind", flat=True))
    assert len(kinds) == len(set(kinds)), "an event was written twice"


def test_all_statuses_in_one_delivery(desk: Desk) -> None:
    message = sent(desk)
    desk.deliver_statuses([wire.status(str(message.wamid), kind) for kind in ("read", "sent", "delivered", "read")])
    desk.settle()
    message.refresh_from_db()
    assert message.status == "read"


def test_failure_after_sent_is_a_failure_and_after_delivery_is_none(desk: Desk) -> None:
    first, second = sent(desk), makers.make_outbound(makers.make_conversation(desk.channel))
    error = [{"code": 131026, "title": "Message undeliverable", "error_data": {"details": "no WhatsApp"}}]
    desk.deliver_statuses([wire.status(str(first.wamid), "failed", errors=error)])
    desk.deliver_statuses(
        [wire.status(str(second.wamid), "delivered"), wire.status(str(second.wamid), "failed", errors=error)]
    )
    desk.settle()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, first.error_code, first.error_detail) == ("failed", "131026", "no WhatsApp")
    assert (second.status, second.error_code) == ("delivered", "")
    assert first.conversation.contact is not None
    assert Contact.objects.get(pk=first.conversation.contact.pk).is_unreachable


def test_a_status_before_its_message_waits_for_it(desk: Desk) -> None:
    desk.deliver_statuses([wire.status("wamid.unborn", kind) for kind in ("delivered", "read")])
    desk.settle()
    assert EarlyStatus.objects.count() == 2
    message = sent(desk, wamid="wamid.unborn")
    desk.settle()
    message.refresh_from_db()
    assert message.status == "read"
    assert not EarlyStatus.objects.exists()


@pytest.mark.parametrize("was", ["queued", "sending", "unconfirmed", "failed", "cancelled"])
def test_our_own_mark_in_a_status_settles_a_message_without_wamid(desk: Desk, was: str) -> None:
    """Even one that was cancelled while it was unconfirmed: the customer has it."""
    message = sent(desk, status=was, wamid=None, not_before=clock.now() + timedelta(days=1))
    desk.deliver_statuses([wire.status("wamid.found", "delivered", biz_opaque_callback_data=f"sportello-{message.pk}")])
    desk.settle()
    message.refresh_from_db()
    assert (message.status, message.wamid) == ("delivered", "wamid.found")


@pytest.mark.parametrize(
    "mark", ["sportello-²", "sportello--1", "sportello-", "sportello-99999999999999999999", "other-1"]
)
def test_a_mark_that_is_not_ours_settles_nothing(desk: Desk, mark: str) -> None:
    message = sent(desk, status="unconfirmed", wamid=None)
    desk.deliver_statuses([wire.status("wamid.found", "delivered", biz_opaque_callback_data=mark)])
    desk.settle()
    message.refresh_from_db()
    assert message.status == "unconfirmed"


def test_another_channels_status_changes_nothing(desk: Desk) -> None:
    other = makers.make_channel(app_secret=desk.channel.app_secret)
    message = sent(desk)
    desk.deliver(
        {
            **desk.value(statuses=[wire.status(str(message.wamid), "read")]),
            "metadata": {"phone_number_id": other.phone_number_id},
        }
    )
    desk.settle()
    message.refresh_from_db()
    assert message.status == "sent"


@pytest.mark.parametrize("kind", ["deleted", "warning", "held_for_review", "x" * 150])
def test_a_status_nobody_knows_changes_nothing(desk: Desk, kind: str) -> None:
    message = sent(desk)
    desk.deliver_statuses([wire.status(str(message.wamid), kind), wire.status("wamid.nobody", kind)])
    desk.settle()
    message.refresh_from_db()
    assert message.status == "sent"


def test_an_alarming_failure_stops_the_channel(desk: Desk) -> None:
    message = sent(desk)
    desk.deliver_statuses([wire.status(str(message.wamid), "failed", errors=[{"code": 131042, "title": "Payment"}])])
    desk.settle()
    assert Channel.objects.get(pk=desk.channel.pk).status == "stopped"


# --- it failed, for now -----------------------------------------------------------------------------------------------------


def failed(of: str, code: int, message: Message, attempt: int = 1, **more: Any) -> dict[str, Any]:
    error = [{"code": code, "title": "no", "error_data": {"details": "for now"}}]
    return wire.status(of, "failed", errors=error, biz_opaque_callback_data=f"sportello-{message.pk}/{attempt}", **more)


def test_what_failed_for_now_is_tried_again_by_itself_however_often_it_is_told(desk: Desk) -> None:
    message = queue(talk(desk))
    desk.settings(statuses=False)
    deliver.drain_outbox()
    first = str(fresh(message).wamid)
    desk.deliver_statuses([failed(first, 131000, message)])
    desk.settle()
    now = fresh(message)
    assert (now.status, now.error_code, now.wamid, now.retry_at is not None) == ("queued", "131000", None, True)
    assert Event.objects.filter(kind="message.requeued", data__code="131000").count() == 1
    desk.deliver_statuses(
        [
            failed(first, 131000, message),
            wire.status(first, "sent", biz_opaque_callback_data=f"sportello-{message.pk}/1"),
        ]
    )
    desk.settle()
    assert fresh(message).status == "queued", "the same failure again, and its own `sent` come late"
    with later(minutes=1):
        deliver.drain_outbox()
    assert fresh(message).status == "sent"
    desk.deliver_statuses([failed(first, 131000, message)])
    desk.settle()
    assert fresh(message).status == "sent", "the first attempt's failure is not the second's"
    assert received(desk) == 2, "this simulator delivered both"
    assert list(message.attempts.order_by("number").values_list("error_code", flat=True)) == ["131000", ""]


def test_tries_by_status_end_too(desk: Desk) -> None:
    message = queue(talk(desk), origin="agent")
    for hours in range(4):
        desk.fault("failed_status", code=131000)
        with later(hours=hours):
            desk.settle()
    assert (fresh(message).status, Attempt.objects.filter(message=message).count()) == ("failed", 3)


def test_one_member_of_a_group_decides_for_nobody(desk: Desk) -> None:
    message = sent(desk)
    of = str(message.wamid)
    desk.deliver_statuses(
        [failed(of, 131026, message, recipient_type="group"), failed(of, 131000, message, recipient_type="group")]
    )
    desk.settle()
    message.refresh_from_db()
    assert message.status == "failed"
    assert not Contact.objects.filter(is_unreachable=True).exists()
    desk.deliver_statuses([wire.status(of, "delivered", recipient_type="group")])
    desk.settle()
    message.refresh_from_db()
    assert message.status == "delivered"


def test_a_failure_without_a_reason_says_so(desk: Desk) -> None:
    message = sent(desk)
    desk.deliver_statuses([wire.status(str(message.wamid), "failed")])
    desk.settle()
    message.refresh_from_db()
    assert (message.status, message.error_code) == ("failed", "no_reason")
