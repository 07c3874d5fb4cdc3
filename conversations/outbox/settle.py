"""What hangs: sends whose process died, messages nobody heard of again; and scheduled and held ones that fell due (D3, D4)."""

from __future__ import annotations

from datetime import timedelta

from django.db import models, transaction

from conversations import clock, wake
from conversations.actions import channels
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Attempt, Message, MessageStatus, Notification, Origin
from conversations.outbox import receipts
from conversations.outbox.caps import batches, holding
from conversations.outbox.failure import mark_unconfirmed

SETTLER = Actor.system("settle")
LEASE = timedelta(seconds=45)  # longer than connect and read timeouts together
PATIENCE = timedelta(minutes=10)  # D4
NOT_KNOWN = "unconfirmed"


def settle(*, limit: int = 200) -> int:
    """One round of the sweep. Each row is claimed by conditional update, so that two rounds at once do nothing twice."""
    done = receipts.apply_early(limit=limit) + channels.restart_due(by=SETTLER)
    batches.look_at_campaigns()
    done += holding.release_scheduled(limit=limit) + holding.release_due()
    return done + abandon_dead_sends(limit) + ask_again(limit)


def abandon_dead_sends(limit: int) -> int:
    """A claim older than any call can be: the process died after committing its attempt, so Meta may have the message."""
    old = clock.machine_now() - LEASE
    done = 0
    for message in Message.objects.select_related("conversation").filter(
        status=MessageStatus.SENDING, claimed_at__lt=old
    )[:limit]:
        with transaction.atomic():
            done += mark_unconfirmed(message)
    return done


def ask_again(limit: int) -> int:
    """D4: no status for ten minutes while others of the channel come. An automatic message is queued once more, an agent's asks the agent.

    This is where a message can be sent twice: Meta offers no key to prevent it. The last attempt is named in the journal.
    """
    last_try = models.Subquery(
        Attempt.objects.filter(message=models.OuterRef("pk")).order_by("-number").values("started_at")[:1]
    )
    # `delivered` is said by statuses only: they do come, but none for this one.
    others = Message.objects.filter(
        channel=models.OuterRef("channel"), delivered_at__isnull=False, pk__gt=models.OuterRef("pk")
    )
    waiting = (
        Message.objects.select_related("conversation")
        .filter(models.Exists(others), status=MessageStatus.UNCONFIRMED, requeued=False)
        .annotate(tried_at=last_try)
        .filter(tried_at__lt=clock.machine_now() - PATIENCE)[:limit]
    )
    return sum(_ask(message) if message.origin == Origin.AGENT else _once_more(message) for message in waiting)


@transaction.atomic
def _once_more(message: Message) -> int:
    moved = Message.objects.filter(pk=message.pk, status=MessageStatus.UNCONFIRMED, requeued=False).update(
        status=MessageStatus.QUEUED, requeued=True, retry_at=None, wamid=None
    )
    if moved:
        record(Kind.MESSAGE_REQUEUED, by=SETTLER, conversation=message.conversation, message=message.pk, code=NOT_KNOWN)
        wake.on_commit(wake.Bell.DELIVER)
    return moved


@transaction.atomic
def _ask(message: Message) -> int:
    moved = Message.objects.filter(pk=message.pk, status=MessageStatus.UNCONFIRMED, requeued=False).update(
        requeued=True
    )
    if moved and message.sender_user_id:
        Notification.objects.create(
            user_id=message.sender_user_id,
            kind="message.unconfirmed",
            conversation=message.conversation,
            data={"message": message.pk},
            at=clock.now(),
        )
    return moved
