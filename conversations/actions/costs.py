"""The ledger: what each message was estimated to cost, and what it came to by what Meta says (C20, C22)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from conversations import clock
from conversations.bulk import update_rows
from conversations.cost import quote
from conversations.cost.card import CARD, day_of, month_bounds
from conversations.cost.rates import NOTHING, Card
from conversations.cost.reckon import (
    ALLOWED,
    Actual,
    Difference,
    Estimate,
    Free,
    Outcome,
    State,
    actual,
    difference,
    outcome,
)
from conversations.models import Attempt, Channel, LedgerEntry, Message
from conversations.transactions import joined

ACTUAL = [
    "day", "market", "state", "actual_category", "actual_rate", "actual_free", "actual", "actual_surcharge",
    "delivered_to", "delivered_at", "difference",
]  # fmt: skip
TTL = timedelta(days=31)  # Meta gives up after 30 (facts §5)


@joined
def record(message: Message) -> LedgerEntry | None:
    """Write down what a message just queued will cost, in the transaction that queues it. One insert and two queries at most.

    None for a channel whose messages cost nothing.
    """
    conversation = message.conversation
    at = max(message.not_before or message.timestamp, message.timestamp)
    expected = quote.estimate(conversation, type_=message.type, template=message.template, at=at)
    if expected is None:
        return None
    entry = LedgerEntry(
        message=message,
        channel_id=message.channel_id,
        at=at,
        day=day_of(conversation.channel, at),
        market=expected.market,
        currency=expected.currency,
        estimated_market=expected.market,
        recipients=expected.recipients,
        estimated_category=expected.category,
        estimated_rate=expected.rate,
        estimated_free=expected.free,
        estimated=expected.price,
        surcharge=expected.surcharge,
    )
    entry.save(force_insert=True)
    return entry


@joined
def settle(messages: Iterable[Message]) -> int:
    """Bring the actual side of these messages' entries up to what the messages say now; returns how many changed.

    In any order and any number of times: only the message's status, times and kept pricing are looked at. The messages' rows must be
    locked by the caller. Two statements, whatever the number of messages. A message without an entry is none of ours to count.
    """
    by_pk = {message.pk: message for message in messages}
    if not by_pk:
        return 0
    card, changed = CARD.get(), []
    for entry in LedgerEntry.objects.filter(message__in=by_pk).select_related("channel"):
        before = [getattr(entry, name) for name in ACTUAL]
        _settle(entry, by_pk[entry.message_id], card)
        if before != [getattr(entry, name) for name in ACTUAL]:
            changed.append(entry)
    update_rows(changed, ACTUAL)
    return len(changed)


@joined
def count_copies(messages: Iterable[Message]) -> int:
    """A message sent once more while nobody knew whether Meta had it may reach the customer twice (D4), and each is charged.

    The messages' rows must be locked by the caller. Returns how many entries changed.
    """
    by_pk = {message.pk: message for message in messages}
    arrived = Attempt.objects.filter(message__in=by_pk, delivered_at__isnull=False)
    for pk, copies in arrived.values_list("message").annotate(Count("pk")).order_by():
        LedgerEntry.objects.filter(message=pk, copies__lt=copies).update(copies=copies)
    return settle(by_pk.values())


def _settle(entry: LedgerEntry, message: Message, card: Card) -> None:
    said = outcome(message.status, message.pricing or {}, type_=message.type)
    arrived = said.state in {State.SETTLED, State.UNKNOWN}
    delivered_at = (message.delivered_at or message.sent_at) if arrived else None
    entry.day = day_of(entry.channel, delivered_at or message.sent_at or entry.at)
    was_free = entry.actual_free if entry.state == State.SETTLED else entry.estimated_free
    _write(entry, said, card, has_allowance=was_free == Free.ALLOWANCE)
    entry.delivered_at = delivered_at


def _write(entry: LedgerEntry, said: Outcome, card: Card, *, has_allowance: bool) -> None:
    expected = expected_of(entry)
    came_to: Actual = actual(card, said, expected, day=entry.day, copies=entry.copies, has_allowance=has_allowance)
    entry.state, entry.market = came_to.state.value, came_to.market
    entry.actual_category, entry.actual_rate, entry.actual_free = came_to.category, came_to.rate, came_to.free
    entry.actual, entry.actual_surcharge, entry.delivered_to = came_to.price, came_to.surcharge, came_to.recipients
    entry.difference = difference(expected, came_to, copies=entry.copies).value


def expected_of(entry: LedgerEntry) -> Estimate:
    return Estimate(
        category=entry.estimated_category,
        market=entry.estimated_market,
        currency=entry.currency,
        rate=entry.estimated_rate,
        recipients=entry.recipients,
        free=entry.estimated_free,
        surcharge=entry.surcharge,
    )


def allot(channel: Channel, day: date) -> int:
    """Give the month's free service messages to those that were delivered first, which is what Meta does; returns how many changed.

    Estimates speak for them as they are queued, and some never arrive. Running it again changes nothing.
    """
    card = CARD.get()
    allowed = card.allowance(channel.pk, day)
    begins, ends = month_bounds(channel, day)
    served = LedgerEntry.objects.filter(
        channel=channel,
        state=State.SETTLED.value,
        actual_category__in=sorted(ALLOWED),
        actual_free__in=["", Free.ALLOWANCE.value],
        delivered_at__gte=begins,
        delivered_at__lt=ends,
    ).order_by("delivered_at", "id")
    charged, free = served.filter(actual_free=""), served.filter(actual_free=Free.ALLOWANCE.value)
    last = served.values_list("delivered_at", "pk")[allowed - 1 : allowed].first() if allowed else None
    if allowed and last is None:  # not used up
        return _allot(charged, Free.ALLOWANCE)
    after = Q(delivered_at__gt=last[0]) | Q(delivered_at=last[0], pk__gt=last[1]) if last else Q()
    changed = _allot(free.filter(after), Free.NO)
    return changed + (_allot(charged.exclude(after), Free.ALLOWANCE) if last else 0)


def _allot(entries: QuerySet[LedgerEntry], free: Free) -> int:
    rows = list(entries)
    for entry in rows:
        entry.actual_free = free.value
        entry.actual = NOTHING if free else entry.actual_rate
        entry.difference = difference(expected_of(entry), actual_of(entry), copies=entry.copies).value
    update_rows(rows, ["actual_free", "actual", "difference"])
    return len(rows)


def actual_of(entry: LedgerEntry) -> Actual:
    return Actual(
        state=State(entry.state),
        category=entry.actual_category,
        market=entry.market,
        recipients=entry.delivered_to or 0,
        rate=entry.actual_rate,
        free=entry.actual_free,
        price=entry.actual,
        surcharge=entry.actual_surcharge,
    )


def give_up(*, limit: int = 1000) -> int:
    """What Meta has not delivered within its 30 days costs nothing; returns how many."""
    late = LedgerEntry.objects.filter(
        state__in=[State.WAITING.value, State.ANNOUNCED.value], at__lt=clock.now() - TTL
    ).order_by("at")
    return LedgerEntry.objects.filter(pk__in=list(late.values_list("pk", flat=True)[:limit])).update(
        state=State.NOTHING.value,
        actual=NOTHING,
        actual_surcharge=NOTHING,
        delivered_to=0,
        difference=Difference.NOT_DELIVERED.value,
    )


def look_after() -> int:
    """Each minute: this month's allowance and, while statuses of the last one may still come (a week, facts §0), that month's."""
    done, now = give_up(), clock.now()
    for channel in Channel.objects.filter(kind=Channel.Kind.WHATSAPP):
        day = day_of(channel, now)
        months = {day.replace(day=1), (day - timedelta(days=8)).replace(day=1)}
        done += sum(allot(channel, month) for month in months)
    return done
