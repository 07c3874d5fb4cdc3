"""Stopping and starting a channel (C31): the token died, payment failed, Meta restricted it; or staff switched it."""

from __future__ import annotations

from django.db import transaction

from conversations import wake
from conversations.actions import alarms
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Channel


@transaction.atomic
def stop(*, channel: Channel, by: Actor, code: str, reason: str) -> bool:
    """Nothing is sent until it is started again; what is queued waits. `reason` is an English sentence, translated when shown."""
    stopped = Channel.objects.filter(pk=channel.pk, status=Channel.Status.ACTIVE).update(
        status=Channel.Status.STOPPED, status_reason=f"{reason} ({code})"[:300]
    )
    if stopped:
        record(Kind.CHANNEL_STOPPED, by=by, channel=channel, code=code)
        alarms.raise_alarm(key=f"channel:{channel.pk}", code="channel_stopped", channel=channel.pk, error=code)
    return bool(stopped)


@transaction.atomic
def start(*, channel: Channel, by: Actor) -> bool:
    """Send again. True when it was not active; an old trouble's reason and alarm go in any case."""
    row = Channel.objects.filter(pk=channel.pk)
    started = row.exclude(status=Channel.Status.ACTIVE).update(status=Channel.Status.ACTIVE)
    row.update(status_reason="")
    alarms.clear_alarm(key=f"channel:{channel.pk}")
    if started:
        record(Kind.CHANNEL_STARTED, by=by, channel=channel)
        wake.on_commit(wake.Bell.DELIVER)
    return bool(started)


@transaction.atomic
def switch(*, channel: Channel, by: Actor, status: str) -> None:
    """Staff chose a status: the trouble that Meta told of is theirs from here on, and no alarm."""
    if status == Channel.Status.ACTIVE:
        start(channel=channel, by=by)
        return
    Channel.objects.filter(pk=channel.pk).update(status=status, status_reason="")
    alarms.clear_alarm(key=f"channel:{channel.pk}")
