"""What Meta tells of accounts, numbers, templates and groups: kept as it came and shown, each once (C13)."""

from __future__ import annotations

import hashlib
import json

from conversations import clock
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import draft
from conversations.models import AccountUpdate, Channel, Event
from conversations.whatsapp.payloads import AccountChange

META = Actor.system("meta")


class AccountUpdates:
    """Gathered by `keep`, stored by `write` in a few statements, however many they are."""

    def __init__(self) -> None:
        self.gathered: dict[str, tuple[Channel | None, str, AccountChange]] = {}
        self.events: list[Event] = []

    def keep(self, channel: Channel | None, change: AccountChange, waba_id: str) -> None:
        text = json.dumps([waba_id, change.field, change.data], sort_keys=True, default=str)
        self.gathered.setdefault(hashlib.sha256(text.encode()).hexdigest(), (channel, waba_id, change))

    def write(self) -> None:
        if not self.gathered:
            return
        known = set(AccountUpdate.objects.filter(digest__in=self.gathered).values_list("digest", flat=True))
        only_channel = self._channels_that_are_their_accounts_only()
        rows = [
            AccountUpdate(
                digest=digest,
                channel=channel or only_channel.get(waba_id),
                waba_id=waba_id[:32],
                field=change.field,
                event=change.event,
                data=change.data,
                at=clock.now(),
            )
            for digest, (channel, waba_id, change) in self.gathered.items()
            if digest not in known
        ]
        AccountUpdate.objects.bulk_create(rows, batch_size=200)
        self.events += [
            draft(Kind.ACCOUNT_UPDATED, by=META, channel=row.channel, update=row.pk, field=row.field, event=row.event)
            for row in rows
        ]

    def _channels_that_are_their_accounts_only(self) -> dict[str, Channel]:
        wanted = {waba_id for channel, waba_id, _change in self.gathered.values() if channel is None and waba_id}
        if not wanted:
            return {}
        found: dict[str, list[Channel]] = {}
        for channel in Channel.objects.filter(waba_id__in=wanted):
            found.setdefault(channel.waba_id, []).append(channel)
        return {waba_id: channels[0] for waba_id, channels in found.items() if len(channels) == 1}
