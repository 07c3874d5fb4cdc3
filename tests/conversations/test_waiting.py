"""Since when a customer waits, when the answer did not arrive after all (C40)."""

from __future__ import annotations

from datetime import datetime

import pytest

from conversations import sweeps
from conversations.actions import conversations as verbs
from conversations.actions import messages
from conversations.actor import Actor
from conversations.models import Conversation
from tests.desk import Desk

SYSTEM = Actor.system("test")


@pytest.fixture
def wrote(desk: Desk) -> datetime:
    """When the customer of the only conversation wrote."""
    desk.customer("Asha").writes("Buongiorno")
    desk.work()
    at = Conversation.objects.get().last_inbound_at
    assert at
    return at


def answer() -> None:
    row = Conversation.objects.get()
    messages.queue(conversation=row, by=SYSTEM, origin="agent", content={"body": "Eccoci"})


def waits_since() -> datetime | None:
    return Conversation.objects.get().waiting_since


def test_a_customer_whose_only_answer_failed_waits_again(desk: Desk, wrote: datetime) -> None:
    desk.fault("error", code=131026)
    for still in (wrote, None):  # the second one arrives
        answer()
        assert waits_since() is None
        desk.settle()
        assert waits_since() == still


@pytest.fixture
def forgotten(desk: Desk, wrote: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker recorded the failure and died before the conversation was told."""

    def killed(_conversation: int) -> None:
        raise RuntimeError("killed here")

    answer()
    desk.fault("error", code=131026)
    with monkeypatch.context() as patched:
        patched.setattr("conversations.outbox.effects.wait_again", killed)
        desk.settle()
    assert waits_since() is None


@pytest.mark.usefixtures("forgotten")
def test_the_sweep_mends_what_a_dead_worker_left(wrote: datetime) -> None:
    sweeps.sweep()
    assert waits_since() == wrote


@pytest.mark.usefixtures("forgotten")
def test_the_sweep_leaves_alone_who_was_answered_since(wrote: datetime) -> None:
    answer()
    sweeps.sweep()
    assert waits_since() is None


@pytest.mark.usefixtures("forgotten")
def test_the_sweep_leaves_resolved_ones_alone(wrote: datetime) -> None:
    verbs.resolve(conversation=Conversation.objects.get(), by=SYSTEM)
    sweeps.sweep()
    assert waits_since() is None
