"""One batch of parsed updates -> rows, with a number of statements that does not grow with the batch (C12, C13).

Order: identities that changed, messages, then what refers to messages (reactions, edits, deletions), statuses, account updates.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from conversations.actions import entry_points
from conversations.ingest import calls, early
from conversations.ingest.account_updates import AccountUpdates
from conversations.ingest.effects import groups as group_effects
from conversations.ingest.effects import preferences
from conversations.ingest.groups import Groups
from conversations.ingest.messages import Messages
from conversations.ingest.people import People, keys_of
from conversations.ingest.references import References
from conversations.journal.record import record_all
from conversations.models import Channel
from conversations.outbox import receipts
from conversations.whatsapp.payloads import (
    AccountChange,
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


def addressed(parsed: Iterable[Parsed]) -> set[str]:
    """The numbers that updates are for; "" stands for a message or status that names none, which must not vanish."""
    return {
        item.phone_number_id for item in parsed if item.phone_number_id or not isinstance(item.update, AccountChange)
    }


def _only(kind: type[Any], changes: list[tuple[Channel, early.Change]]) -> list[tuple[Channel, Any]]:
    return [pair for pair in changes if isinstance(pair[1], kind)]


class Batch:
    """`Batch(parsed).write()` in a transaction; `unknown_numbers` are phone number ids that no channel has."""

    def __init__(self, parsed: list[Parsed]) -> None:
        self.parsed = parsed
        self.people = People()
        self.groups = Groups()
        self.messages = Messages(self.people, self.groups)
        self.references = References(self.people)
        self.accounts = AccountUpdates()
        ids = addressed(parsed)
        rows = Channel.objects.select_related("portfolio").filter(phone_number_id__in=ids - {""}) if ids else []
        self.channels = {row.phone_number_id: row for row in rows}
        self.unknown_numbers = ids - set(self.channels)

    def write(self) -> None:
        phoned = self._of(CallUpdate)
        messages = [*self._of(InboundMessage), *calls.as_messages(phoned)]
        reactions, edits = self._of(ReactionChange), self._of(EditChange)
        wishes, group_updates = self._of(PreferenceChange), self._of(GroupUpdate)
        self._load([*messages, *reactions, *edits, *wishes])
        self._load_people([(channel, person) for channel, update in group_updates for person in update.people])
        self._change_identities()
        waited = early.take(self.messages.write(messages))
        self.messages.events += calls.complete(phoned)
        self._load(_only(ReactionChange, waited))
        self.references.react([*reactions, *_only(ReactionChange, waited)])
        self.references.edit([*edits, *_only(EditChange, waited)])
        self.references.revoke([*self._of(RevokeChange), *_only(RevokeChange, waited)])
        receipts.apply(self._of(StatusUpdate))
        preferences.apply(self.people, wishes)
        group_effects.apply(self.groups, self.people, group_updates)
        self.groups.write()
        # After the statuses: messages are locked before free windows, everywhere.
        entry_points.follow(self.messages.written, self.messages.tickets.returning())
        self._keep_account_updates()
        self.people.write()
        told = (self.people, self.messages, self.references, self.groups, self.accounts)
        record_all([event for part in told for event in part.events])

    def _of(self, kind: type[Any]) -> list[tuple[Channel, Any]]:
        return [
            (self.channels[item.phone_number_id], item.update)
            for item in self.parsed
            if isinstance(item.update, kind) and item.phone_number_id in self.channels
        ]

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
