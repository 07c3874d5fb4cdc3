"""A customer's call stands in the thread, opens the window, is routed, and never answered automatically (D21, facts §9)."""

from __future__ import annotations

from typing import Any

import pytest

from conversations import clock
from conversations.ingest import process
from conversations.models import AccountUpdate, Conversation, Event, Message
from conversations.notices import notice
from tests.conversations import wire
from tests.desk import Desk

CALL = "wacid.ABGGFjFVU2AfAgo6V"


def now() -> int:
    return int(clock.now().timestamp())


def call(event: str, ago: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "id": CALL,
        "to": "390655500",
        "from": wire.ASHA,
        "event": event,
        "timestamp": str(now() - ago),
        "direction": "USER_INITIATED",
        **more,
    }


CONNECT: dict[str, Any] = {"session": {"sdp_type": "offer", "sdp": "c=IN IP4 203.0.113.7"}}
ENDED: dict[str, Any] = {"status": "FAILED"}


def deliver(desk: Desk, *calls: Any) -> None:
    assert desk.deliver(desk.value(contacts=[wire.contact()], calls=list(calls)), field="calls").status_code == 200
    process.drain()


def test_a_missed_call_is_a_message_that_waits_for_an_answer(desk: Desk) -> None:
    deliver(desk, call("terminate", **ENDED))
    desk.settle()
    message = Message.objects.inbound().get()
    assert (message.type, message.text, notice(message)) == ("call", "", "Missed call")
    conversation = Conversation.objects.get()
    assert (conversation.window_state, conversation.unread) == ("open", 1)
    assert conversation.waiting_since is not None
    assert conversation.reason_code, "it was routed"
    assert not Message.objects.outbound().exists(), "nobody is answered automatically"
    assert Event.objects.filter(kind="message.received", data__type="call").count() == 1


@pytest.mark.parametrize("order", [[0, 1], [1, 0], [0, 1, 0, 1], [1, 0, 0]])
@pytest.mark.parametrize("together", [True, False])
def test_the_webhooks_of_one_call_are_one_message_in_any_order(desk: Desk, order: list[int], together: bool) -> None:
    both = [call("connect", 40, **CONNECT), call("terminate", 2, status="COMPLETED", duration=130, cta_payload="menu")]
    if together:
        deliver(desk, *[both[n] for n in order])
    else:
        for n in order:
            deliver(desk, both[n])
    message = Message.objects.inbound().get()
    assert message.payload == {"status": "completed", "duration": 130, "payload": "menu"}
    assert notice(message) == "Call of 2 minutes"
    assert Conversation.objects.get().unread == 1


def test_what_became_of_a_ringing_call_is_told(desk: Desk) -> None:
    deliver(desk, call("connect", 40))
    assert notice(Message.objects.get()) == "Call"
    deliver(desk, call("terminate", 2, **ENDED))
    assert notice(Message.objects.get()) == "Missed call"
    assert Event.objects.get(kind="call.ended").data["status"] == "missed"


def test_nothing_of_the_connection_or_the_caller_is_kept_beside(desk: Desk) -> None:
    deliver(desk, call("connect", **CONNECT))
    kept = str(AccountUpdate.objects.get().data)
    assert wire.ASHA not in kept
    assert "203.0.113.7" not in kept
    assert "203.0.113.7" not in str(Message.objects.get().payload)


def test_a_caller_without_a_number(desk: Desk) -> None:
    one = call("terminate", from_user_id=wire.ASHA_ID, **ENDED)
    del one["from"]
    desk.deliver(desk.value(contacts=[wire.contact("", "Asha", wire.ASHA_ID)], calls=[one]), field="calls")
    process.drain()
    contact = Message.objects.inbound().get().sender_contact
    assert contact is not None
    assert [row.value for row in contact.identities.all()] == [wire.ASHA_ID]


def test_calls_the_business_makes_elsewhere_are_noted_only(desk: Desk) -> None:
    ours: dict[str, Any] = {
        "direction": "BUSINESS_INITIATED",
        "to": wire.ASHA,
        "from": "390655500",
        "status": "COMPLETED",
    }
    deliver(desk, call("terminate", **ours))
    status = {"id": CALL, "type": "call", "status": "RINGING", "timestamp": str(now()), "recipient_id": wire.ASHA}
    desk.deliver(desk.value(statuses=[status]), field="calls")
    process.drain()
    assert not Message.objects.exists()
    assert AccountUpdate.objects.count() == 2


def test_one_broken_call_does_not_take_the_others_with_it(desk: Desk) -> None:
    deliver(desk, {"id": CALL}, 7, {**call("terminate", **ENDED), "id": "wacid.other"})
    assert Message.objects.get().wamid == "wacid.other"
    assert AccountUpdate.objects.filter(event="not_understood").count() == 2
