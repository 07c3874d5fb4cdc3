"""One moment at which automation may speak: who, where, when, and the values of the placeholders."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from autoreply.models import Rule
from autoreply.wording import first_name, moment
from conversations.models import Channel, Contact, Conversation, Message
from routing.configuration import KEPT as ROUTING
from routing.hours import Hours


@dataclass(frozen=True, slots=True)
class Occasion:
    """`key` makes the decision once (Firing.key). `message` is the customer's, None when beat speaks up. `late`: after it fell due."""

    key: str
    conversation: Conversation
    contact: Contact
    channel: Channel
    now: datetime
    message: Message | None = None
    late: timedelta = timedelta()

    def hours(self, rule: Rule | None = None) -> Hours:
        """The rule's calendar, else the department's, else 8:00–22:00 in the channel's zone (A7)."""
        routing = ROUTING.get()
        own = routing.hours.get(rule.calendar_id) if rule is not None and rule.calendar_id else None
        return own or routing.hours_of(self.conversation.department_id, self.channel.zone)


class Values(Mapping[str, str]):
    """What the placeholders stand for; each is worked out when a text asks for it."""

    def __init__(self, occasion: Occasion, rule: Rule | None = None) -> None:
        self.occasion, self.rule = occasion, rule
        self._known: dict[str, Callable[[], str]] = {
            "contact.first_name": lambda: first_name(self._name()),
            "contact.name": self._name,
            "conversation.number": lambda: str(occasion.conversation.number),
            "channel.name": lambda: occasion.channel.name,
            "department.name": self._department,
            "agent.first_name": self._agent,
            "opening": self._opening,
            "time": lambda: f"{occasion.now.astimezone(occasion.channel.zone):%H:%M}",
        }

    def __getitem__(self, name: str) -> str:
        return self._known[name]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def _name(self) -> str:
        return self.occasion.contact.own_name

    def _department(self) -> str:
        team = ROUTING.get().teams.get(self.occasion.conversation.department_id or 0)
        return team.department.name if team else ""

    def _agent(self) -> str:
        agent = self.occasion.conversation.assignee
        return (agent.first_name or agent.username) if agent else ""

    def _opening(self) -> str:
        """ "" while it is open, or when no opening is known."""
        hours = self.occasion.hours(self.rule)
        opening = hours.next_opening(self.occasion.now)
        if opening is None or opening <= self.occasion.now:
            return ""
        zone = hours.zone
        return moment(opening.astimezone(zone), self.occasion.now.astimezone(zone), self.occasion.channel.language)
