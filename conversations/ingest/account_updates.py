"""What Meta tells of accounts, numbers, templates and groups: kept as it came and shown, each once, and acted upon (C13)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from conversations import clock
from conversations.actions.accounts import Statement, learn
from conversations.actor import Actor
from conversations.bulk import update_rows
from conversations.ingest.effects.handlers import HANDLERS, ONCE
from conversations.ingest.effects.told import Told
from conversations.journal.kinds import Kind
from conversations.journal.record import draft
from conversations.models import AccountUpdate, Channel, Event
from conversations.whatsapp import numbers
from conversations.whatsapp.payloads import AccountChange

META = Actor.system("meta")
Outcome = AccountUpdate.Outcome


@dataclass(frozen=True, slots=True)
class Kept:
    """One webhook: of which account, and the number it names, when we have it."""

    account: str
    channel: Channel | None
    change: AccountChange


class AccountUpdates:
    """Gathered by `keep`; `write` stores those that are new in a few statements, however many they are, and has them act."""

    def __init__(self) -> None:
        self.gathered: dict[str, Kept] = {}
        self.events: list[Event] = []

    def keep(self, channel: Channel | None, change: AccountChange, waba_id: str) -> None:
        parts = [waba_id, change.field, change.data, change.at.timestamp() if change.at else None]
        text = json.dumps(parts, sort_keys=True, default=str)
        kept = Kept(change.account or waba_id, channel, change)
        self.gathered.setdefault(hashlib.sha256(text.encode()).hexdigest(), kept)

    def write(self) -> None:
        if not self.gathered:
            return
        known = set(AccountUpdate.objects.filter(digest__in=self.gathered).values_list("digest", flat=True))
        fresh = {digest: kept for digest, kept in self.gathered.items() if digest not in known}
        channels = _channels_of({kept.account for kept in fresh.values()} - {""})
        concerned = {digest: _concerned(kept, channels.get(kept.account, [])) for digest, kept in fresh.items()}
        now = clock.now()
        rows = {
            digest: AccountUpdate(
                digest=digest,
                channel=concerned[digest][0] if len(concerned[digest]) == 1 else None,
                waba_id=kept.account[:32],
                field=kept.change.field,
                event=kept.change.event,
                data=kept.change.data,
                news=[{"matter": news.matter, **news.details} for news in kept.change.news],
                at=min(kept.change.at or now, now),
            )
            for digest, kept in fresh.items()
        }
        AccountUpdate.objects.bulk_create(rows.values(), batch_size=200)
        self._act(rows, fresh, concerned)
        self.events += [
            draft(
                Kind.ACCOUNT_UPDATED,
                by=META,
                channel=row.channel,
                update=row.pk,
                field=row.field,
                event=row.event,
                outcome=row.outcome,
            )
            for row in rows.values()
        ]

    def _act(self, rows: dict[str, AccountUpdate], fresh: dict[str, Kept], concerned: dict[str, list[Channel]]) -> None:
        """Oldest first; what is older than something known of the same matter does nothing."""
        told: list[tuple[AccountUpdate, Told]] = []
        for digest, kept in fresh.items():
            row = rows[digest]
            for news in kept.change.news:
                those = concerned[digest][:1] if news.matter in ONCE else concerned[digest]
                told += [(row, Told(channel, kept.account, news, row.at, kept.change.data)) for channel in those]
        told.sort(key=lambda pair: pair[1].at)
        slotted = [pair for pair in told if pair[1].news.slot]
        statements = [
            Statement(one.channel, one.news.slot, {"matter": one.news.matter, **one.news.details}, one.at)
            for _row, one in slotted
        ]
        is_news = dict(zip((id(one) for _row, one in slotted), learn(statements), strict=True))
        outcomes: dict[int, set[Outcome]] = {}
        for row, one in told:
            act = HANDLERS.get(one.news.matter)
            if not is_news.get(id(one), True):
                outcome = Outcome.OUTDATED
            elif act is None:
                outcome = Outcome.NOTED
            else:
                outcome = act(one) or Outcome.APPLIED
            outcomes.setdefault(row.pk, set()).add(outcome)
        moved = []
        for row in rows.values():
            found = outcomes.get(row.pk, set())
            row.outcome = next((one for one in (Outcome.APPLIED, Outcome.OUTDATED) if one in found), Outcome.NOTED)
            if row.outcome != Outcome.NOTED:
                moved.append(row)
        update_rows(moved, ["outcome"])


def _channels_of(accounts: set[str]) -> dict[str, list[Channel]]:
    found: dict[str, list[Channel]] = {}
    rows = Channel.objects.select_related("portfolio").filter(waba_id__in=accounts).order_by("pk") if accounts else []
    for channel in rows:
        found.setdefault(channel.waba_id, []).append(channel)
    return found


def _concerned(kept: Kept, channels: list[Channel]) -> list[Channel]:
    """The number it names; that of its digits; or all of the account. An account with one number needs no digits."""
    if kept.channel is not None:
        return [kept.channel]
    digits, number_id = kept.change.number, kept.change.number_id
    if number_id:
        return [channel for channel in channels if channel.phone_number_id == number_id]
    if not digits or len(channels) == 1:
        return channels
    return [channel for channel in channels if numbers.digits(channel.display_phone_number) == digits]
