"""Run the pipeline's steps over stored messages, conversation by conversation, in order (D21, D22)."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.module_loading import import_string

from conversations import clock, wake
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import gathered, record
from conversations.models import Conversation, Direction, Event, Message, ParkedStep
from conversations.pace import keep_at_it
from conversations.pipeline import PipelineContext, Stop
from conversations.problem_text import say
from conversations.row_locks import lock_conversation, lock_free_conversations

logger = logging.getLogger("sportello.pipeline")

Step = Callable[[PipelineContext], Stop | None]
TOGETHER = 10  # conversations in one transaction: few enough that nobody notices the wait for a row
WAITS = (1, 5)  # seconds before the second and the third try (D22)
PIPELINE = Actor.system("pipeline")


def steps() -> list[str]:
    found: list[str] = import_string(settings.INBOUND_PIPELINE)
    return found


def run_due(*, gather: float = 0) -> int:
    """Take every message that waits for a step, until none is due. Any number of workers; each conversation by one at a time."""
    return keep_at_it(_round, wake.Bell.PIPELINE, gather=gather)


def _round(limit: int = 200) -> int:
    waiting = Message.objects.waiting_for_pipeline(clock.machine_now()).order_by("step_due_at", "id")
    pks = list(dict.fromkeys(waiting.values_list("conversation_id", flat=True)[:limit]))
    return sum(_run_together(pks[start : start + TOGETHER]) for start in range(0, len(pks), TOGETHER))


def _run_together(pks: list[int]) -> int:
    """A few conversations in one transaction; when that fails, each alone, so that one does not take the others with it."""
    try:
        return _run(pks)
    except Exception:
        if len(pks) > 1:
            logger.warning("pipeline.split", extra={"count": len(pks)}, exc_info=True)
        return sum(_run_or_put_off(pk) for pk in pks)


def _run_or_put_off(pk: int) -> int:
    """A conversation that fails as a whole (at commit, say) must not keep all others waiting behind it."""
    try:
        return _run([pk])
    except (OperationalError, InterfaceError):  # the database's trouble, not the message's: the sweep comes again
        raise
    except Exception as problem:
        logger.exception("pipeline.failed", extra={"conversation_id": pk})
        return _put_off(pk, problem)


@transaction.atomic
def _put_off(pk: int, problem: Exception) -> int:
    """Count it as a failure of the step that the conversation's first waiting message was at."""
    waiting = Message.objects.filter(conversation=pk, direction=Direction.INBOUND).waiting_for_pipeline(
        clock.machine_now()
    )
    message = waiting.order_by("timestamp", "id").first()
    if message is not None and not _try_later(message):
        names = steps()
        _park(message, names[message.step] if message.step < len(names) else "end", problem)
        message.step, message.step_tries = message.step + 1, 0
        message.step_due_at = clock.machine_now() if message.step < len(names) else None
        message.save(update_fields=["step", "step_tries", "step_due_at"])
    return 0


def _try_later(message: Message) -> bool:
    """After 1 s and after 5 s; False when that has been done (D22)."""
    message.step_tries += 1
    if message.step_tries > len(WAITS):
        return False
    message.step_due_at = clock.machine_now() + timedelta(seconds=WAITS[message.step_tries - 1])
    message.save(update_fields=["step", "step_tries", "step_due_at"])
    return True


def _run(pks: list[int]) -> int:
    """0 when other workers have them all; they will also see what we saw."""
    with transaction.atomic():
        conversations = {row.pk: row for row in lock_free_conversations(pks)}
        if not conversations:
            return 0
        waiting = Message.objects.select_related("channel", "sender_contact").filter(
            conversation__in=conversations, direction=Direction.INBOUND, step_due_at__isnull=False
        )
        now, count = clock.machine_now(), 0
        through: list[Message] = []
        held_back: set[int] = set()  # a step is being tried again: later messages wait their turn
        with gathered() as events:
            for message in waiting.order_by("timestamp", "id"):
                pk = message.conversation_id
                if pk in held_back or (message.step_due_at is not None and message.step_due_at > now):
                    held_back.add(pk)
                    continue
                count += 1
                if _run_message(conversations[pk], message, events):
                    through.append(message)
                else:
                    held_back.add(pk)
        for step in {message.step for message in through}:
            pks_through = [message.pk for message in through if message.step == step]
            Message.objects.filter(pk__in=pks_through).update(step=step, step_tries=0, step_due_at=None)
        return count


def _context(conversation: Conversation, message: Message, *, is_replay: bool = False) -> PipelineContext:
    conversation.channel = message.channel
    if conversation.contact_id and message.sender_contact_id == conversation.contact_id:
        conversation.contact = message.sender_contact
    return PipelineContext(
        message=message,
        conversation=conversation,
        contact=conversation.contact,
        channel=message.channel,
        now=clock.now(),
        is_replay=is_replay,
    )


def _run_message(conversation: Conversation, message: Message, events: list[Event]) -> bool:
    """True when the message is through, which the caller writes down. What a failing step did is rolled back to its savepoint."""
    names = steps()
    context = _context(conversation, message)
    while message.step < len(names):
        name, recorded = names[message.step], len(events)
        try:
            with transaction.atomic():
                outcome = import_string(name)(context)
        except Exception as problem:
            del events[recorded:]
            logger.exception(
                "step.failed", extra={"step": name, "message_id": message.pk, "tries": message.step_tries + 1}
            )
            if _try_later(message):
                return False
            _park(message, name, problem)
            conversation.refresh_from_db()  # the savepoint is undone, and so is what the step changed
            context = _context(conversation, message)
            outcome = None
        message.step, message.step_tries = message.step + 1, 0
        if isinstance(outcome, Stop):
            break
    return True


def _park(message: Message, name: str, problem: Exception) -> None:
    ParkedStep.objects.get_or_create(
        message=message,
        step=name,
        defaults={"problem": say(problem)[:500], "parked_at": clock.machine_now()},
    )
    record(Kind.STEP_PARKED, by=PIPELINE, conversation=message.conversation, message=message.pk, step=name)


@transaction.atomic
def replay_one(parked: ParkedStep) -> None:
    """Run one parked step alone. The caller has checked that nobody answered meanwhile (ingest/replay.py)."""
    conversation = lock_conversation(parked.message.conversation_id)
    message = Message.objects.select_related("channel", "sender_contact").get(pk=parked.message_id)
    import_string(parked.step)(_context(conversation, message, is_replay=True))
