"""What is not "sent": refused by Meta, given up by us, or not known (C31, D3, D4)."""

from __future__ import annotations

from datetime import timedelta

from conversations import clock
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Message, MessageStatus
from conversations.outbox import effects
from conversations.whatsapp.error_rules import Rule

SYSTEM = Actor.system("delivery")
REFUSED = ["status", "wamid", "retry_at", "failed_at", "error_code", "error_detail"]  # what `refuse` changes


def refuse(message: Message, *, rule: Rule, code: str, detail: str) -> None:
    """Meta said no, by its answer or by a `failed` status. Changes the locked row in memory: back into the queue until its next try,
    or failed for good. The attempt keeps the wamid; the message has none until the next."""
    wait = rule.wait(message.tries)
    message.error_code, message.error_detail = code, detail[:500]
    if wait is None:
        message.status, message.failed_at = MessageStatus.FAILED, message.failed_at or clock.now()
    else:
        message.status, message.failed_at, message.wamid = MessageStatus.QUEUED, None, None
        wait = 0 if rule.alarms else wait  # it is the channel that waits
        message.retry_at = clock.machine_now() + timedelta(seconds=wait)


def mark_unconfirmed(message: Message, *, wamid: str = "") -> bool:
    """Meta may have it: only a status, or D4, settles it. `wamid`: an answer that was none named it all the same."""
    moved = Message.objects.filter(pk=message.pk, status=MessageStatus.SENDING).update(
        status=MessageStatus.UNCONFIRMED, error_code="unconfirmed", **({"wamid": wamid} if wamid else {})
    )
    if moved:
        record(Kind.MESSAGE_UNCONFIRMED, by=SYSTEM, conversation=message.conversation, message=message.pk)
    return bool(moved)


def fail(message: Message, *, code: str, detail: str = "") -> None:
    """It will not go unchanged, as we found ourselves. Says so in the journal."""
    moved = Message.objects.filter(
        pk=message.pk, status__in=[MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNCONFIRMED]
    ).update(status=MessageStatus.FAILED, failed_at=clock.now(), error_code=code, error_detail=detail[:500])
    if moved:
        message.status = MessageStatus.FAILED
        record(Kind.MESSAGE_FAILED, by=SYSTEM, conversation=message.conversation, message=message.pk, code=code)
        effects.apply(message, code=code)
