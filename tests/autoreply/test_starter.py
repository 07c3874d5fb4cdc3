"""The starter set: complete, within limits, working, safe to repeat (A16)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from autoreply.models import Policy, QuickReply, Rule, Trigger, Variant
from autoreply.pipeline import reply
from autoreply.starter import install
from autoreply.starter_texts import STARTERS
from conversations import clock
from conversations.models import Message
from routing.models import RoutingRule
from routing.pipeline import route
from tests.makers import make_channel, make_context, make_conversation, make_department, make_inbound

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


@pytest.mark.parametrize("language", ["it", "en"])
def test_it_is_complete_and_can_be_installed_twice(language: str) -> None:
    channel = make_channel(language=language)
    teams = {name: make_department(name) for name in ("orders", "returns", "billing")}
    first, again = install(channel, teams), install(channel, teams)
    assert (first.rules, first.quick_replies, first.routing_rules) == (7, 12, 3)
    assert (again.rules, again.quick_replies, again.routing_rules) == (0, 0, 0)
    rules = Rule.objects.filter(channel=channel)
    words = [keyword for rule in rules for keyword in rule.keywords]
    assert len(set(words)) == len(words) == 20
    assert {Trigger.FIRST_CONTACT, Trigger.KEYWORD, Trigger.AFTER_HOURS} <= set(rules.values_list("trigger", flat=True))
    assert QuickReply.objects.filter(channel=channel).count() == 12
    assert Policy.objects.filter(channel=channel).count() == 1
    assert all(rule.history.count() == 1 for rule in rules)


def test_texts_keep_to_the_advised_length_by_kind() -> None:
    for starter in STARTERS.values():
        for rule in starter.rules:
            for text in rule.texts:
                assert len(text) <= 256
                if rule.trigger == "after_hours":
                    assert len(text) <= 150
        shortcuts = [line.shortcut for line in starter.quick_replies]
        assert len(set(shortcuts)) == 12
        assert all(2 <= len(shortcut) <= 12 for shortcut in shortcuts)


def test_what_staff_changed_stays() -> None:
    channel = make_channel()
    install(channel)
    Variant.objects.update(text="Nostro")
    Policy.objects.update(cap=1)
    install(channel)
    assert set(Variant.objects.values_list("text", flat=True)) == {"Nostro"}
    assert Policy.objects.get().cap == 1


def test_vorrei_fare_un_reso() -> None:
    channel = make_channel()
    teams = {name: make_department(name) for name in ("orders", "returns", "billing")}
    install(channel, teams)
    assert RoutingRule.objects.count() == 3
    with clock.travel(NOON):
        context = make_context(make_inbound(make_conversation(channel), "Vorrei fare un reso"))
        route(context)
        reply(context)
    assert context.conversation.department == teams["returns"]
    assert "etichetta" in Message.objects.outbound().get().text
