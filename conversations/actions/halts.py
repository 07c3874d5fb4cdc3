"""The kill switch (A9, D5)."""

from __future__ import annotations

from django.db import transaction

from conversations import clock
from conversations.access.roles import Can, allows
from conversations.actor import Actor
from conversations.errors import NotAllowed
from conversations.models import Halt


@transaction.atomic
def lift(*, halt: Halt, by: Actor) -> bool:
    """Let automatic messages of this scope leave again; False when it was lifted already. Raises NotAllowed by role."""
    if by.user is None or not allows(by.user, Can.CONFIGURE):
        raise NotAllowed
    row = Halt.objects.select_for_update().get(pk=halt.pk)
    if row.lifted_at is not None:
        return False
    row.lifted_at = clock.now()
    row._history_user = by.user  # type: ignore[attr-defined]  # simple-history's way to be told
    row.save(update_fields=["lifted_at"])
    return True
