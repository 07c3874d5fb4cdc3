"""Every kind of webhook becomes the rows that people need (C13, facts §3–§6)."""

from __future__ import annotations

from typing import Any

import pytest

from conversations import clock
from conversations.ingest import run
from conversations.models import AccountUpdate, Attachment, Contact, Conversation, Delivery, Event, Group, Message
from tests.conversations import wire
from tests.desk import Desk


def deliver(desk: Desk, *messages: Any, **more: Any) -> None:
    answer = desk.deliver(desk.value(contacts=[wire.contact()], messages=list(messages), **more))
    assert answer.status_code == 200


def process(desk: Desk) -> None:
    desk.settle()
    assert not Delivery.objects.exclude(status="processed").exists()


def test_every_type_is_stored_with_its_words_and_files(desk: Desk) -> None:
    deliver(desk, *[wire.message(kind) for kind in wire.CONTENTS])
    desk.work()
    stored = dict(Message.objects.inbound().values_list("type", "text"))
    assert set(stored) == set(wire.CONTENTS)
    assert stored["location"] == "Bottega · Via Po 1"
    assert set(Attachment.objects.values_list("message__type", flat=True)) == {
        "image",
        "video",
        "audio",
        "document",
        "sticker",
    }
    assert Conversation.objects.get().unread == len(wire.CONTENTS)


def test_what_refers_to_another_message_keeps_its_reference(desk: Desk) -> None:
    deliver(desk, wire.message(context={"id": "wamid.theirs", "from": "390655500"}))
    process(desk)
    assert Message.objects.get().reply_to_wamid == "wamid.theirs"


def test_an_ad_click_is_kept_with_the_message(desk: Desk) -> None:
    deliver(desk, wire.message(referral={"source_type": "ad", "ctwa_clid": "abc", "headline": "Tazze"}))
    process(desk)
    assert Message.objects.get().payload["referral"]["ctwa_clid"] == "abc"


@pytest.mark.parametrize("kind", ["unsupported", "telepathy"])
def test_what_nobody_understands_is_shown_and_routed(desk: Desk, kind: str) -> None:
    deliver(desk, wire.message(kind, {"type": "poll"}, errors=[{"code": 131051, "title": "Unsupported"}]))
    process(desk)
    message = Message.objects.inbound().get()
    assert message.type == ("unsupported" if kind == "unsupported" else "unknown")
    assert not Message.objects.outbound().exists()


def test_system_messages_open_no_conversation_and_no_window(desk: Desk) -> None:
    deliver(desk, wire.message("system", {"type": "customer_identity_changed", "body": "…"}))
    process(desk)
    assert not Conversation.objects.exists()
    assert AccountUpdate.objects.get().event == "system"


def test_group_messages_share_one_conversation_and_name_their_sender(desk: Desk) -> None:
    contacts = [wire.contact(), wire.contact("393330000002", "Bruno")]
    messages = [wire.message(group_id="Y2FwaV9n"), wire.message(group_id="Y2FwaV9n", sender="393330000002")]
    desk.deliver(desk.value(contacts=contacts, messages=messages))
    process(desk)
    conversation = Conversation.objects.get()
    assert conversation.contact is None
    assert conversation.group == Group.objects.get()
    assert set(Message.objects.values_list("sender_contact__profile_name", flat=True)) == {"Asha", "Bruno"}
    assert not Message.objects.filter(step_due_at__isnull=False).exists()


def test_an_echo_of_the_business_app_is_ours_and_answers_the_customer(desk: Desk) -> None:
    desk.customer("Asha", wire.ASHA).writes("ciao")
    desk.work()
    echo = {
        "from": "390655500",
        "to": wire.ASHA,
        "id": wire.wamid(),
        "timestamp": str(int(clock.now().timestamp())),
        "type": "text",
        "text": {"body": "Eccomi"},
    }
    desk.deliver(desk.value(message_echoes=[echo]), field="smb_message_echoes")
    process(desk)
    message = Message.objects.outbound().get(origin="phone")
    assert (message.text, message.status, message.sender_contact) == ("Eccomi", "sent", None)
    conversation = Conversation.objects.get()
    assert (conversation.unread, conversation.waiting_since) == (0, None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (
            "message_template_status_update",
            {"event": "APPROVED", "message_template_id": 1, "message_template_name": "x"},
        ),
        ("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": []}),
        ("account_alerts", {"entity_type": "BUSINESS", "alert_info": {"alert_severity": "CRITICAL"}}),
        ("something_new_in_2027", {"anything": [1, 2]}),
        ("security", {"event": "PIN_CHANGED"}),
    ],
)
def test_account_webhooks_are_stored_once_and_visible(desk: Desk, field: str, value: Any) -> None:
    for _ in range(2):
        desk.deliver(value, field=field)
    process(desk)
    row = AccountUpdate.objects.get()
    assert (row.field, row.channel, row.data) == (field, desk.channel, value)
    assert Event.objects.filter(kind="account.updated").count() == 1


def test_a_customer_with_a_user_id_only_is_a_contact(desk: Desk) -> None:
    message = wire.message(sender="", from_user_id=wire.ASHA_ID)
    desk.deliver(desk.value(contacts=[wire.contact("", "Asha", wire.ASHA_ID, "@asha")], messages=[message]))
    process(desk)
    contact = Contact.objects.get()
    assert (contact.username, contact.country) == ("asha", "IT")
    assert [(one.kind, one.value) for one in contact.identities.all()] == [("bsuid", wire.ASHA_ID)]


def test_pipeline_runs_for_messages_of_people_only(desk: Desk) -> None:
    deliver(
        desk, wire.message(), wire.message("reaction", {"message_id": "w", "emoji": "x"}), wire.message(group_id="g")
    )
    from conversations.ingest import process as processing

    processing.drain()
    assert Message.objects.waiting_for_pipeline(clock.machine_now()).count() == 1
    run.run_due()
    assert Message.objects.waiting_for_pipeline(clock.machine_now()).count() == 0
