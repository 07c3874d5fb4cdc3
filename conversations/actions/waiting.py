"""Since when a customer waits for an answer, when the answer that ended it did not arrive after all."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from conversations import clock
from conversations.models import Conversation, Message, MessageStatus, Origin
from conversations.models.message import MessageQuerySet
from conversations.row_locks import lock_conversation

BY_PEOPLE = (Origin.AGENT, Origin.PHONE)
LOST = (MessageStatus.FAILED, MessageStatus.CANCELLED)
LOOKED_BACK = timedelta(days=1)


def _standing() -> MessageQuerySet:
    """People's answers that arrived, or may."""
    return Message.objects.outbound().filter(origin__in=BY_PEOPLE).exclude(status__in=LOST)


@transaction.atomic
def wait_again(conversation_id: int) -> None:
    """An agent's answer did not reach the customer after all: unless another one did or will, they still wait."""
    row = lock_conversation(conversation_id)
    if not row.is_active or row.waiting_since is not None or row.last_inbound_at is None:
        return
    if not _standing().filter(conversation=row, timestamp__gte=row.last_inbound_at).exists():
        row.waiting_since = row.last_inbound_at
        row.save(update_fields=["waiting_since"])


def waits_no_longer(conversation: Conversation, answer: Message) -> None:
    """That answer goes again: unless the customer has written since. The conversation's row must be locked."""
    wrote = conversation.last_inbound_at
    if answer.origin == Origin.AGENT and conversation.waiting_since and (wrote is None or wrote <= answer.timestamp):
        conversation.waiting_since = None
        conversation.save(update_fields=["waiting_since"])


def restore(*, limit: int = 200) -> int:
    """The sweep's: whoever records a failure asks `wait_again` once that is committed, and may die before."""
    answered = _standing().filter(
        conversation=OuterRef("conversation"), timestamp__gte=OuterRef("conversation__last_inbound_at")
    )
    forgotten = Message.objects.filter(
        ~Exists(answered),
        status=MessageStatus.FAILED,
        failed_at__gte=clock.now() - LOOKED_BACK,
        origin=Origin.AGENT,
        timestamp__gte=F("conversation__last_inbound_at"),
        conversation__waiting_since__isnull=True,
        conversation__status__in=Conversation.ACTIVE,
    )
    found = set(forgotten.values_list("conversation_id", flat=True)[:limit])
    for conversation_id in sorted(found):
        wait_again(conversation_id)
    return len(found)
