"""What beat runs: find whatever a lost wake-up left behind, and what falls due by the clock (D23)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from conversations import clock, wake, window
from conversations.actions import conversations as actions
from conversations.actor import Actor
from conversations.errors import DeskError
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Attachment, Conversation, Delivery, Message
from conversations.outbox import settle

WINDOWS = Actor.system("windows")
SNOOZE = Actor.system("snooze")


def sweep() -> int:
    """Every five seconds: ring for work that waits, settle what hangs, wake what snoozed long enough."""
    machine, business = clock.machine_now(), clock.now()
    if Delivery.objects.due(machine).exists():
        wake.ring(wake.Bell.INGEST)
    if Message.objects.waiting_for_pipeline(machine).exists():
        wake.ring(wake.Bell.PIPELINE)
    if Message.objects.sendable(business=business, machine=machine).exists():
        wake.ring(wake.Bell.DELIVER)
    if Attachment.objects.filter(status=Attachment.Status.PENDING, due_at__lte=machine).exists():
        wake.ring(wake.Bell.MEDIA)
    wake.ring(wake.Bell.READERS)
    return settle.settle() + wake_snoozed(business)


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


def check_windows(*, limit: int = 1000) -> int:
    """Each minute: move the window state of conversations whose time has come, by conditional update, and say so (C21)."""
    now = clock.now()
    live = Conversation.objects.select_related("channel").filter(last_inbound_at__isnull=False)
    due = live.filter(window_state="open", window_ends_at__lte=now + window.CLOSING) | live.filter(
        window_state="closing", window_ends_at__lte=now
    )
    moved = sum(_move(row, now) for row in due[:limit])
    oldest = now - timedelta(hours=1)
    late = live.active().filter(window_state="template_only", last_inbound_at__lte=oldest)
    return moved + sum(_move(row, now) for row in late.order_by("last_inbound_at")[:limit])


def _move(row: Conversation, now: datetime) -> int:
    if row.last_inbound_at is None:
        return 0
    pricing_ends = row.last_inbound_at + timedelta(hours=row.channel.pricing_window_hours)
    state = window.state(row.window_ends_at, pricing_ends, now)
    if state == row.window_state:
        return 0
    with transaction.atomic():
        moved = Conversation.objects.filter(
            pk=row.pk, window_state=row.window_state, window_ends_at=row.window_ends_at
        ).update(window_state=state)
        if moved:
            record(Kind.WINDOW_CHANGED, by=WINDOWS, conversation=row, was=row.window_state, state=state)
    return moved
