"""Importing a rate card: first what it would change, then all of it or nothing (C20)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from simple_history.utils import bulk_create_with_history, bulk_update_with_history

from conversations import stamps
from conversations.cost.card import STAMP
from conversations.cost.rates import Dated
from conversations.cost.sheet import Priced
from conversations.errors import DeskError
from conversations.models import Rate


class CardChanged(DeskError):
    """Somebody changed the card between the preview and its import."""

    code, http_status = "card_changed", 409
    message = _("The rate card has changed meanwhile.")
    hint = _("Look at the preview again.")


@dataclass(frozen=True, slots=True)
class Change:
    """`before`: the price this very line had, None for a new line; `until_then`: what holds until a new line's day."""

    after: Priced
    before: Decimal | None
    was_example: bool = False
    until_then: Decimal | None = None


@dataclass(slots=True)
class Preview:
    changes: list[Change] = field(default_factory=list)
    unchanged: int = 0

    @property
    def added(self) -> list[Change]:
        return [one for one in self.changes if one.before is None]

    @property
    def changed(self) -> list[Change]:
        return [one for one in self.changes if one.before is not None]

    @property
    def digest(self) -> str:
        """Of what would change: the same preview has the same."""
        lines = (
            f"{one.after.key} {one.after.price} {one.after.is_example} {one.before} {one.was_example}"
            for one in self.changes
        )
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def preview(prices: Iterable[Priced]) -> Preview:
    """What importing would do to the card. Prices that the file does not name stay as they are. One query."""
    found = Preview()
    there: dict[tuple[str, str, str, date], Rate] = {}
    lines: dict[tuple[str, str, str], Dated] = {}
    for row in Rate.objects.all():
        line = (row.category, str(row.market_id), row.currency)
        there[(*line, row.valid_from)] = row
        lines.setdefault(line, Dated()).add(row.valid_from, row.price)
    for one in prices:
        known = there.get(one.key)
        if known is None:
            dated = lines.get(one.key[:3])
            found.changes.append(Change(one, None, until_then=dated.on(one.valid_from) if dated else None))
        elif (known.price, known.is_example) == (one.price, one.is_example):
            found.unchanged += 1
        else:
            found.changes.append(Change(one, known.price, known.is_example))
    return found


@transaction.atomic
def import_rates(prices: Iterable[Priced], *, by: User, digest: str) -> Preview:
    """Do what a preview with this digest showed. Doing it again changes nothing. Raises CardChanged."""
    stamps.touch(STAMP)  # first: its row is the lock under which two imports follow each other
    found = preview(prices)
    if found.changes and found.digest != digest:
        raise CardChanged
    there = {(row.category, str(row.market_id), row.currency, row.valid_from): row for row in Rate.objects.all()}
    new, old = [], []
    for change in found.changes:
        one = change.after
        row = there.get(one.key)
        if row is None:
            category, market, currency, day = one.key
            new.append(
                Rate(
                    category=category,
                    market_id=market,
                    currency=currency,
                    valid_from=day,
                    price=one.price,
                    is_example=one.is_example,
                )
            )
        else:
            row.price, row.is_example = one.price, one.is_example
            old.append(row)
    reason = "import"
    bulk_create_with_history(new, Rate, default_user=by, default_change_reason=reason)
    if old:
        bulk_update_with_history(old, Rate, ["price", "is_example"], default_user=by, default_change_reason=reason)
    return found
