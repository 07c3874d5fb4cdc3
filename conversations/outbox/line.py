"""Whose turn it is: fair between conversations, whatever one of them queues (C30).

A message's turn is a moment. Each message of a conversation takes its place EACH seconds after the one before it, which is as fast as
Meta takes them for one customer in the long run; so a thousand messages to one customer let everybody else's pass, and still none
waits for ever: what is queued later than its turn comes after it. Lanes are strict: agents, then automatic replies, then campaigns.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from conversations import clock
from conversations.models import Conversation

EACH = timedelta(seconds=6)


def take_turn(conversation: Conversation) -> datetime:
    """The place in the line of a message queued now. The caller holds the conversation's row and saves its `line_at`."""
    now = clock.machine_now()
    turn = max(now, conversation.line_at or now)
    conversation.line_at = turn + EACH
    return turn
