"""Days in the demo shop: business time goes from moment to moment, beat runs when told, people use the doors they use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from autoreply.rounds import after_hours_round
from config.demo.shop import Shop
from conversations import clock, sweeps
from conversations.actions import locks
from conversations.models import Conversation, Lock
from tests.desk import Desk
from tests.journeys.test_must_show import client_of

ROME = ZoneInfo("Europe/Rome")
API = "/api/v1"


def rome(text: str) -> datetime:
    """ "2026-11-24 20:00" on the shop's wall, in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ROME).astimezone(UTC)


class Town:
    def __init__(self, desk: Desk, shop: Shop) -> None:
        self.desk, self.shop = desk, shop
        self.last = rome("2026-01-01 00:00")

    @contextmanager
    def at(self, moment: str | datetime) -> Iterator[None]:
        """It is this moment, here and at Meta's stand-in; what is due by now is done first, and again at the end."""
        when = rome(moment) if isinstance(moment, str) else moment
        self.desk.control("clock", {"now": when.isoformat()})
        if when - self.last > locks.HOLD:  # they follow machine time, which stands still meanwhile
            Lock.objects.all().delete()
        self.last = when
        with clock.travel(when):
            self.minute()
            yield
            self.minute()

    def goes_by(self, first: str, last: str, *, every: timedelta = timedelta(minutes=20)) -> None:
        """From one moment to the other with nothing but beat."""
        when = rome(first)
        while when <= rome(last):
            with self.at(when):
                pass
            when += every

    def minute(self) -> None:
        """What beat does each minute, and what follows from it."""
        sweeps.check_windows()
        after_hours_round()
        sweeps.sweep()
        self.desk.settle()

    def answers(self, agent: str, conversation: Conversation, text: str, **body: Any) -> Any:
        """An agent sends a text through the API."""
        url = f"{API}/conversations/{conversation.pk}/messages/"
        return client_of(agent).post(url, {"text": text, **body})

    def does(self, agent: str, conversation: Conversation, verb: str, **body: Any) -> Any:
        """An agent presses a button, such as "resolve"."""
        return client_of(agent).post(f"{API}/conversations/{conversation.pk}/{verb}/", body)
