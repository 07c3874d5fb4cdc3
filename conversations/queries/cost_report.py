"""Estimated beside actual, and why they differ (C22)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Count, Sum

from conversations.cost.card import next_month
from conversations.cost.rates import NOTHING
from conversations.cost.reckon import Difference
from conversations.models import Channel, Market
from conversations.queries.costs import exact, ledger

PENDING = {Difference.WAITING.value, Difference.UNKNOWN.value}


@dataclass(frozen=True, slots=True)
class Reason:
    """How many messages differ for it, and by how much in all (actual less estimated)."""

    messages: int
    amount: Decimal


@dataclass(slots=True)
class Line:
    """The messages booked under one category and market of one channel: Meta's category once it has said one, else ours."""

    channel: Channel
    currency: str
    category: str
    market: str
    market_name: str = ""
    messages: int = 0
    estimated: Decimal = NOTHING  # of all of them, with surcharges
    actual: Decimal = NOTHING  # of those whose price is known
    pending: Decimal = NOTHING  # estimated, of those whose price is not known
    reasons: dict[str, Reason] = field(default_factory=dict)

    @property
    def difference(self) -> Decimal:
        """Actual less estimated, of those whose price is known. It is the sum of the reasons' amounts."""
        return self.actual - (self.estimated - self.pending)

    def add(self, reason: str, messages: int, estimated: Decimal, actual: Decimal) -> None:
        self.messages += messages
        self.estimated += estimated
        known = reason not in PENDING
        if known:
            self.actual += actual
        else:
            self.pending += estimated
        if reason != Difference.NONE.value:
            held = self.reasons.get(reason, Reason(0, NOTHING))
            amount = actual - estimated if known else NOTHING
            self.reasons[reason] = Reason(held.messages + messages, held.amount + amount)


def lines(month: date, *, channel: Channel | None = None) -> list[Line]:
    """Of a month (of the channels' days). One query over its ledger, and two over channels and markets."""
    rows = ledger(month.replace(day=1), next_month(month))
    if channel is not None:
        rows = rows.filter(channel=channel)
    groups = (
        rows.order_by()
        .values("channel", "currency", "category", "market", "difference")
        .annotate(messages=Count("pk"), expected_total=Sum("expected"), actual_total=Sum("came_to"))
    )
    channels = {row.pk: row for row in Channel.objects.defer("access_token", "app_secret", "verify_token")}
    names = dict(Market.objects.values_list("code", "name"))
    found: dict[tuple[int, str, str, str], Line] = {}
    for row in groups:
        key = (row["channel"], row["currency"], row["category"], row["market"])
        line = found.get(key)
        if line is None:
            line = found[key] = Line(channels[key[0]], *key[1:], market_name=names.get(key[3], key[3]))
        line.add(row["difference"], row["messages"], exact(row["expected_total"]), exact(row["actual_total"]))
    return sorted(
        found.values(),
        key=lambda line: (line.channel.name, line.channel.pk, line.currency, line.category, line.market_name),
    )


def totals(found: Iterable[Line]) -> Iterator[Line]:
    """The last lines of the report: one per currency."""
    by_currency: dict[str, Line] = {}
    for line in found:
        total = by_currency.setdefault(line.currency, Line(line.channel, line.currency, "", ""))
        total.messages += line.messages
        total.estimated += line.estimated
        total.actual += line.actual
        total.pending += line.pending
        for code, reason in line.reasons.items():
            held = total.reasons.get(code, Reason(0, NOTHING))
            total.reasons[code] = Reason(held.messages + reason.messages, held.amount + reason.amount)
    yield from by_currency.values()
