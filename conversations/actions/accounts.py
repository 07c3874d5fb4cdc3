"""What Meta tells of numbers and accounts, written down (facts §6; C13). Called by webhooks, and by whoever asks Meta."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from conversations import clock
from conversations.actions import alarms
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import AccountFact, Channel, ChannelSetup, Portfolio, VolumeTier
from conversations.news import is_news

META = Actor.system("meta")
FOREVER = datetime(9999, 1, 1, tzinfo=UTC)  # a restriction without an end


@dataclass(frozen=True, slots=True)
class Statement:
    """One matter of one channel, as Meta tells it at a time. `told` is {"matter": our code, …}."""

    channel: Channel
    slot: str
    told: dict[str, Any]
    at: datetime


@transaction.atomic
def learn(statements: list[Statement]) -> list[bool]:
    """Keep the newest of each matter: three statements to the database, however many. For each whether it was news."""
    wanted = Q()
    for pk in {one.channel.pk for one in statements}:
        wanted |= Q(channel=pk, slot__in={one.slot for one in statements if one.channel.pk == pk})
    known: dict[tuple[int, str], AccountFact] = {}
    if statements:
        no_key = connection.features.has_select_for_no_key_update
        rows = AccountFact.objects.filter(wanted).select_for_update(no_key=no_key).order_by("pk")
        known = {(row.channel_id, row.slot): row for row in rows}
    changed: dict[tuple[int, str], AccountFact] = {}
    outcome = []
    for one in statements:
        key = (one.channel.pk, one.slot)
        row = known.get(key)
        if row is not None and not is_news(row.at, one.at):
            outcome.append(False)
            continue
        known[key] = changed[key] = AccountFact(channel=one.channel, slot=one.slot, told=one.told, at=one.at)
        outcome.append(True)
    if changed:
        AccountFact.objects.bulk_create(
            changed.values(),
            update_conflicts=True,
            unique_fields=["channel", "slot"],
            update_fields=["told", "at"],
            batch_size=200,
        )
    return outcome


def found_out(*, channel: Channel, slot: str, **told: Any) -> None:
    """What we saw ourselves when we asked Meta: told anew only when it is something else, so that it keeps its time."""
    told = {"matter": slot, **told}
    if not AccountFact.objects.filter(channel=channel, slot=slot, told=told).exists():
        learn([Statement(channel, slot, told, clock.now())])


@transaction.atomic
def set_quality(*, channel: Channel, quality: str, by: Actor = META) -> bool:
    """GREEN, YELLOW, RED or UNKNOWN; anything else is unknown."""
    value = quality if quality in Channel.Quality.values else Channel.Quality.UNKNOWN.value
    was = Channel.objects.filter(pk=channel.pk).values_list("quality_rating", flat=True).first()
    moved = Channel.objects.filter(pk=channel.pk).exclude(quality_rating=value).update(quality_rating=value)
    if moved:
        record(Kind.CHANNEL_QUALITY, by=by, channel=channel, was=was, quality=value)
    key = f"number:{channel.pk}:quality"
    if value == Channel.Quality.RED:
        told = {"matter": "quality", "kind": value}
        alarms.raise_alarm(key=key, code="account_warning", channel=channel.pk, told=told)
    else:
        alarms.clear_alarm(key=key)
    return bool(moved)


def note_setup(*, channel: Channel, **changes: Any) -> None:
    """What the set-up page shows of the number, as far as a webhook told it: name, badge, throughput (C2, C5)."""
    ChannelSetup.objects.filter(channel=channel).update(**changes)


@transaction.atomic
def bar_beginning(*, channel: Channel, until: datetime | None, by: Actor = META) -> bool:
    """Until then (None: further notice) no conversation may be begun; answers inside the window go."""
    end = until or FOREVER
    moved = Channel.objects.filter(pk=channel.pk).exclude(may_begin_from=end).update(may_begin_from=end)
    if moved:
        record(Kind.CHANNEL_RESTRICTED, by=by, channel=channel, until=None if until is None else int(until.timestamp()))
    return bool(moved)


@transaction.atomic
def lift_bar(*, channel: Channel, by: Actor = META) -> bool:
    moved = Channel.objects.filter(pk=channel.pk, may_begin_from__isnull=False).update(may_begin_from=None)
    if moved:
        record(Kind.CHANNEL_RESTRICTED, by=by, channel=channel, until=0)
    return bool(moved)


@transaction.atomic
def set_messaging_limit(*, portfolio: Portfolio, limit: int | None) -> bool:
    """None: unlimited. History keeps it: caps and forecasts look at it."""
    row = Portfolio.objects.select_for_update().get(pk=portfolio.pk)
    if row.messaging_limit == limit:
        return False
    row.messaging_limit = limit
    row.save(update_fields=["messaging_limit"])
    return True


def set_number_limit(*, portfolio: Portfolio, count: int) -> None:
    Portfolio.objects.filter(pk=portfolio.pk).update(number_limit=count)


@transaction.atomic
def learn_tier(*, waba_id: str, category: str, region: str, month: str, tier: str, since: datetime) -> bool:
    """Meta may tell the same tier several times: the smallest time counts (facts §6)."""
    row, created = VolumeTier.objects.get_or_create(
        waba_id=waba_id[:32],
        category=category[:40],
        region=region[:80],
        month=month[:10],
        tier=tier[:80],
        defaults={"since": since},
    )
    earlier = not created and VolumeTier.objects.filter(pk=row.pk, since__gt=since).update(since=since)
    return created or bool(earlier)


@transaction.atomic
def set_history_progress(*, channel: Channel, progress: int) -> bool:
    """Of the past that is being taken over, in percent; never backwards."""
    value = max(0, min(progress, 100))
    behind = Q(history_progress__isnull=True) | Q(history_progress__lt=value)
    return bool(Channel.objects.filter(behind, pk=channel.pk).update(history_progress=value, history_declined_at=None))


@transaction.atomic
def decline_history(*, channel: Channel, at: datetime) -> bool:
    """The business chose not to share its past."""
    return bool(Channel.objects.filter(pk=channel.pk, history_progress__isnull=True).update(history_declined_at=at))


def from_unix(value: float | None) -> datetime | None:
    return None if value is None else clock.from_unix(value)
