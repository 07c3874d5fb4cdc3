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

    One that reached the customer twice costs twice. Looks at the messages as they are now, so reading twice or late is harmless.
    """
    doubled = _messages(events, {Kind.MESSAGE_DOUBLED})
    if doubled:
        costs.count_copies(doubled)
    ended = _messages(events, ENDS)
    if ended:
        costs.settle(ended)


def _messages(events: list[Event], kinds: set[Kind]) -> list[Message]:
    wanted = {event.data.get("message") for event in events if event.kind in kinds} - {None}
    if not wanted:
        return []
    no_key = connection.features.has_select_for_no_key_update
    return list(Message.objects.select_for_update(no_key=no_key).filter(pk__in=wanted).order_by("pk"))
