"""Presence of agents (R10, D9)."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction

from conversations import clock
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Presence

SEEN_EVERY = timedelta(seconds=30)  # how exact "last active" is: not a write per request


@transaction.atomic
def set_presence(*, user: User, state: Presence.State, by: Actor) -> Presence:
    presence, _created = Presence.objects.get_or_create(user=user)
    if presence.state != state:
        was, presence.state = presence.state, state
        presence.save(update_fields=["state"])
        record(Kind.PRESENCE_CHANGED, by=by, agent=user.pk, was=was, state=str(state))
    return presence


def seen(*, user: User) -> None:
    """The person did something just now. Presence follows machine time: moving the simulated clock sends nobody home."""
    now = clock.machine_now()
    fresh = Presence.objects.filter(user=user, last_seen_at__gt=now - SEEN_EVERY).exists()
    if not fresh and not Presence.objects.filter(user=user).update(last_seen_at=now):
        Presence.objects.get_or_create(user=user, defaults={"last_seen_at": now})
