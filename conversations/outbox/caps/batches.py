"""The day's forecast, and campaigns in batches when a limit comes close (C24).

Expected are customers × `messages_per_customer`, where a customer is one whose conversation moved today or to whom a campaign still
writes. When that, or the customers to be reached, is more than `batch_percent` of its limit, campaigns are spread over the rest of
the day in order, one batch each `batch_minutes`, and what does not fit into the day's cap over the next ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction

from conversations import clock, wake
from conversations.actions import alarms
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Channel, Conversation, DayTally, Lane, Message, MessageStatus, ReachTally
from conversations.models.message import MessageQuerySet
from conversations.outbox.caps import days
from conversations.outbox.caps.rules import reach_limit
from conversations.outbox.caps.words import Cap

FORECAST = Actor.system("forecast")
UNEVEN = 2  # times its fair share: then a batch to which others were added is spread anew


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one number will send today, and what it may. A limit of None is none."""

    customers: int
    expected: int
    cap: int | None
    reached: int  # customers of the portfolio, with those a campaign still begins with
    reach_limit: int | None
    percent: int

    @property
    def closest(self) -> tuple[str, int, int] | None:
        """The limit of which more than `percent` is expected: its code, what is expected, the limit."""
        for code, expected, limit in (
            (Cap.DAILY, self.expected, self.cap),
            (Cap.PORTFOLIO, self.reached, self.reach_limit),
        ):
            if limit is not None and expected * 100 > limit * self.percent:
                return code, expected, limit
        return None


def forecast(channel: Channel, at: datetime) -> Forecast:
    today = days.start_of(channel, days.day_of(channel, at))
    waiting = _campaigns(channel).filter(status__in=[MessageStatus.QUEUED, MessageStatus.HELD])
    moved = Conversation.objects.filter(channel=channel, last_activity_at__gte=today).count()
    others = waiting.filter(conversation__last_activity_at__lt=today).values("conversation").distinct().count()
    sent = DayTally.objects.filter(channel=channel, day=today.date()).values_list("sent", flat=True).first() or 0
    limit, reached = reach_limit(channel), 0
    if limit is not None:
        reached = (
            ReachTally.objects.filter(portfolio=channel.portfolio_id).values_list("reached", flat=True).first() or 0
        )
        reached += waiting.filter(initiated=True).values("conversation").distinct().count()
    return Forecast(
        customers=moved + others,
        expected=max(sent, (moved + others) * channel.messages_per_customer),
        cap=channel.daily_cap,
        reached=reached,
        reach_limit=limit,
        percent=channel.batch_percent,
    )


def look_ahead() -> int:
    """Each minute, for every number: how many go in batches."""
    now = clock.now()
    return sum(_plan(channel, now) for channel in Channel.objects.sending().select_related("portfolio"))


def look_at_campaigns() -> None:
    """With each sweep: a campaign that was just queued, or falls due after a night, does not wait for the forecast's minute."""
    now, of_this = clock.now(), _campaigns(models.OuterRef("pk"))
    queued = of_this.filter(status=MessageStatus.QUEUED).order_by("lane", "turn", "id")
    due = of_this.filter(status=MessageStatus.HELD, hold_code=Cap.DAILY, not_before__lte=now).order_by("not_before")
    first = {name: models.Subquery(rows.values("pk")[:1]) for name, rows in (("queued", queued), ("due", due))}
    rows = Channel.objects.sending().select_related("portfolio").annotate(**first)
    for channel in rows.filter(models.Q(queued__isnull=False) | models.Q(due__isnull=False)):
        if channel.daily_cap is not None or reach_limit(channel) is not None:
            _plan(channel, now)


