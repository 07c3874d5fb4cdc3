"""What people do with a message that is in the outbox: take it back, send it once more (C31, C32)."""

from __future__ import annotations

from django.db import models, transaction

from conversations import clock, gate, wake
from conversations.access.visibility import require_may_answer
from conversations.actions import locks
from conversations.actions.waiting import wait_again, waits_no_longer
from conversations.actor import Actor
from conversations.errors import Unconfirmed
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Attempt, Message, MessageStatus, Origin
from conversations.row_locks import lock_conversation

WAITING = (MessageStatus.SCHEDULED, MessageStatus.HELD, MessageStatus.QUEUED)
STUCK = (MessageStatus.FAILED, MessageStatus.UNCONFIRMED)


@transaction.atomic
def cancel(*, message: Message, by: Actor) -> bool:
    """Take back a message that has not left: True when it had not (conditional update: delivery may be taking it this moment)."""
    conversation = lock_conversation(message.conversation_id)
    done = Message.objects.filter(pk=message.pk, status__in=WAITING).update(status=MessageStatus.CANCELLED)
    if done:
        record(Kind.MESSAGE_CANCELLED, by=by, conversation=conversation, message=message.pk)
        if message.origin == Origin.AGENT:
            wait_again(conversation.pk)
    return bool(done)


@transaction.atomic
def retry(*, message: Message, by: Actor, force: bool = False) -> bool:
    """Queue a failed or unconfirmed message again because a person asked (C31, D4): as good as an answer, with its conditions.

    `force`: although an earlier attempt may have reached the customer, so that two may arrive. Attempts keep their ids: a late status
    still settles the one that it is about. Raises NotYours 403, NotAllowed 403, Locked 423, Unconfirmed 409, ConversationClosed, and
    what the gate raises.
    """
    conversation = lock_conversation(message.conversation_id)
    if by.user is not None:
        require_may_answer(by.user, conversation)
    gate.require_active(conversation)
    if by.user is not None:
        locks.hold(conversation=conversation, by=by.user)
    gate.require_sendable(conversation, type_=message.type, content=message.payload)
    if not force and is_unconfirmed(message):
        raise Unconfirmed
    done = Message.objects.filter(pk=message.pk, status__in=STUCK).update(
        status=MessageStatus.QUEUED,
        not_before=clock.now(),
        wamid=None,
        error_code="",
        error_detail="",
        failed_at=None,
        retry_at=None,
        tries=0,
        requeued=False,
    )
    if done:
        record(Kind.MESSAGE_REQUEUED, by=by, conversation=conversation, message=message.pk, forced=force)
        waits_no_longer(conversation, message)
        wake.on_commit(wake.Bell.DELIVER)
    return bool(done)


def is_unconfirmed(message: Message) -> bool:
    """Whether one of its attempts may have reached the customer without anybody knowing."""
    stuck = Message.objects.filter(pk=message.pk, status__in=STUCK)
    unknown = models.Exists(Attempt.objects.unknown().filter(message=models.OuterRef("pk")))
    return stuck.filter(models.Q(status=MessageStatus.UNCONFIRMED) | unknown).exists()
