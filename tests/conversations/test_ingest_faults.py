"""A fault at any line of the path leaves rows that the next run finishes, and nothing twice (C11, D3, D22).

Each collaborator in turn raises once, in the middle of the work, as if the process had been killed there.
"""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from django.utils.module_loading import import_string

from conversations import clock
from conversations.actions import messages
from conversations.actor import Actor
from conversations.ingest import replay, run
from conversations.models import Contact, Conversation, Event, Message, ParkedStep
from conversations.outbox import deliver
from conversations.pipeline import PipelineContext
from tests.conversations import wire
from tests.conversations.sending import later
from tests.desk import Desk

RULE = Actor.rule("welcome")


class Killed(BaseException):
    """What no `except Exception` catches."""


def answer(context: PipelineContext) -> None:
    """A step like the real ones: idempotent, writes an outbox row."""
    if not Message.objects.filter(rule_key=f"r{context.message.pk}").exists():
        messages.queue(
            conversation=context.conversation,
            by=RULE,
            origin="rule",
            content={"body": "Eccoci"},
            rule_key=f"r{context.message.pk}",
        )


FAILING: dict[str, Any] = {"left": 0, "kind": ValueError}


def stumble(context: PipelineContext) -> None:
    messages.queue(conversation=context.conversation, by=RULE, origin="rule", content={"body": "half"}, rule_key="half")
    if FAILING["left"] > 0:
        FAILING["left"] -= 1
        raise FAILING["kind"]("stumbled")
    Message.objects.filter(rule_key="half").delete()


def break_at_commit(context: PipelineContext) -> None:
    """Foreign keys are checked when the transaction commits: no savepoint of a step can catch this."""
    if context.message.text == "poison":
        Conversation.objects.filter(pk=context.conversation.pk).update(department=999_999)


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Any:
    def use(*names: str) -> None:
        monkeypatch.setattr("config.pipeline.INBOUND", [f"{__name__}.{name}" for name in names])

    return use


PLACES = [
    "conversations.ingest.process._next",
    "conversations.ingest.process._read",
    "conversations.ingest.process._store",
    "conversations.ingest.process.wake.ring",
    "conversations.ingest.process.receipts.apply_early",
    "conversations.ingest.messages.Messages._rows",
    "conversations.ingest.messages.attach",
    "conversations.ingest.references.References.react",
    "conversations.ingest.batch.record_all",
    "conversations.ingest.batch.receipts.apply",
    "conversations.ingest.people.People.write",
    "conversations.ingest.tickets.Tickets.write",
    "conversations.ingest.tickets.windows.open_for",
    "conversations.ingest.batch.entry_points.follow",
    "conversations.ingest.groups.Groups.write",
    "conversations.ingest.history.History.write",
    "conversations.ingest.account_updates.AccountUpdates.write",
    "conversations.ingest.run._context",
    "conversations.ingest.run._run_message",
    "conversations.ingest.run.steps",
    "conversations.actions.messages._queue",
    "conversations.actions.messages.record",
    "conversations.outbox.claim._lock",
    "conversations.outbox.claim._identities",
    "conversations.outbox.claim._begin",
    "conversations.outbox.claim.access_to",
    "conversations.outbox.deliver.pacing.room",
    "conversations.outbox.receipts._move",
    "conversations.outbox.receipts.update_rows",
]


@pytest.mark.parametrize("fault", [Killed, RuntimeError])
@pytest.mark.parametrize("place", PLACES)
def test_a_fault_anywhere_is_finished_by_the_next_run(
    desk: Desk, steps: Any, monkeypatch: pytest.MonkeyPatch, place: str, fault: type[BaseException]
) -> None:
    steps("answer")
    owner, _dot, name = place.rpartition(".")
    target, real = import_string_or_module(owner), None
    real = getattr(target, name)
    fired: list[str] = []

    def once(*args: Any, **kwargs: Any) -> Any:
        if not fired:
            fired.append(place)
            raise fault("killed here")
        return real(*args, **kwargs)

    desk.customer("Asha").writes("Buongiorno")
    monkeypatch.setattr(target, name, once)
    for seconds in range(0, 60, 4):
        with later(seconds=seconds), contextlib.suppress(Killed, RuntimeError):
            desk.work()
    assert fired, "this place is not on the path any more: take it out of the list"
    monkeypatch.setattr(target, name, real)
    desk.settle()
    assert Message.objects.inbound().count() == Contact.objects.count() == Conversation.objects.count() == 1
    assert not Message.objects.filter(step_due_at__isnull=False).exists()
    assert desk.customer("Asha").reads() == ["Eccoci"]
    assert Message.objects.outbound().get().status == "read"
    assert Event.objects.filter(kind="message.received").count() == 1
    assert Event.objects.filter(kind="message.queued").count() == 1


