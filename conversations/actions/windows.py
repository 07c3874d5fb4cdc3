"""Opening windows when a customer writes, and moving their state by the clock (C20, C21, D23)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from conversations import clock, window
from conversations.actor import Actor
from conversations.bulk import update_rows
from conversations.journal.kinds import Kind
from conversations.journal.record import draft, record_all
from conversations.models import Channel, Conversation, DepartmentMember, Notification, Window
from conversations.queries.windows import windows_by

WINDOWS = Actor.system("windows")
CLOSING = "window.closing"  # kind of the notification
TOGETHER = 200  # conversations moved in one transaction
SECRETS = ("access_token", "app_secret", "verify_token")


def customer_wrote(row: Conversation, at: datetime) -> bool:
    """Change an unsaved or locked conversation as a customer's message of that time does: True when its windows begin anew.

    It is open, or due to be looked at by the next round, which alone says "closing" and warns (C21). An older message that comes late
    changes nothing: windows run from the customer's last one.
    """
    if row.last_inbound_at is not None and at <= row.last_inbound_at:
        return False
    row.last_inbound_at, row.window_ends_at = at, window.service_window_end(at)
    now = clock.now()
    if window.may_send_free_form(row.window_ends_at, now, row.channel.window_margin_seconds):
        row.window_state = Conversation.WindowState.OPEN
        row.window_moves_at = row.window_ends_at - timedelta(hours=row.channel.closing_hours)
    else:
        row.window_moves_at = now
    return True


def open_for(rows: Iterable[Conversation]) -> None:
    """Write the windows of locked conversations whose customer has written: service, and the business's own pricing window."""
    spans = []
    for row in rows:
        if row.last_inbound_at is None or row.window_ends_at is None:
            continue
        own = row.last_inbound_at + timedelta(hours=row.channel.pricing_window_hours)
        for kind, ends in ((Window.Kind.SERVICE, row.window_ends_at), (Window.Kind.PRICING, own)):
            spans.append(
                Window(
                    conversation=row,
                    kind=kind,
                    opened_at=row.last_inbound_at,
                    expires_at=ends,
                    free_form=kind == Window.Kind.SERVICE,
                    priced=True,  # service messages are charged since October 2026 (facts §9)
                )
            )
    put(spans)


def put(spans: list[Window]) -> None:
    """Each conversation has one window of each kind; a newer one takes its place."""
    if spans:
        Window.objects.bulk_create(
            spans,
            update_conflicts=True,
            unique_fields=["conversation", "kind"],
            update_fields=["opened_at", "expires_at", "free_form", "priced", "confirmed"],
            batch_size=200,
        )


@transaction.atomic
def carry_over(row: Conversation) -> None:
    """A conversation opened again by hand: the customer may have written later, in one that followed it (its row is locked)."""
    later = Conversation.objects.filter(
        contact=row.contact_id, group=row.group_id, channel=row.channel_id, last_inbound_at__isnull=False
    ).exclude(pk=row.pk)
    newest = later.order_by("-last_inbound_at").first()
    if newest is None or newest.last_inbound_at is None or not customer_wrote(row, newest.last_inbound_at):
        return
    spans = list(Window.objects.filter(conversation=newest))
    for span in spans:
        span.pk, span.conversation = None, row
    put(spans)
    row.save(update_fields=["last_inbound_at", "window_ends_at", "window_state", "window_moves_at"])


def look_again(channel: Channel | None = None) -> int:
    """After a change of the hours or margins that states follow from, or of the clock: the next round reads all anew."""
    now = clock.now()
    rows = Conversation.objects.filter(last_inbound_at__isnull=False)
    rows = rows.filter(channel=channel) if channel is not None else rows
    return rows.filter(Q(window_moves_at__isnull=True) | Q(window_moves_at__gt=now)).update(window_moves_at=now)


def move_due() -> int:
    """Each minute: move the state of every conversation whose time has come. Returns how many changed (C21)."""
    changed = 0
    while True:
        looked_at, moved = _move_some()
        changed += moved
        if looked_at < TOGETHER:
            return changed


@transaction.atomic
def _move_some() -> tuple[int, int]:
    """Some of those due, with a number of statements that does not grow with them: how many were looked at, how many moved.

    Rows that somebody is changing this moment are left for the next round; two rounds at once do nothing twice.
    """
    now = clock.now()
    features = connection.features
    rows = list(
        Conversation.objects.filter(window_moves_at__lte=now)
        .order_by("window_moves_at")
        .select_for_update(
            no_key=features.has_select_for_no_key_update, skip_locked=features.has_select_for_update_skip_locked
        )[:TOGETHER]
    )
    channels = Channel.objects.defer(*SECRETS).in_bulk({row.channel_id for row in rows})
    for row in rows:
        row.channel = channels[row.channel_id]
    windows = windows_by(rows) if rows else {}
    moved: list[tuple[Conversation, str]] = []
    for row in rows:
        was, row.window_state = row.window_state, windows[row.pk].state(now)
        row.window_moves_at = windows[row.pk].moves_at(now)
        if row.window_state != was:
            moved.append((row, was))
    update_rows(rows, ["window_state", "window_moves_at"])
    told = [(row, was) for row, was in moved if row.is_active]  # of a resolved one nobody need hear
    record_all([_event(row, was) for row, was in told])
    _warn([row for row, _was in told if row.window_state == Conversation.WindowState.CLOSING], now)
    return len(rows), len(moved)


def _event(row: Conversation, was: str) -> Any:
    return draft(Kind.WINDOW_CHANGED, by=WINDOWS, conversation=row, was=was, state=row.window_state)


def _warn(rows: list[Conversation], now: datetime) -> None:
    """Tell the agent and the department's supervisors, once for each window (C21)."""
    if not rows:
        return
    supervisors: dict[int, list[int]] = {}
    pairs = DepartmentMember.objects.filter(
        is_supervisor=True, user__is_active=True, department__in={row.department_id for row in rows} - {None}
    )
    for department, user in pairs.values_list("department_id", "user_id"):
        supervisors.setdefault(department, []).append(user)
    before = Notification.objects.filter(kind=CLOSING, conversation__in=rows)
    told = {(talk, data.get("ends_at")) for talk, data in before.values_list("conversation_id", "data")}
    notes = []
    for row in rows:
        ends_at = row.window_ends_at.isoformat() if row.window_ends_at is not None else ""
        if (row.pk, ends_at) in told:
            continue
        people = {row.assignee_id, *supervisors.get(row.department_id or 0, ())} - {None}
        notes += [
            Notification(user_id=person, kind=CLOSING, conversation=row, data={"ends_at": ends_at}, at=now)
            for person in sorted(people)
        ]
    Notification.objects.bulk_create(notes, batch_size=500)
