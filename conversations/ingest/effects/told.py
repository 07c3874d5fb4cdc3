from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from conversations.actions import alarms
from conversations.actor import Actor
from conversations.models import Channel
from conversations.whatsapp.payloads import News

META = Actor.system("meta")


@dataclass(frozen=True, slots=True)
class Told:
    """One piece of news for one channel: `account` is its business account, `data` the webhook's value."""

    channel: Channel
    account: str
    news: News
    at: datetime
    data: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.news.details.get("kind", ""))

    def warn(self, key: str) -> None:
        """An alarm whose sentence is what was told; newer words replace older ones."""
        alarms.clear_alarm(key=key)
        told = {"matter": self.news.matter, **self.news.details}
        alarms.raise_alarm(key=key, code="account_warning", channel=self.channel.pk, told=told)

    def key(self, matter: str) -> str:
        """Of an alarm about the account: once, however many numbers it has."""
        return f"account:{self.account}:{matter}"[:120]

    def own_key(self, matter: str) -> str:
        """Of an alarm about this number."""
        return f"number:{self.channel.pk}:{matter}"[:120]