def import_string_or_module(path: str) -> Any:
    import importlib

    try:
        return importlib.import_module(path)
    except ModuleNotFoundError:
        return import_string(path)


@pytest.mark.parametrize("place", ["_accepted", "_record"])
def test_a_death_after_the_call_is_settled_by_the_status_and_never_sent_again(
    desk: Desk, steps: Any, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    steps("answer")
    desk.customer("Asha").writes("Buongiorno")
    with monkeypatch.context() as dying:

        def dies(*_: Any, **__: Any) -> None:
            raise Killed

        dying.setattr(deliver, place, dies)
        with pytest.raises(Killed):
            desk.work()
    with later(minutes=1):
        desk.settle()
    desk.settle()
    assert desk.customer("Asha").reads() == ["Eccoci"]
    assert Message.objects.outbound().get().status == "read"


# --- steps ------------------------------------------------------------------------------------------------------------------


def test_a_step_that_stumbles_is_undone_tried_again_and_the_next_steps_wait(desk: Desk, steps: Any) -> None:
    steps("stumble", "answer")
    FAILING["left"] = 2
    desk.customer("Asha").writes("Buongiorno")
    desk.work()
    message = Message.objects.inbound().get()
    assert (message.step, message.step_tries) == (0, 1)
    assert not Message.objects.outbound().exists(), "what the failing step wrote is undone, and the next has not run"
    assert not Event.objects.filter(kind="message.queued").exists(), "nor does the journal tell of it"
    run.run_due()
    assert Message.objects.inbound().get().step_tries == 1, "it waits its second"
    for seconds in (2, 9):
        with later(seconds=seconds):
            run.run_due()
    assert not ParkedStep.objects.exists()
    assert Message.objects.outbound().get().text == "Eccoci"


def test_after_three_times_it_is_parked_and_the_rest_goes_on(desk: Desk, steps: Any) -> None:
    steps("stumble", "answer")
    FAILING["left"] = 3
    desk.customer("Asha").writes("Buongiorno")
    desk.work()
    for seconds in (2, 9):
        with later(seconds=seconds):
            run.run_due()
    parked = ParkedStep.objects.get()
    assert (parked.step.endswith("stumble"), parked.problem) == (True, "ValueError: stumbled")
    assert Message.objects.outbound().get().text == "Eccoci"
    assert Event.objects.filter(kind="step.parked").count() == 1
    assert replay.replay_step(parked=parked, by=RULE)
    assert not replay.replay_step(parked=parked, by=RULE), "once"


def test_a_parked_step_is_not_run_when_somebody_has_answered(desk: Desk, steps: Any) -> None:
    steps("stumble")
    FAILING["left"] = 3
    desk.customer("Asha").writes("Buongiorno")
    desk.work()
    for seconds in (2, 9):
        with later(seconds=seconds):
            run.run_due()
    messages.queue(conversation=Conversation.objects.get(), by=RULE, origin="agent", content={"body": "Sono qui"})
    assert not replay.replay_step(parked=ParkedStep.objects.get(), by=RULE)
    assert Message.objects.outbound().count() == 1


def test_later_messages_of_the_conversation_wait_for_the_step_and_others_do_not(desk: Desk, steps: Any) -> None:
    steps("stumble", "answer")
    FAILING["left"] = 1
    desk.customer("Asha").writes("uno")
    desk.customer("Asha").writes("due")
    desk.work()
    desk.customer("Bruno").writes("ciao")
    desk.work()
    waiting = Message.objects.inbound().filter(step_due_at__isnull=False).values_list("text", flat=True)
    assert sorted(waiting) == ["due", "uno"]
    with later(seconds=3):
        run.run_due()
    assert not Message.objects.filter(step_due_at__isnull=False).exists()


def test_a_conversation_that_fails_at_commit_holds_no_other(desk: Desk, steps: Any) -> None:
    steps("break_at_commit", "answer")
    desk.customer("Asha").writes("poison")
    desk.customer("Bruno").writes("ciao")
    desk.work()
    desk.settle()
    assert desk.customer("Bruno").reads() == ["Eccoci"]
    for seconds in (2, 9, 20):
        with later(seconds=seconds):
            run.run_due()
    assert ParkedStep.objects.count() == 1
    with later(seconds=30):
        desk.settle()
    assert desk.customer("Asha").reads() == ["Eccoci"]


def test_when_the_next_message_comes_the_status_of_time_is_kept(desk: Desk, steps: Any) -> None:
    """A late message does not move the window back."""
    steps()
    now = int(clock.now().timestamp())
    desk.deliver(desk.value(messages=[wire.message(at=now)]))
    desk.work()
    ends = Conversation.objects.get().window_ends_at
    desk.deliver(desk.value(messages=[wire.message(at=now - 3600)]))
    desk.work()
    assert Conversation.objects.get().window_ends_at == ends
