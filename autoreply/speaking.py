"""Saying an automatic text, or withholding it: caps, intervals and good manners in one place (A3, A5, A6).

The conversation's row must be locked. Every decision leaves one Firing under the occasion's key, and an event.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from autoreply.composing import PERSON_ID, RULE_ID, Choice, Composed, Link, compose
from autoreply.house_words import house_words
from autoreply.models import Button, Firing, Policy, Rule, Variant
from autoreply.occasion import Occasion, Values
from autoreply.wording import render
from conversations import clock
from conversations.actions import conversations as verbs
from conversations.actions import messages
from conversations.actor import Actor
from conversations.errors import DeskError
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Consent, Conversation, Direction, Halt, Lock, Message, MessageStatus

DAY = timedelta(hours=24)
REMEMBERED = timedelta(days=30)  # the longest minimum interval staff can set
LOOKED_AT = 50  # latest decisions of a contact
SAME_WITHIN, SAME_TIMES = timedelta(minutes=1), 3  # a robot says the same thing again and again (A6)

HANDOVER = "handover"  # trigger and rule key of the answer to "a person, please"


@dataclass(slots=True)
class Recent:
    """What automation decided for this contact lately; one indexed query."""

    firings: list[Firing] = field(default_factory=list)

    @classmethod
    def of(cls, occasion: Occasion) -> Recent:
        firings = Firing.objects.of(occasion.contact.pk, occasion.now - REMEMBERED).select_related("answer")
        return cls(list(firings.defer("answer__text", "answer__payload")[:LOOKED_AT]))

    def decided(self, key: str) -> bool:
        return any(firing.key == key for firing in self.firings)

    def sent_today(self, occasion: Occasion) -> int:
        return sum(firing.at > occasion.now - DAY for firing in self._sent(occasion))

    def too_soon(self, rule: Rule, policy: Policy, occasion: Occasion) -> bool:
        hours = policy.min_interval_hours if rule.min_interval_hours is None else rule.min_interval_hours
        latest = self.latest(rule, occasion)
        return latest is not None and latest.at > occasion.now - timedelta(hours=hours)

    def latest(self, rule: Rule, occasion: Occasion) -> Firing | None:
        return next((firing for firing in self._sent(occasion) if firing.rule_id == rule.pk), None)

    def _sent(self, occasion: Occasion) -> Iterator[Firing]:
        """Newest first; not what never left, nor those of a future that the simulator's clock has come back from."""
        return (one for one in self.firings if _left(one) and one.at <= occasion.now)


def _left(firing: Firing) -> bool:
    """Said, as far as is known: a kill switch or Meta may have stopped it in the outbox."""
    never = {MessageStatus.FAILED, MessageStatus.CANCELLED}
    stopped = firing.answer is not None and firing.answer.status in never
    return firing.outcome == Firing.Outcome.SENT and not stopped


@dataclass(frozen=True, slots=True)
class Text:
    """A variant with its placeholders filled."""

    words: str
    variant: Variant | None = None


def speak(occasion: Occasion, rules: Iterable[Rule], policy: Policy, recent: Recent) -> Firing | None:
    """Say what the first rule that may has to say, or note why none does; None without rules. Later rules are asked only if needed."""
    held_back: tuple[Rule, str] | None = None
    allowed = False
    halts = Halt.objects.standing(occasion.now)  # read once, and only when a rule may speak
    for rule in rules:
        if recent.too_soon(rule, policy, occasion):
            held_back = held_back or (rule, "interval")
            continue
        if _halted(halts, occasion, rule.trigger, rule.key):
            held_back = held_back or (rule, "halted")
            continue
        if not allowed and recent.sent_today(occasion) >= policy.cap:
            verbs.hand_over(conversation=occasion.conversation, by=Actor.rule(rule.key), why="cap")
            return withhold(occasion, rule, "cap", outcome=Firing.Outcome.HANDED_OVER)
        if not allowed and (why := manners(occasion, policy)):
            return withhold(occasion, rule, why)
        allowed = True
        if text := choose(rule, occasion, recent):
            return _say(occasion, rule, text, policy, recent)
        held_back = (rule, "no_variant")
    return withhold(occasion, *held_back) if held_back is not None else None


def hand_over(occasion: Occasion, policy: Policy, recent: Recent) -> Firing:
    """The customer asks for a person: nothing automatic follows, after one acknowledgement where caps and manners allow it (A5)."""
    if _halted(Halt.objects.standing(occasion.now), occasion, HANDOVER, HANDOVER):
        why = "halted"
    else:
        why = "cap" if recent.sent_today(occasion) >= policy.cap else manners(occasion, policy)
    verbs.hand_over(conversation=occasion.conversation, by=Actor.customer(), why="asked")
    wording = policy.handover_text or house_words(occasion.channel.language).handover_text
    words = render(wording, Values(occasion))
    if why or not words:
        return withhold(occasion, None, why or "no_variant", outcome=Firing.Outcome.HANDED_OVER)
    return _say(occasion, None, Text(words), policy, recent)


def _halted(halts: Iterable[Halt], occasion: Occasion, trigger: str, key: str) -> bool:
    """A kill switch stands (A9): what it would stop in the outbox is not decided, so it costs neither cap nor interval."""
    return any(halt.covers(channel_id=occasion.channel.pk, trigger=trigger, rule_key=key) for halt in halts)


