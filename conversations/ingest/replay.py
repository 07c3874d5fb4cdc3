"""Running again what was parked, because a person asked (C11, D22)."""

from __future__ import annotations

from django.db import transaction

from conversations import clock, wake
from conversations.access.roles import Can, allows
from conversations.actor import Actor
from conversations.errors import NotAllowed
from conversations.ingest import run
from conversations.models import Delivery, Direction, Message, Origin, ParkedStep


def _may(by: Actor) -> None:
    if by.user is not None and not allows(by.user, Can.OPERATE):
        raise NotAllowed


@transaction.atomic
def replay_delivery(*, delivery: Delivery, by: Actor) -> bool:
    """Put a delivery back into the queue; what it already stored is not stored twice (C12)."""
    _may(by)
    done = (
        Delivery.objects.filter(pk=delivery.pk)
        .exclude(status=Delivery.Status.RECEIVED)
        .update(status=Delivery.Status.RECEIVED, tries=0, due_at=clock.machine_now(), problem="")
    )
    if done:
        wake.on_commit(wake.Bell.INGEST)
    return bool(done)


@transaction.atomic
def replay_step(*, parked: ParkedStep, by: Actor) -> bool:
    """Run a parked step alone; False, and nothing done, when somebody has answered meanwhile (D22)."""
    _may(by)
    answered = Message.objects.filter(
        conversation=parked.message.conversation_id,
        direction=Direction.OUTBOUND,
        origin=Origin.AGENT,
        created_at__gt=parked.message.created_at,
    ).exists()
    claimed = ParkedStep.objects.filter(pk=parked.pk, replayed_at__isnull=True).update(replayed_at=clock.machine_now())
    if answered or not claimed:
        return False
    run.replay_one(parked)
    return True
