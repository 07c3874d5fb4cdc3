"""Who is answering a conversation: one person at a time (C42, D9)."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction

from conversations import clock
from conversations.actor import Actor
from conversations.errors import Locked
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Conversation, Lock

HOLD = timedelta(minutes=7)  # C42; between 5 and 15 by setting, with the inbox


def require_free(conversation: Conversation, by: User) -> Lock | None:
    """The conversation's lock, if it has one. Raises Locked (423) with the holder while another's stands."""
    lock = Lock.objects.select_related("holder").filter(conversation=conversation).first()
    if lock is not None and lock.stands(clock.machine_now()) and lock.holder_id != by.pk:
        raise Locked(holder=lock.holder.get_username(), until=lock.until.isoformat())
    return lock


@transaction.atomic
def hold(*, conversation: Conversation, by: User) -> Lock:
    """Take or renew the lock; the conversation's row must be locked. Raises Locked (423) as above."""
    now, lock = clock.machine_now(), require_free(conversation, by)
    if lock is None:
        lock = Lock.objects.create(conversation=conversation, holder=by, taken_at=now, active_at=now, until=now + HOLD)
        record(Kind.LOCK_TAKEN, by=Actor.person(by), conversation=conversation)
        return lock
    taken = lock.holder_id != by.pk or not lock.stands(now)
    lock.holder, lock.active_at, lock.until = by, now, now + HOLD
    if taken:
        lock.taken_at = now
    lock.save(update_fields=["holder", "active_at", "until", "taken_at"])
    if taken:
        record(Kind.LOCK_TAKEN, by=Actor.person(by), conversation=conversation)
    return lock


@transaction.atomic
def release(*, conversation: Conversation, by: Actor) -> bool:
    deleted, _rows = Lock.objects.filter(conversation=conversation).delete()
    if deleted:
        record(Kind.LOCK_RELEASED, by=by, conversation=conversation)
    return bool(deleted)
