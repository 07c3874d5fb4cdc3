"""One batch of parsed updates -> rows, with a number of statements that does not grow with the batch (C12, C13).

Order: identities that changed, messages, then what refers to messages (reactions, edits, deletions), statuses, account updates.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conversations import clock
from conversations.actions import entry_points
from conversations.ingest import calls, early
from conversations.ingest.account_updates import AccountUpdates
from conversations.ingest.effects import coexistence, preferences
from conversations.ingest.effects import groups as group_effects
from conversations.ingest.groups import Groups
from conversations.ingest.history import History
from conversations.ingest.messages import Messages
from conversations.ingest.people import People, keys_of
from conversations.ingest.references import References
from conversations.journal.record import record_all
from conversations.models import Channel
from conversations.outbox import receipts
from conversations.whatsapp.payloads import (
    AccountChange,
    BookEntry,
    CallUpdate,
    EditChange,
    GroupUpdate,
    IdentityChange,
    InboundMessage,
    News,
    Parsed,
    PreferenceChange,
    ReactionChange,
    RevokeChange,
    Sender,
    StatusUpdate,
)

# These may name their business account only.
OF_ACCOUNTS = (AccountChange, IdentityChange, PreferenceChange, BookEntry)


def addressed(parsed: Iterable[Parsed]) -> set[str]:
    """The numbers that updates are for; "" stands for a message or status that names none, which must not vanish."""
    return {item.phone_number_id for item in parsed if item.phone_number_id or not isinstance(item.update, OF_ACCOUNTS)}


def _only(kind: type[Any], changes: list[tuple[Channel, early.Change]]) -> list[tuple[Channel, Any]]:
    return [pair for pair in changes if isinstance(pair[1], kind)]


class Batch:
    """`Batch(parsed).write()` in a transaction; `unknown_numbers` are phone number ids that no channel has."""

    def __init__(self, parsed: list[Parsed]) -> None:
        self.parsed = parsed
        self.people = People()
        self.groups = Groups()
        self.messages = Messages(self.people, self.groups)
        self.history = History(self.people)
        self.references = References(self.people)
        self.accounts = AccountUpdates()
        ids = addressed(parsed)
        rows = Channel.objects.select_related("portfolio").filter(phone_number_id__in=ids - {""}) if ids else []
        self.channels = {row.phone_number_id: row for row in rows}
        self.unknown_numbers = ids - set(self.channels)
        self.accounts_channels = self._channels_of_accounts()

    def write(self) -> None:
        phoned, said = self._of(CallUpdate), self._of(InboundMessage)
        messages = [*(one for one in said if not one[1].is_history), *calls.as_messages(phoned)]
        past = [one for one in said if one[1].is_history]
        reactions, edits = self._of(ReactionChange), self._of(EditChange)
        wishes, group_updates, names = self._of(PreferenceChange), self._of(GroupUpdate), self._of(BookEntry)
        statuses = self._of(StatusUpdate)
        reached = [(channel, status.recipient) for channel, status in statuses if status.recipient.is_known]
        self._load_people(reached)
        self._load([*messages, *past, *reactions, *edits, *wishes, *names])
        self._load_people([(channel, person) for channel, update in group_updates for person in update.people])
        self._change_identities()
        coexistence.name(self.people, names)  # before the past: whom it names are known by then
        waited = early.take([*self.messages.write(messages), *self.history.write(past)])
        self.history.fill(_only(InboundMessage, waited))
        self.messages.events += calls.complete(phoned)
        self._load(_only(ReactionChange, waited))
        self.references.react([*reactions, *_only(ReactionChange, waited)])
        self.references.edit([*edits, *_only(EditChange, waited)])
        self.references.revoke([*self._of(RevokeChange), *_only(RevokeChange, waited)])
        receipts.apply(statuses)
        for channel, recipient in reached:
            self.people.is_also(channel.portfolio_id, recipient, clock.now())
        preferences.apply(self.people, wishes)
        group_effects.apply(self.groups, self.people, group_updates)
        self.groups.write()
        # After the statuses: messages are locked before free windows, everywhere.
        entry_points.follow(self.messages.written, self.messages.tickets.returning())
        self._keep_account_updates()
        self.people.write()
        told = (self.people, self.messages, self.history, self.references, self.groups, self.accounts)
        record_all([event for part in told for event in part.events])

    def _channels_of_accounts(self) -> dict[str, Channel]:
        """One number of each account that is named alone: customers' ids are the portfolio's, which it has in common with the others."""
        wanted = {
            item.waba_id
            for item in self.parsed
            if not item.phone_number_id and isinstance(item.update, OF_ACCOUNTS[1:])
        } - {""}
        if not wanted:
            return {}
        rows = Channel.objects.select_related("portfolio").filter(waba_id__in=wanted).order_by("-pk")
        return {row.waba_id: row for row in rows}

    def _of(self, kind: type[Any]) -> list[tuple[Channel, Any]]:
        found = []
        for item in self.parsed:
            if isinstance(item.update, kind):
                channel = self.channels.get(item.phone_number_id)
                if channel is None and not item.phone_number_id:
                    channel = self.accounts_channels.get(item.waba_id)
                if channel is not None:
                    found.append((channel, item.update))
        return found

    def _load(self, updates: list[tuple[Channel, Any]]) -> None:
        """The people who sent these."""
        self._load_people([(channel, update.sender) for channel, update in updates])

    def _load_people(self, people: list[tuple[Channel, Sender]]) -> None:
        self.people.load([key for channel, person in people for key in keys_of(channel.portfolio_id, person)])

    def _change_identities(self) -> None:
        for channel, change in sorted(self._of(IdentityChange), key=lambda pair: pair[1].timestamp):
            if self.people.change_identity(channel.portfolio_id, change) is None:
                self.accounts.keep(
                    channel,
                    AccountChange(
                        "messages", "identity_of_nobody", {"kind": change.kind}, news=(News("", "identity_of_nobody"),)
                    ),
                    "",
                )

    def _keep_account_updates(self) -> None:
        for item in self.parsed:
            if isinstance(item.update, AccountChange) and (
                not item.phone_number_id or item.phone_number_id in self.channels
            ):
                self.accounts.keep(self.channels.get(item.phone_number_id), item.update, item.waba_id)
        self.accounts.write()
