"""Installing the starter set on a channel (A16): its rules, quick replies, policy, and the routing rules of its departments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.db import models, transaction

from autoreply.house_words import house_words
from autoreply.models import Button, Policy, QuickReply, Rule, Variant
from autoreply.starter_texts import STARTERS, Starter, StarterRule
from conversations import stamps
from conversations.models import Channel, Department
from routing.models import RoutingRule

Row = TypeVar("Row", bound=models.Model)
TEAMS = ("orders", "returns", "billing")  # the roles a department can have in `departments`


@dataclass(slots=True)
class Installed:
    """How many rows were made; what was there already is left as it is."""

    rules: int = 0
    quick_replies: int = 0
    routing_rules: int = 0


@transaction.atomic
def install(channel: Channel, departments: Mapping[str, Department] | None = None) -> Installed:
    """Put the starter set of the channel's language onto it. Safe to repeat: nothing staff have changed is touched.

    `departments` maps the roles of TEAMS to departments; each named one gets a routing rule with its words.
    """
    starter, teams, done = STARTERS.get(channel.language, STARTERS["en"]), departments or {}, Installed()
    if not Policy.objects.filter(channel=channel).exists():
        words = house_words(channel.language)
        _add(
            Policy(
                channel=channel,
                handover_words=list(words.handover_words),
                handover_text=words.handover_text,
                person_button=words.person_button,
                list_button=words.list_button,
            )
        )
    done.rules = _rules(starter, channel)
    for line in starter.quick_replies:
        if not QuickReply.objects.filter(shortcut__iexact=line.shortcut, channel=channel).exists():
            _add(QuickReply(shortcut=line.shortcut, title=line.title, text=line.text, channel=channel))
            done.quick_replies += 1
    for rule in starter.rules:
        team = teams.get(rule.team)
        if team is not None:
            done.routing_rules += _route(rule, channel, team)
    stamps.touch("routing")
    stamps.touch("autoreply")
    return done


def _rules(starter: Starter, channel: Channel) -> int:
    """All rules first, then their variants: buttons name rules."""
    made: dict[str, Rule] = {}
    known: dict[str, Rule] = {}
    for order, line in enumerate(starter.rules, 1):
        key = f"{line.key}-{channel.pk}"
        rule = Rule.objects.filter(key=key).first()
        if rule is None:
            rule = made[line.key] = _add(
                Rule(
                    key=key,
                    name=line.name,
                    trigger=line.trigger,
                    order=order * 10,
                    is_active=line.is_active,
                    channel=channel,
                    keywords=list(line.keywords),
                    allow_typo=line.typo and bool(line.keywords),
                )
            )
        known[line.key] = rule
    for line in starter.rules:
        if line.key in made:
            _variants(line, made[line.key], known)
    return len(made)


def _variants(line: StarterRule, rule: Rule, known: dict[str, Rule]) -> None:
    for text in line.texts:
        variant = _add(Variant(rule=rule, text=text))
        for order, button in enumerate(line.buttons):
            target = known.get(button.does)
            action = Button.Action.REPLY if target is not None else Button.Action.PERSON
            _add(Button(variant=variant, order=order, title=button.title, action=action, target=target))


def _route(line: StarterRule, channel: Channel, team: Department) -> int:
    name = f"{line.name} · {channel.name}"[:80]
    if RoutingRule.objects.filter(name=name).exists():
        return 0
    order = 10 * (1 + TEAMS.index(line.team))
    _add(
        RoutingRule(
            name=name, order=order, channel=channel, keywords=list(line.keywords), allow_typo=True, department=team
        )
    )
    return 1


def _add(row: Row) -> Row:
    """Checked as the admin form checks it, then stored; history is kept by the model."""
    row.full_clean()
    row.save(force_insert=True)
    return row
