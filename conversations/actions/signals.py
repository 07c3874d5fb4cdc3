"""Telling a customer that their message was read, and that somebody is typing (C34; facts §8).

When not: in groups (WhatsApp offers neither there), on a channel that says never, while it is not active, for a colleague who only looks
on, and for messages older than Meta's thirty days. A rule's answer never marks anything read: nobody has read it.
"""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction

from conversations import clock, wake
from conversations.access.visibility import require_may_answer
from conversations.actions import locks
from conversations.models import Channel, Conversation, Signal
from conversations.row_locks import lock_conversation

OLDEST = timedelta(days=30)  # facts §8
TYPING_AGAIN = timedelta(seconds=20)  # it is shown for 25 (facts §8)


def answered(conversation: Conversation) -> None:
    """A person's answer is on its way; the conversation's row is locked. In the caller's transaction."""
    if conversation.channel.read_receipts != Channel.ReadReceipts.NEVER:
        _tell(conversation, typing=False)


@transaction.atomic
def opened(*, conversation: Conversation, by: User) -> bool:
    """Somebody reads it on the screen: told when the channel says so and it is theirs to answer. True when it will be told."""
    row = lock_conversation(conversation)
    if row.channel.read_receipts != Channel.ReadReceipts.OPENED or row.assignee_id != by.pk:
        return False
    return _tell(row, typing=False)


@transaction.atomic
def typing(*, conversation: Conversation, by: User) -> bool:
    """`by` writes an answer: renews their lock and, at most every 20 s, shows the customer so. True when it will be told.

    Raises NotYours 403, Locked 423: typing is the beginning of an answer.
    """
    row = lock_conversation(conversation)
    require_may_answer(by, row)
    locks.hold(conversation=row, by=by)
    channel = row.channel
    if not channel.shows_typing or channel.read_receipts == Channel.ReadReceipts.NEVER:
        return False  # Meta marks as read whatever typing is shown for
    signal = Signal.objects.filter(conversation=row).first()
    told = signal.typing_at if signal is not None else None
    if told is not None and clock.machine_now() - told < TYPING_AGAIN:
        return False
    return _tell(row, typing=True)


def _tell(conversation: Conversation, *, typing: bool) -> bool:
    """Note that there is something to tell: one statement; the worker says it outside of any transaction."""
    last = conversation.last_inbound_at
    if conversation.group_id is not None or last is None or clock.now() - last > OLDEST:
        return False
    if conversation.channel.kind != Channel.Kind.WHATSAPP or conversation.channel.status != Channel.Status.ACTIVE:
        return False
    now = clock.machine_now()
    Signal.objects.update_or_create(
        conversation=conversation, defaults={"due_at": now, **({"typing": True} if typing else {})}
    )
    wake.on_commit(wake.Bell.SIGNALS)
    return True
