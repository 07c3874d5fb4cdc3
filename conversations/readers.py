"""How floor 1 reads its own journal."""

from __future__ import annotations

from django.db import connection

from conversations.actions import costs
from conversations.journal.kinds import Kind
from conversations.models import Event, Message

# What ends or begins a message without a status of Meta's: statuses are settled where they are applied.
ENDS = {Kind.MESSAGE_FAILED, Kind.MESSAGE_CANCELLED, Kind.MESSAGE_REQUEUED}


def settle_costs(events: list[Event]) -> None:
    """What failed or was cancelled costs nothing, and gives its place in the month's allowance back; what is tried again costs (C22).

    Looks at the messages as they are now, so reading twice or late is harmless.
    """
    wanted = {event.data.get("message") for event in events if event.kind in ENDS} - {None}
    if wanted:
        no_key = connection.features.has_select_for_no_key_update
        rows = Message.objects.select_for_update(no_key=no_key).filter(pk__in=wanted).order_by("pk")
        costs.settle(rows)
