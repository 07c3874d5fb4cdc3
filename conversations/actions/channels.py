"""Stopping and starting a channel (C31): the token died, payment failed, Meta restricted it; or staff switched it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from conversations import clock, wake
from conversations.actions import alarms
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Channel
from conversations.whatsapp.error_rules import Effect
from conversations.whatsapp.errors import rule_of

NO_TROUBLE = {"status_code": "", "status_detail": "", "stopped_until": None}


@transaction.atomic
def stop(*, channel: Channel, by: Actor, code: str, detail: str = "", until: datetime | None = None) -> bool:
    """Nothing is sent until it is started again, by staff or at `until` (business time); what is queued waits.

    `code` is Meta's, said in a sentence wherever the channel is shown; `detail` are Meta's own words.
    """
    stopped = Channel.objects.filter(pk=channel.pk, status=Channel.Status.ACTIVE).update(
        status=Channel.Status.STOPPED, status_code=code, status_detail=detail[:500], stopped_until=until
    )
    if stopped:
        record(Kind.CHANNEL_STOPPED, by=by, channel=channel, code=code, until=until.isoformat() if until else None)
        alarms.raise_alarm(key=f"channel:{channel.pk}", code="channel_stopped", channel=channel.pk, error=code)
    return bool(stopped)


@transaction.atomic
def start(*, channel: Channel, by: Actor) -> bool:
    """Send again. True when it was not active; an old trouble's reason and alarm go in any case."""
    row = Channel.objects.filter(pk=channel.pk)
    started = row.exclude(status=Channel.Status.ACTIVE).update(status=Channel.Status.ACTIVE)
    row.update(**NO_TROUBLE)
    alarms.clear_alarm(key=f"channel:{channel.pk}")
    if started:
        record(Kind.CHANNEL_STARTED, by=by, channel=channel)
        wake.on_commit(wake.Bell.DELIVER)
    return bool(started)


@transaction.atomic
def token_replaced(*, channel: Channel, by: Actor) -> bool:
    """Staff entered another access token: a channel that stopped for want of one goes on by itself. True when it did."""
    rule = rule_of(channel.status_code)
    if channel.status != Channel.Status.STOPPED or rule is None or rule.effect is not Effect.CHANNEL_NEEDS_TOKEN:
        return False
    return start(channel=channel, by=by)


def restart_due(*, by: Actor, limit: int = 100) -> int:
    """The sweep: channels whose restriction has ended send again; if Meta still minds, the first answer stops them anew."""
    due = Channel.objects.filter(status=Channel.Status.STOPPED, stopped_until__lte=clock.now())
    return sum(start(channel=channel, by=by) for channel in due[:limit])


@transaction.atomic
def switch(*, channel: Channel, by: Actor, status: str) -> None:
    """Staff chose a status: the trouble that Meta told of is theirs from here on, and no alarm."""
    if status == Channel.Status.ACTIVE:
        start(channel=channel, by=by)
        return
    Channel.objects.filter(pk=channel.pk).update(status=status, **NO_TROUBLE)
    alarms.clear_alarm(key=f"channel:{channel.pk}")
