"""Ends that are not "sent": failed for good, or not known (D3, D4)."""

from __future__ import annotations

from conversations import clock
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Message, MessageStatus
from conversations.outbox import receipts

SYSTEM = Actor.system("delivery")


def mark_unconfirmed(message: Message) -> bool:
    """Meta may have it: only a status, or D4, settles it."""
    moved = Message.objects.filter(pk=message.pk, status=MessageStatus.SENDING).update(
        status=MessageStatus.UNCONFIRMED, error_code="unconfirmed"
    )
    if moved:
        record(Kind.MESSAGE_UNCONFIRMED, by=SYSTEM, conversation=message.conversation, message=message.pk)
    return bool(moved)


def fail(message: Message, *, code: str, detail: str = "") -> None:
    """It will not go unchanged. Says so in the journal; the effects on the contact are by code (facts §10)."""
    moved = Message.objects.filter(
        pk=message.pk, status__in=[MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNCONFIRMED]
    ).update(status=MessageStatus.FAILED, failed_at=clock.now(), error_code=code, error_detail=detail[:500])
    if moved:
        receipts.after_failure(message, code)
