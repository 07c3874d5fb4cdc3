"""Ask WhatsApp how it is doing, and go round a slow address (C33).

Normal is under 0.8 s. An answer that takes more than 1.5 s, or does not come, is asked for again after a minute; three in a row move
the channel to its backup base URL. From there the first address is looked at each five minutes until it is normal again.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction

from conversations import clock
from conversations.actions import alarms, channels, onboarding
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Channel, ChannelHealth
from conversations.onboarding.steps import unanswered_at_night
from conversations.reach import access_to
from conversations.whatsapp.error_rules import Class
from conversations.whatsapp.errors import GraphError
from conversations.whatsapp.registration import Registration
from conversations.whatsapp.transport import ApiError, NotSent, Unanswered

logger = logging.getLogger("sportello.health")
BY = Actor.system("health")

NORMAL, SLOW = 0.8, 1.5  # seconds
IN_A_ROW = 3
EVERY, AGAIN, ON_BACKUP = timedelta(hours=1), timedelta(minutes=1), timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Found:
    """One look at an address: seconds until the answer, None when none came; Meta's refusal, when it was one."""

    seconds: float | None
    problem: str = ""
    refusal: GraphError | None = None
    told: dict[str, Any] = field(default_factory=dict)  # of the number: quality, limit, names

    @property
    def is_slow(self) -> bool:
        return self.seconds is None or self.seconds > SLOW

    @property
    def is_normal(self) -> bool:
        return self.seconds is not None and self.seconds < NORMAL


def check_due() -> int:
    """Every channel whose check is due, outside any transaction. Returns how many were looked at."""
    machine = clock.machine_now()
    connected = Channel.objects.filter(kind=Channel.Kind.WHATSAPP).exclude(access_token="")
    fresh = connected.exclude(status=Channel.Status.OFFLINE).filter(health__isnull=True)
    ChannelHealth.objects.bulk_create(
        [ChannelHealth(channel=channel, due_at=machine) for channel in fresh], ignore_conflicts=True
    )
    rows = ChannelHealth.objects.due(machine).select_related("channel__portfolio").filter(channel__in=connected)
    due = list(rows.exclude(channel__status=Channel.Status.OFFLINE))
    for row in due:
        check(row)
    remind()
    return len(due)


def check(row: ChannelHealth) -> None:
    """Look at the channel's first address, whichever it sends over, and draw the conclusion."""
    found = _look(row.channel)
    conclude(row, found)
    if found.told:
        onboarding.learn(channel=row.channel, by=BY, found=found.told)
    refusal = found.refusal
    if refusal is not None and refusal.rule.what is Class.ALARM:
        channels.stop(channel=row.channel, by=BY, code=refusal.label, detail=refusal.details)


def _look(channel: Channel) -> Found:
    began = clock.monotonic()
    try:
        told = Registration(access_to(channel, base_url=channel.base_url)).number()
    except ApiError as problem:  # it answered, and quickly or not is the question here
        return Found(clock.monotonic() - began, str(problem), problem.error)
    except (NotSent, Unanswered) as problem:
        return Found(None, str(problem))
    return Found(clock.monotonic() - began, told=told)


@transaction.atomic
def conclude(row: ChannelHealth, found: Found) -> None:
    """Write one look down; switch over or back when it is time. Two checks at once count one after the other."""
    row = ChannelHealth.objects.select_for_update().select_related("channel").get(pk=row.pk)
    channel, machine = row.channel, clock.machine_now()
    row.checked_at = machine
    row.milliseconds = None if found.seconds is None else round(found.seconds * 1000)
    row.problem = found.problem[:300]
    row.slow_in_a_row = row.slow_in_a_row + 1 if found.is_slow else 0
    if row.backup_since is None and row.slow_in_a_row >= IN_A_ROW:
        _switch_over(row, channel)
    elif row.backup_since is not None and (found.is_normal or not channel.backup_base_url):
        row.backup_since = None
        record(Kind.CHANNEL_PRIMARY, by=BY, channel=channel, milliseconds=row.milliseconds)
    if not found.is_slow:
        alarms.clear_alarm(key=f"health:{channel.pk}")
    row.due_at = machine + (ON_BACKUP if row.backup_since else AGAIN if found.is_slow else EVERY)
    row.save(update_fields=["checked_at", "milliseconds", "problem", "slow_in_a_row", "backup_since", "due_at"])


def _switch_over(row: ChannelHealth, channel: Channel) -> None:
    key, data = f"health:{channel.pk}", {"channel": channel.pk, "milliseconds": row.milliseconds}
    logger.warning("health.slow", extra=data)
    if channel.backup_base_url:
        row.backup_since = clock.machine_now()
        record(Kind.CHANNEL_BACKUP, by=BY, channel=channel, milliseconds=row.milliseconds)
        alarms.raise_alarm(key=key, code="channel_on_backup", **data)
    else:
        alarms.raise_alarm(key=key, code="channel_slow", **data)


def remind() -> None:
    """A number in service for two days without a welcome and an after-hours reply is told of (C2)."""
    for channel in Channel.objects.sending().filter(kind=Channel.Kind.WHATSAPP):
        key = f"replies:{channel.pk}"
        if unanswered_at_night(channel):
            alarms.raise_alarm(key=key, code="replies_missing", channel=channel.pk)
        else:
            alarms.clear_alarm(key=key)