def manners(occasion: Occasion, policy: Policy) -> str:
    """Why automation keeps quiet now, "" when it need not (A6). Plain look-ups: this runs for every automatic answer."""
    conversation, message = occasion.conversation, occasion.message
    quiet = timedelta(minutes=policy.quiet_minutes)
    if conversation.last_agent_at is not None and conversation.last_agent_at > occasion.now - quiet:
        return "agent_answered"
    if Lock.objects.filter(conversation=conversation.pk, until__gt=clock.machine_now()).exists():
        return "agent_answering"
    consents = Consent.objects.filter(contact=occasion.contact.pk).order_by("-at", "-pk")
    if consents.values_list("state", flat=True).first() == Consent.State.OPT_OUT:
        return "opted_out"
    return "robot" if message is not None and _repeats(conversation, message) else ""


def _repeats(conversation: Conversation, message: Message) -> bool:
    """The customer has said exactly this again and again within a minute. Nobody repeats before the third message nobody read."""
    if not message.text or conversation.unread < SAME_TIMES:
        return False
    same = Message.objects.filter(
        conversation=conversation.pk,
        direction=Direction.INBOUND,
        text=message.text,
        timestamp__gt=message.timestamp - SAME_WITHIN,
        timestamp__lte=message.timestamp,
    )
    return same.count() >= SAME_TIMES


def choose(rule: Rule, occasion: Occasion, recent: Recent) -> Text | None:
    """A variant at random by weight, not the one this contact got last; None when none can be said."""
    latest = recent.latest(rule, occasion)
    variants = list(rule.variants.all())
    if len(variants) > 1 and latest is not None:
        variants = [variant for variant in variants if variant.pk != latest.variant_id]
    values = Values(occasion, rule)
    sayable = [(variant, words) for variant in variants if (words := render(variant.text, values))]
    if not sayable:
        return None
    variant, words = random.choices(sayable, weights=[variant.weight for variant, _words in sayable])[0]
    return Text(words, variant)


def _say(occasion: Occasion, rule: Rule | None, text: Text, policy: Policy, recent: Recent) -> Firing:
    key, trigger = (rule.key, rule.trigger) if rule is not None else (HANDOVER, HANDOVER)
    composed = _composed(occasion, rule, text, policy, again=recent.sent_today(occasion) > 0)
    try:
        answer = messages.queue(
            conversation=occasion.conversation,
            by=Actor.rule(key),
            origin="rule",
            type_=composed.type,
            content=composed.content,
            trigger=trigger,
            rule_key=key,
        )
    except DeskError as refusal:  # the window has closed meanwhile, or the number is switched off
        return withhold(occasion, rule, refusal.code)
    firing = note(occasion, rule, Firing.Outcome.SENT, variant=text.variant, answer=answer)
    facts: dict[str, Any] = {"rule": key, "trigger": trigger, "variant": firing.variant_id, "answer": answer.pk}
    record(Kind.RULE_FIRED, by=Actor.rule(key), conversation=occasion.conversation, message=firing.message_id, **facts)
    if composed.was:
        length: dict[str, Any] = {"rule": key, "was": composed.was}
        record(
            Kind.MESSAGE_SHORTENED, by=Actor.rule(key), conversation=occasion.conversation, message=answer.pk, **length
        )
    return firing


def _composed(occasion: Occasion, rule: Rule | None, text: Text, policy: Policy, *, again: bool) -> Composed:
    """`again`: not the first automatic message today, so "talk to a person" joins by itself (A5); not when a person is coming anyway."""
    house = house_words(occasion.channel.language)
    choices: list[Choice] = []
    link: Link | None = None
    for button in text.variant.buttons.all() if text.variant is not None else ():
        if button.action == Button.Action.LINK:
            link = Link(button.title, button.url)
        elif button.action == Button.Action.PERSON:
            choices.append(Choice(PERSON_ID, button.title))
        elif button.target is not None:
            choices.append(Choice(RULE_ID + button.target.key, button.title))
    if again and rule is not None and all(choice.id != PERSON_ID for choice in choices):
        title = policy.person_button or house.person_button
        choices = [choice for choice in choices if choice.title != title] + [Choice(PERSON_ID, title)]
    return compose(text.words, choices, link=link, list_button=policy.list_button or house.list_button)


def withhold(
    occasion: Occasion, rule: Rule | None, why: str, *, outcome: Firing.Outcome = Firing.Outcome.SKIPPED
) -> Firing:
    """Keep quiet, and say in the journal why."""
    firing = note(occasion, rule, outcome, why=why)
    skipped: dict[str, Any] = {"rule": firing.rule_key, "why": why, "message": firing.message_id}
    record(Kind.RULE_SKIPPED, by=Actor.rule(firing.rule_key), conversation=occasion.conversation, **skipped)
    return firing


def note(
    occasion: Occasion,
    rule: Rule | None,
    outcome: Firing.Outcome,
    *,
    why: str = "",
    variant: Variant | None = None,
    answer: Message | None = None,
    trigger: str = HANDOVER,
) -> Firing:
    """Keep the decision. Without a rule: `trigger` stands for it."""
    firing = Firing(
        key=occasion.key,
        rule=rule,
        rule_key=rule.key if rule is not None else trigger,
        trigger=rule.trigger if rule is not None else trigger,
        variant=variant,
        contact=occasion.contact,
        conversation=occasion.conversation,
        message=occasion.message,
        answer=answer,
        at=occasion.now,
        outcome=outcome,
        why=why,
        late=occasion.late,
    )
    firing.save(force_insert=True)
    return firing
