"""Held back, and let go (C24). A held message is looked at again when its time comes, or when the customer opens a window before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models, transaction

from conversations import clock, wake
from conversations.actor import Actor
from conversations.bulk import update_rows
from conversations.journal.kinds import Kind
from conversations.journal.record import draft, record_all
from conversations.models import Channel, Message, MessageStatus, Origin
from conversations.outbox.caps.rules import STALE, Hold, binds, look_at
from conversations.outbox.caps.words import Cap
from conversations.outbox.failure import fail
from conversations.row_locks import lock_conversation

CAPS = Actor.system("caps")
AT_ONCE = 1000  # rows put aside or let go in one statement
FOR_WINDOWS = (Cap.INITIATED, Cap.PORTFOLIO)  # once the customer writes, nobody begins any more


def put_aside(holds: list[tuple[Message, Hold]]) -> None:
    """In the caller's transaction, which has locked the rows."""
    for message, hold in holds:
        message.status, message.hold_code, message.not_before = MessageStatus.HELD, hold.code, hold.until
    update_rows([message for message, _hold in holds], ["status", "hold_code", "not_before"])
    tell(message for message, _hold in holds)


def tell(messages: Iterable[Message]) -> None:
    """Journal that they are held back."""
    record_all(
        [
            draft(
                Kind.MESSAGE_HELD,
                by=CAPS,
                conversation=message.conversation,
                message=message.pk,
                code=message.hold_code,
            )
            for message in messages
        ]
    )


def put_rest_aside(channel: Channel, until: datetime) -> int:
    """The day is full: what else waits and is bound by it need not be looked at one by one."""
    bound = [origin for origin in Origin.values if binds(channel.daily_cap_binds, origin) and origin != Origin.RULE]
    rest = Message.objects.filter(
        channel=channel, status=MessageStatus.QUEUED, origin__in=bound, released=False, tries=0
    ).order_by("lane", "turn", "id")
    pks = list(rest.values_list("pk", flat=True)[:AT_ONCE])
    return Message.objects.filter(pk__in=pks, status=MessageStatus.QUEUED).update(
        status=MessageStatus.HELD, hold_code=Cap.DAILY, not_before=until
    )


def release_scheduled(*, limit: int) -> int:
    """What was scheduled meets the caps when it falls due (C32)."""
    now = clock.now()
    due = Message.objects.filter(status=MessageStatus.SCHEDULED, not_before__lte=now).order_by("not_before", "id")
    moved = sum(_fall_due(pk, conversation) for pk, conversation in due.values_list("pk", "conversation_id")[:limit])
    if moved:
        wake.ring(wake.Bell.DELIVER)
    return moved


@transaction.atomic
def _fall_due(pk: int, conversation_id: int) -> int:
    conversation = lock_conversation(conversation_id)
    message = Message.objects.select_for_update().filter(pk=pk, status=MessageStatus.SCHEDULED).first()
    if message is None:
        return 0
    message.conversation = conversation
    hold = look_at(message)
    if hold is None:
        message.status = MessageStatus.QUEUED
        message.save(update_fields=["status", "initiated"])
    elif hold.is_refusal or is_stale(message, hold.until):
        message.status = MessageStatus.QUEUED
        message.save(update_fields=["status"])
        fail(message, code=hold.code if hold.is_refusal else "cap_reached")
    else:
        message.save(update_fields=["initiated"])
        put_aside([(message, hold)])
    return 1


def release_due() -> int:
    """Let go what is due, in order. The caps of the number and the portfolio are counted when it is taken to be sent."""
    now = clock.now()
    moved = _release(Message.objects.held().filter(not_before__lte=now)[:AT_ONCE], now)
    opened = Message.objects.held().filter(hold_code__in=FOR_WINDOWS, conversation__window_ends_at__gt=now)
    moved += _release(opened[:AT_ONCE], now)
    if moved:
        wake.ring(wake.Bell.DELIVER)
    return moved


@transaction.atomic
def _release(due: models.QuerySet[Message], now: datetime) -> int:
    pks = list(due.values_list("pk", flat=True))
    if not pks:
        return 0
    rows = Message.objects.filter(pk__in=pks, status=MessageStatus.HELD)
    return rows.update(status=MessageStatus.QUEUED, hold_code="", not_before=now)


def is_stale(message: Message, until: datetime | None) -> bool:
    """An automatic reply that would go so late that it is not worth keeping (A15)."""
    return message.origin == Origin.RULE and until is not None and until > message.timestamp + STALE
