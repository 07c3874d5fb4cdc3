"""One automatic decision per message, within caps and good manners (A1, A3, A5, A6)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from autoreply.models import Button, Firing, Policy, Rule, Variant
from autoreply.pipeline import reply
from conversations import clock, stamps
from conversations.actions import locks
from conversations.models import Channel, Consent, Conversation, Event, Halt, Message
from tests.makers import make_agent, make_channel, make_context, make_conversation, make_department, make_inbound

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)  # a Friday, 12:00 in Rome
NIGHT = datetime(2026, 11, 20, 22, 30, tzinfo=UTC)


def make_rule(key: str, *texts: str, **values: Any) -> Rule:
    values.setdefault("trigger", "keyword" if "keywords" in values else "button")
    rule = Rule.objects.create(key=key, name=key, **values)
    for text in texts or (f"Testo di {key}",):
        Variant.objects.create(rule=rule, text=text)
    return rule


class Customer:
    """Writes to one channel; what comes back is `answers`."""

    def __init__(self, channel: Channel | None = None) -> None:
        self.conversation = make_conversation(channel or make_channel(), opened_at=NOON)

    def writes(self, text: str = "reso", *, at: datetime = NOON, **values: Any) -> str:
        """The automatic answer, or "" for none."""
        with clock.travel(at):
            self.conversation.refresh_from_db()
            message = make_inbound(self.conversation, text, at=at, **values)
            reply(make_context(message, now=at))
            self.message = message
        firing = Firing.objects.filter(message=message).first()
        self.firing = firing
        return firing.answer.text if firing is not None and firing.answer is not None else ""

    def taps(self, id_: str, *, at: datetime = NOON) -> str:
        payload = {"type": "button_reply", "button_reply": {"id": id_, "title": "Tocco"}}
        return self.writes("Tocco", at=at, type="interactive", payload=payload)

    @property
    def why(self) -> str:
        return self.firing.why if self.firing is not None else ""

    def now(self) -> Conversation:
        return Conversation.objects.get(pk=self.conversation.pk)


def test_a_keyword_is_answered_through_the_outbox() -> None:
    make_rule("resi", "Ciao {{ contact.first_name }}", keywords=["reso"])
    customer = Customer()
    assert customer.writes("vorrei dei resi") == "Ciao Asha"
    sent = Message.objects.outbound().get()
    assert (sent.origin, sent.trigger, sent.rule_key, sent.status) == ("rule", "keyword", "resi", "queued")
    fired = Event.objects.get(kind="rule.fired")
    assert fired.by == "rule:resi"
    assert fired.data["message"] == customer.message.pk
    assert customer.writes("niente") == ""
    assert customer.firing is None


def test_a_step_that_runs_again_sends_nothing_twice() -> None:
    make_rule("resi", keywords=["reso"])
    customer = Customer()
    assert customer.writes()
    context = make_context(customer.message, now=NOON)
    reply(context)
    context.is_replay = True
    reply(context)
    assert Message.objects.outbound().count() == 1


def test_first_contact_is_welcomed_once() -> None:
    make_rule("welcome", trigger="first_contact")
    customer = Customer()
    assert customer.writes("Buongiorno")
    assert not customer.writes("ci siete?", at=NOON + timedelta(hours=10))


def test_after_hours_wins_over_welcome_and_a_keyword_over_both() -> None:
    make_rule("welcome", trigger="first_contact")
    make_rule("closed", "Riapriamo {{ opening }}", trigger="after_hours")
    make_rule("resi", keywords=["reso"])
    assert Customer().writes("ciao", at=NIGHT) == "Riapriamo domani alle 8:00"
    assert Customer().writes("reso", at=NIGHT) == "Testo di resi"
    assert Customer().writes("ciao", at=NOON) == "Testo di welcome"


def test_asking_for_a_person_hands_over_and_stops_automation() -> None:
    make_rule("resi", keywords=["reso"])
    for words in ("voglio un OPERATORE", "a human please", "parlare con qualcuno!"):
        customer = Customer()
        assert "una persona" in customer.writes(words)
        assert customer.now().needs_person
        assert not customer.writes("reso")
    assert Customer().writes("un tavolo per quattro persone") == ""
    customer = Customer()
    assert "una persona" in customer.taps("handover")


def test_a_buttons_payload_answers_with_its_rule() -> None:
    hours = make_rule("orari")
    welcome = make_rule("welcome", trigger="first_contact")
    Button.objects.create(variant=welcome.variants.get(), title="Orari", action="reply", target=hours)
    customer = Customer()
    customer.writes("ciao")
    sent = Message.objects.outbound().get()
    assert sent.payload["action"]["buttons"] == [{"type": "reply", "reply": {"id": "rule:orari", "title": "Orari"}}]
    assert customer.taps("rule:orari") == "Testo di orari"
    assert customer.taps("rule:nowhere") == ""


def test_the_third_is_the_last_and_a_person_takes_over() -> None:
    for number in range(5):
        make_rule(f"r{number}", keywords=[f"parola{number}"])
    customer = Customer()
    assert [bool(customer.writes(f"parola{number}")) for number in range(5)] == [True, True, True, False, False]
    assert customer.now().needs_person
    handed = Event.objects.get(kind="conversation.handed_over")
    assert handed.data["why"] == "cap"
    assert Event.objects.get(kind="rule.skipped").data["why"] == "cap"
    assert Firing.objects.filter(outcome="handed_over").count() == 1


def test_talk_to_a_person_joins_from_the_second_message_on() -> None:
    first, second = make_rule("r1", keywords=["uno"]), make_rule("r2", keywords=["due"])
    for number in range(3):
        Button.objects.create(variant=second.variants.get(), title=f"Scelta {number}", action="reply", target=first)
    customer = Customer()
    customer.writes("uno")
    assert Message.objects.outbound().latest("pk").type == "text"
    customer.writes("due")
    rows = Message.objects.outbound().latest("pk").payload["action"]["sections"][0]["rows"]
    assert [row["title"] for row in rows] == ["Scelta 0", "Scelta 1", "Scelta 2", "Parlare con qualcuno"]


def test_a_rule_keeps_its_distance_and_never_repeats_a_wording() -> None:
    make_rule("resi", "A", "B", "C", keywords=["reso"])
    customer = Customer()
    said = [customer.writes(at=NOON + timedelta(hours=9 * number)) for number in range(6)]
    assert all(said)
    assert all(one != two for one, two in pairwise(said))
    assert not customer.writes(at=NOON + timedelta(hours=50))
    assert customer.why == "interval"


def test_not_while_or_just_after_an_agent_answers() -> None:
    make_rule("resi", keywords=["reso"])
    customer = Customer()
    Conversation.objects.update(last_agent_at=NOON - timedelta(minutes=14))
    assert not customer.writes()
    assert customer.why == "agent_answered"
    Conversation.objects.update(last_agent_at=NOON - timedelta(minutes=16))
    locks.hold(conversation=customer.now(), by=make_agent("giulia", make_department()))
    assert not customer.writes()
    assert customer.why == "agent_answering"


def test_not_to_those_who_opted_out_or_are_blocked_and_not_to_robots() -> None:
    make_rule("resi", keywords=["reso"], min_interval_hours=0)
    out = Customer()
    assert out.conversation.contact is not None
    Consent.objects.create(contact=out.conversation.contact, state="opt_out", source="stop", at=NOON)
    assert not out.writes()
    assert out.why == "opted_out"
    blocked = Customer()
    contact = blocked.conversation.contact
    assert contact is not None
    contact.is_blocked = True
    contact.save()
    assert not blocked.writes()
    robot = Customer()
    assert [bool(robot.writes(at=NOON + timedelta(seconds=number))) for number in range(3)] == [True, True, False]
    assert robot.why == "robot"


def test_switched_off_nothing_is_said() -> None:
    make_rule("resi", keywords=["reso"])
    customer = Customer()
    Policy.objects.create(channel=customer.conversation.channel, is_on=False)
    assert not customer.writes()
    assert not customer.writes("operatore")


def test_rules_of_a_channel_and_a_department_stay_there() -> None:
    department = make_department()
    make_rule("here", keywords=["reso"], department=department)
    customer = Customer()
    make_rule("there", keywords=["reso"], channel=make_channel())
    assert not customer.writes()
    Conversation.objects.update(department=department)
    assert customer.writes() == "Testo di here"


def test_a_closed_window_withholds() -> None:
    make_rule("resi", keywords=["reso"])
    customer = Customer()
    with clock.travel(NOON):
        message = make_inbound(customer.conversation, "reso", at=NOON - timedelta(hours=30))
        reply(make_context(message, now=NOON))
    assert Firing.objects.get().why == "window_closed"


def test_a_long_text_is_cut_and_the_cut_is_journalled() -> None:
    make_rule("resi", ("a " * 118) + "{{ contact.name }}", keywords=["reso"])
    customer = Customer()
    contact = customer.conversation.contact
    assert contact is not None
    contact.name = "Lunghissimo Nome Di Cliente Proprio Lungo"
    contact.save()
    assert customer.writes().endswith("…")
    assert Event.objects.filter(kind="message.shortened").count() == 1


@pytest.mark.parametrize(
    "scope", [{"scope": "all"}, {"scope": "trigger", "key": "keyword"}, {"scope": "rule", "key": "resi"}]
)
def test_a_kill_switch_costs_neither_the_cap_nor_the_interval(scope: dict[str, str]) -> None:
    make_rule("resi", keywords=["reso"])
    customer = Customer()
    halt = Halt.objects.create(starts_at=NOON, **scope)
    for time in range(5):
        assert not customer.writes(f"reso {time}")
        assert customer.firing is not None
        assert (customer.firing.outcome, customer.why) == ("skipped", "halted")
    assert not customer.now().needs_person
    halt.lifted_at = NOON
    halt.save(update_fields=["lifted_at"])
    assert customer.writes()


def test_a_kill_switch_withholds_the_acknowledgement_but_not_the_hand_over() -> None:
    Halt.objects.create(scope="all", starts_at=NOON)
    customer = Customer()
    assert not customer.writes("operatore")
    assert (customer.why, customer.now().needs_person) == ("halted", True)


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_what_never_left_counts_neither_to_the_cap_nor_the_interval(status: str) -> None:
    make_rule("resi", keywords=["reso"])
    customer = Customer()
    for time in range(5):
        assert customer.writes(f"reso {time}")
        Message.objects.outbound().update(status=status)
    assert not customer.now().needs_person


def test_queries_are_few_and_do_not_grow_with_rules() -> None:
    for number in range(20):
        rule = make_rule(f"r{number}", keywords=[f"parola{number}"])
        Button.objects.create(variant=rule.variants.get(), title="Persona", action="person")
    make_rule("welcome", trigger="first_contact")
    Customer().writes("parola1")
    customer = Customer()
    contexts = [
        make_context(make_inbound(customer.conversation, text, at=NOON), now=NOON) for text in ("parola19", "niente")
    ]
    stamps.touch("autoreply")
    counts = []
    for context in contexts:
        with clock.travel(NOON), CaptureQueriesContext(connection) as queries:
            reply(context)
        counts.append([query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]])
    # One asks for kill switches, two for the caps, three write down what it will cost.
    assert len(counts[0]) <= 14, "\n".join(counts[0])
    assert len(counts[1]) <= 1, "\n".join(counts[1])


def test_a_clock_that_came_back_from_the_future_does_not_silence_automation() -> None:
    make_rule("resi", keywords=["reso"])
    customer = Customer()
    assert customer.writes(at=NOON + timedelta(days=3))
    assert customer.writes(at=NOON)
