"""Which rules a customer's message sets off, in the order in which they are considered."""

from __future__ import annotations

from collections.abc import Iterator

from autoreply.composing import RULE_ID
from autoreply.configuration import Configuration
from autoreply.models import Rule, Trigger
from autoreply.occasion import Occasion
from conversations.models import Direction, Message


def set_off(configuration: Configuration, occasion: Occasion, tapped: str) -> Iterator[Rule]:
    """A tapped button's rule alone; else keyword rules, then after hours, then first contact. Each kind in the order staff gave."""
    if tapped.startswith(RULE_ID):
        rule = configuration.rules.get(tapped.removeprefix(RULE_ID))
        if rule is not None and fits(rule, occasion):
            yield rule
        return
    yield from _by_keyword(configuration, occasion)
    yield from after_hours(configuration, occasion)
    yield from _first_contact(configuration, occasion)


def fits(rule: Rule, occasion: Occasion) -> bool:
    return rule.channel_id in (None, occasion.channel.pk) and rule.department_id in (
        None,
        occasion.conversation.department_id,
    )


def after_hours(configuration: Configuration, occasion: Occasion) -> Iterator[Rule]:
    for rule in configuration.by_trigger.get(Trigger.AFTER_HOURS, []):
        if fits(rule, occasion) and not occasion.hours(rule).is_open(occasion.now):
            yield rule


def _by_keyword(configuration: Configuration, occasion: Occasion) -> Iterator[Rule]:
    text = occasion.message.text if occasion.message is not None else ""
    for number, finding in configuration.matcher.find(text).items():
        rule = configuration.keyword_rules[number]
        if finding.wins and finding.keywords and fits(rule, occasion):
            yield rule


def _first_contact(configuration: Configuration, occasion: Occasion) -> Iterator[Rule]:
    """One query, and only where such a rule fits: has this customer written before?"""
    rules = [rule for rule in configuration.by_trigger.get(Trigger.FIRST_CONTACT, []) if fits(rule, occasion)]
    if not rules or occasion.message is None:
        return
    earlier = Message.objects.filter(
        sender_contact=occasion.contact, direction=Direction.INBOUND, pk__lt=occasion.message.pk
    )
    if not earlier.exists():
        yield from rules
