"""What beat runs: find whatever a lost wake-up left behind, and what falls due by the clock (D23)."""

from __future__ import annotations

from datetime import datetime

from conversations import clock, wake
from conversations.actions import conversations as actions
from conversations.actions import waiting, windows
from conversations.actor import Actor
from conversations.errors import DeskError
from conversations.models import Attachment, Conversation, Delivery, Message, Signal
from conversations.outbox import settle
from conversations.outbox.claim import waiting_channels

SNOOZE = Actor.system("snooze")


def sweep() -> int:
    """Every five seconds: ring for work that waits, settle what hangs, wake what snoozed long enough."""
    machine, business = clock.machine_now(), clock.now()
    if Delivery.objects.due(machine).exists():
        wake.ring(wake.Bell.INGEST)
    if Message.objects.waiting_for_pipeline(machine).exists():
        wake.ring(wake.Bell.PIPELINE)
    if waiting_channels().exists():
        wake.ring(wake.Bell.DELIVER)
    if Attachment.objects.filter(status=Attachment.Status.PENDING, due_at__lte=machine).exists():
        wake.ring(wake.Bell.MEDIA)
    if Signal.objects.due(machine).exists():
        wake.ring(wake.Bell.SIGNALS)
    wake.ring(wake.Bell.READERS)
    return settle.settle() + wake_snoozed(business) + waiting.restore()


def wake_snoozed(now: datetime, *, limit: int = 200) -> int:
    done = 0
    due = Conversation.objects.filter(status=Conversation.Status.SNOOZED, snoozed_until__lte=now)[:limit]
    for row in due:
        try:
            actions.wake_up(conversation=row, by=SNOOZE)
            done += 1
        except DeskError:  # somebody was faster
            continue
    return done


def check_windows() -> int:
    """Each minute: move the window state of conversations whose time has come, say so, and warn (C21)."""
    return windows.move_due()
