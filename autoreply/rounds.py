"""What beat says and does each minute without a message (A15): at closing time and at opening.

Closing: whoever still waits gets the after-hours text with the next opening, once for as long as they wait. Opening: what came in
while it was closed is put first. Breaks shorter than BREAK are no closing: the same people are back for the same customers.
Each deed is claimed under the conversation's row lock by a Firing whose key names the occasion, so two beats do nothing twice.
What fell due more than TOO_LATE ago, after downtime, is not done but kept as withheld.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from autoreply import speaking
from autoreply.configuration import KEPT, Configuration
from autoreply.models import Firing, Rule
from autoreply.occasion import Occasion
from autoreply.triggers import after_hours
from conversations import clock
from conversations.actions import conversations as verbs
from conversations.actor import Actor
from conversations.models import Conversation, Priority
from conversations.row_locks import lock_conversation

BREAK = timedelta(hours=3)
TOO_LATE = timedelta(hours=1)
BEAT = Actor.system("rounds")


@dataclass(frozen=True, slots=True)
class Due:
    """Something to do for one waiting conversation. `rule` None: put it first."""

    key: str
    at: datetime
    conversation: Conversation
    rule: Rule | None = None


def after_hours_round() -> int:
    """Do what is due now; returns how many decisions were taken. Two queries when nothing is."""
    now, configuration = clock.now(), KEPT.get()
    waiting = (
        Conversation.objects.open()
        .waiting()
        .filter(contact__isnull=False, contact__is_blocked=False, waiting_since__lte=now)
        .select_related("contact", "channel")
    )
    due = [deed for conversation in waiting.iterator(500) for deed in _due(configuration, conversation, now)]
    done = (
        set(Firing.objects.filter(key__in=[deed.key for deed in due]).values_list("key", flat=True)) if due else set()
    )
    return sum(_do(configuration, deed, now) for deed in due if deed.key not in done)


def _due(configuration: Configuration, conversation: Conversation, now: datetime) -> Iterator[Due]:
    contact, since = conversation.contact, conversation.waiting_since
    if contact is None or since is None:
        return
    occasion = Occasion("", conversation, contact, conversation.channel, now)
    hours = occasion.hours()
    opened = hours.opened(now)
    if opened is not None and since < opened and not hours.is_open(since):
        closed = hours.last_closing(opened - timedelta(minutes=1))
        if closed is None or (since >= closed and opened - closed >= BREAK):
            yield Due(f"opening:{conversation.pk}:{opened:%Y%m%d%H%M}", opened, conversation)
    if conversation.needs_person or not configuration.policy(conversation.channel).is_on:
        return
    rule = next(after_hours(configuration, occasion), None)
    if rule is None:
        return
    hours = occasion.hours(rule)
    closed, opening = hours.last_closing(now), hours.next_opening(now)
    if closed is not None and since <= closed and (opening is None or opening - closed >= BREAK):
        yield Due(f"closing:{conversation.pk}:{since:%Y%m%d%H%M%S}", closed, conversation, rule)


def _do(configuration: Configuration, due: Due, now: datetime) -> int:
    """Claim and do one deed; 0 when it is no longer to be done."""
    with transaction.atomic():
        row = lock_conversation(due.conversation.pk)
        if row.waiting_since != due.conversation.waiting_since or row.status != Conversation.Status.OPEN:
            return 0  # answered or resolved meanwhile
        if Firing.objects.filter(key=due.key).exists():
            return 0
        contact = due.conversation.contact
        if contact is None:
            return 0
        row.channel, row.contact = due.conversation.channel, contact
        occasion = Occasion(due.key, row, contact, row.channel, now, late=now - due.at)
        if due.rule is None:
            _put_first(occasion)
        elif occasion.late > TOO_LATE:
            speaking.withhold(occasion, due.rule, "too_late")
        else:
            policy = configuration.policy(row.channel)
            speaking.speak(occasion, [due.rule], policy, speaking.Recent.of(occasion))
    return 1


def _put_first(occasion: Occasion) -> None:
    """High priority, unless it has that already; too late, and staff have sorted it themselves."""
    outcome, why = Firing.Outcome.PUT_FIRST, ""
    if occasion.late > TOO_LATE:
        outcome, why = Firing.Outcome.SKIPPED, "too_late"
    elif occasion.conversation.priority > Priority.HIGH:
        verbs.set_priority(conversation=occasion.conversation, by=BEAT, priority=Priority.HIGH)
    speaking.note(occasion, None, outcome, why=why, trigger="opening")
