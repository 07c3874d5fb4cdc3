"""Once a night: throw away what has served (raw deliveries after their retention, statuses nobody claimed)."""

from __future__ import annotations

from datetime import timedelta

from conversations import clock
from conversations.models import Delivery, EarlyStatus

RAW = timedelta(days=14)  # Meta repeats for up to seven days (facts §1); parked ones stay
EARLY = timedelta(days=8)
CHUNK = 5000


def keep_house() -> int:
    """Deletes in pieces, so that nobody waits for it. Returns the number of rows."""
    now = clock.machine_now()
    old = Delivery.objects.filter(status=Delivery.Status.PROCESSED, received_at__lt=now - RAW)
    deleted = 0
    while pks := list(old.values_list("pk", flat=True)[:CHUNK]):
        deleted += Delivery.objects.filter(pk__in=pks).delete()[0]
    return deleted + EarlyStatus.objects.filter(received_at__lt=now - EARLY).delete()[0]
