"""A channel's day: when it begins, when what was held back goes on, when the next batch leaves (C24). In the channel's own zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from conversations.models import Channel


def day_of(channel: Channel, at: datetime) -> date:
    return at.astimezone(channel.zone).date()


def start_of(channel: Channel, day: date) -> datetime:
    return datetime.combine(day, time(0), channel.zone)


def next_start(channel: Channel, at: datetime) -> datetime:
    """When what the day's cap holds back goes: the next day, at the hour the channel says."""
    return datetime.combine(day_of(channel, at) + timedelta(days=1), channel.resume_at, channel.zone)


def next_batch(channel: Channel, at: datetime) -> datetime:
    """The next full step of `batch_minutes` from the day's beginning; after `batch_until`, the next day's first."""
    local = at.astimezone(channel.zone)
    step, midnight = channel.batch_minutes * 60, start_of(channel, local.date())
    passed = int((local - midnight).total_seconds())
    coming = midnight + timedelta(seconds=(passed // step + 1) * step)
    return coming if coming <= end_of(channel, at) else next_start(channel, at)


def batches(channel: Channel, at: datetime) -> list[datetime]:
    """The batches of the rest of the day; when it is over, of the next. At least one."""
    first = next_batch(channel, at)
    step, end = timedelta(minutes=channel.batch_minutes), end_of(channel, first - timedelta(seconds=1))
    return [first + step * number for number in range(max(1, int((end - first) / step) + 1))]


def end_of(channel: Channel, at: datetime) -> datetime:
    """The end of the day's batches; midnight when that is over already."""
    day = day_of(channel, at)
    end = datetime.combine(day, channel.batch_until, channel.zone)
    return end if end > at else start_of(channel, day + timedelta(days=1))