def _plan(channel: Channel, now: datetime) -> bool:
    """Switch batches on or off by the forecast, and spread what campaigns have queued. True while they are on."""
    found = forecast(channel, now)
    day = days.day_of(channel, now)
    DayTally.objects.get_or_create(channel=channel, day=day)
    tally = DayTally.objects.filter(channel=channel, day=day)
    tally.exclude(expected=found.expected).update(expected=found.expected)
    close = found.closest
    if close is None:
        _end(channel, tally, now)
        return False
    with transaction.atomic():
        begins = bool(tally.filter(batching_since__isnull=True).update(batching_since=now))
        if begins:
            code, expected, limit = close
            record(Kind.BATCHES_BEGUN, by=FORECAST, channel=channel, code=code, expected=expected, limit=limit)
            alarms.raise_alarm(
                key=_key(channel), code="limit_near", channel=channel.pk, cap=code, expected=expected, limit=limit
            )
        _spread(channel, now, first_now=begins)
    return True


def _end(channel: Channel, tally: models.QuerySet[DayTally], now: datetime) -> None:
    with transaction.atomic():
        ended = tally.filter(batching_since__isnull=False).update(batching_since=None)
        freed = _campaigns(channel).filter(status=MessageStatus.HELD, hold_code=Cap.BATCH, not_before__gt=now)
        freed.update(not_before=now)
        if alarms.clear_alarm(key=_key(channel), by=FORECAST) or ended:
            record(Kind.BATCHES_ENDED, by=FORECAST, channel=channel)


def _key(channel: Channel) -> str:
    return f"limit:{channel.pk}"


# --- spreading --------------------------------------------------------------------------------------------------------------


def _spread(channel: Channel, now: datetime, *, first_now: bool) -> None:
    """Give each campaign's message its batch, in order. What is over the day's cap goes on the next day."""
    queued = _campaigns(channel).filter(status=MessageStatus.QUEUED, tries=0, released=False)
    held = _campaigns(channel).filter(status=MessageStatus.HELD)
    due = held.filter(hold_code=Cap.DAILY, not_before__lte=now)
    times = [now] * first_now + days.batches(channel, now)
    batched = held.filter(hold_code=Cap.BATCH)
    if not first_now and not due.exists():
        share = _share(queued.count() + batched.count(), len(times))
        if queued.count() <= share and batched.filter(not_before=times[0]).count() <= share * UNEVEN:
            return
    pks = _in_order(queued | due | batched)
    room = _room(channel, now)
    today, later = (pks, []) if room is None else (pks[:room], pks[room:])
    size = _share(len(today), len(times))
    for place, at in enumerate(times):
        part = today[place * size : (place + 1) * size]
        if at == now:
            _release(part, now)
        else:
            _hold(part, Cap.BATCH, at)
    _hold(later, Cap.DAILY, days.next_start(channel, now))
    wake.on_commit(wake.Bell.DELIVER)


def _share(count: int, batches: int) -> int:
    return max(1, -(-count // batches))


def _in_order(rows: MessageQuerySet) -> list[int]:
    return list(rows.order_by("lane", "turn", "id").values_list("pk", flat=True))


def _room(channel: Channel, now: datetime) -> int | None:
    """What the day's cap leaves; it binds campaigns, whatever else it binds."""
    if channel.daily_cap is None:
        return None
    day = days.day_of(channel, now)
    sent = DayTally.objects.filter(channel=channel, day=day).values_list("sent", flat=True).first() or 0
    return max(0, channel.daily_cap - sent)


def _release(pks: list[int], now: datetime) -> None:
    Message.objects.filter(pk__in=pks, status=MessageStatus.HELD).update(
        status=MessageStatus.QUEUED, hold_code="", not_before=now
    )


def _hold(pks: list[int], code: str, until: datetime) -> None:
    """Those that a worker took meanwhile are gone."""
    waiting = [MessageStatus.QUEUED, MessageStatus.HELD]
    Message.objects.filter(pk__in=pks, status__in=waiting).update(
        status=MessageStatus.HELD, hold_code=code, not_before=until
    )


def _campaigns(channel: Channel | models.OuterRef) -> MessageQuerySet:
    return Message.objects.filter(channel=channel, lane=Lane.BULK)
