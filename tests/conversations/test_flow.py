"""The way of a message, from the signed webhook to the ticks on the customer's phone."""

from __future__ import annotations

import pytest

from conversations.actions import messages as actions
from conversations.errors import WindowClosed
from conversations.models import Contact, Conversation, Delivery, Event, Message
from tests.desk import Desk
from tests.makers import make_agent, make_department


def test_a_message_is_stored_once_with_its_contact_and_conversation(desk: Desk) -> None:
    desk.customer("Asha").writes("Vorrei fare un reso")
    desk.settle()
    conversation = Conversation.objects.get()
    assert conversation.contact is not None
    assert conversation.contact.profile_name == "Asha"
    assert conversation.last_message is not None
    assert conversation.last_message.text == "Vorrei fare un reso"
    assert conversation.unread == 1
    assert conversation.window_state == "open"
    assert Delivery.objects.get().status == "processed"
    assert set(Event.objects.values_list("kind", flat=True)) >= {
        "contact.created",
        "conversation.opened",
        "message.received",
    }


def test_a_second_message_joins_the_open_conversation(desk: Desk) -> None:
    desk.customer("Asha").writes("hello")
    desk.settle()
    desk.customer("Asha").writes("are you there?")
    desk.settle()
    assert Conversation.objects.get().unread == 2
    assert Contact.objects.count() == 1


def test_an_answer_arrives_and_its_ticks_come_back(desk: Desk) -> None:
    department = make_department("Orders")
    agent = make_agent("ben", department)
    desk.channel.default_department = department
    desk.channel.save()
    desk.customer("Asha").writes("hello")
    desk.settle()
    message = actions.answer(conversation=Conversation.objects.get(), by=agent, content={"body": "Buongiorno"})
    desk.settle()
    message.refresh_from_db()
    assert desk.customer("Asha").reads()[-1] == "Buongiorno"
    assert message.status == "read"
    assert None not in (message.sent_at, message.delivered_at, message.read_at)


@pytest.mark.parametrize("hours", [25])
def test_after_a_day_free_text_is_refused(desk: Desk, hours: int) -> None:
    from datetime import timedelta

    from conversations import clock

    department = make_department("Orders")
    agent = make_agent("ben", department)
    desk.channel.default_department = department
    desk.channel.save()
    desk.customer("Asha").writes("hello", at=clock.now() - timedelta(hours=hours))
    desk.settle()
    with pytest.raises(WindowClosed):
        actions.answer(conversation=Conversation.objects.get(), by=agent, content={"body": "Buongiorno"})
    assert Message.objects.outbound().filter(origin="agent").count() == 0
