"""What tests of sending say: a talk, a message in the outbox, what the phone has, and a later moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

from conversations import clock
from conversations.actions import messages
from conversations.actor import Actor
from conversations.models import Conversation, Message
from tests.desk import Desk

RULE = Actor.rule("welcome")


@contextmanager
def later(**more: Any) -> Iterator[None]:
    """The machine's clock runs ahead; nobody waits."""
    ahead = clock.machine_now() + timedelta(**more)
    with mock.patch.object(clock, "machine_now", return_value=ahead):
        yield


def talk(desk: Desk, name: str = "Asha") -> Conversation:
    """A conversation in which the customer has just written; the pipeline has had its say."""
    customer = desk.customer(name)
    customer.writes("Buongiorno")
    desk.settle()
    return Conversation.objects.get(contact__profile_name=name)


def queue(conversation: Conversation, text: str = "Eccoci", origin: str = "rule") -> Message:
    return messages.queue(
        conversation=conversation, by=RULE, origin=origin, content={"body": text}, trigger="welcome", rule_key="welcome"
    )


def received(desk: Desk, text: str = "Eccoci", name: str = "Asha") -> int:
    return desk.customer(name).reads().count(text)


def fresh(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)
