"""What customers say in WhatsApp about marketing messages stands in the consent log (C53; field user_preferences)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import clock
from conversations.actions import messages
from conversations.actor import Actor
from conversations.errors import OptedOut
from conversations.ingest import process
from conversations.models import AccountUpdate, Consent, Contact, Event, Identity, Template
from conversations.queries.consents import has_refused, refused
from tests import makers
from tests.conversations import wire
from tests.desk import Desk

NOW = 1_764_000_000


def wish(value: str, at: int = 0, *, number: str = wire.ASHA, **more: Any) -> dict[str, Any]:
    who = {"wa_id": number} if number else {}
    return {
        **who,
        "category": "marketing_messages",
        "value": value,
        "detail": f"User requested to {value} marketing messages",
        "timestamp": NOW + at,
        **more,
    }


def deliver(desk: Desk, *wishes: Any) -> None:
    value = desk.value(contacts=[{"wa_id": wire.ASHA}], user_preferences=list(wishes))
    assert desk.deliver(value, field="user_preferences").status_code == 200
    process.drain()


def asha(desk: Desk) -> Contact:
    return makers.make_contact("Asha", portfolio=desk.channel.portfolio, number=wire.ASHA)


def test_stop_refuses_and_resume_allows_again(desk: Desk) -> None:
    contact = asha(desk)
    deliver(desk, wish("stop", 1))
    assert has_refused(contact.pk)
    deliver(desk, wish("resume", 2))
    assert not has_refused(contact.pk)
    rows = Consent.objects.order_by("at").values_list("state", "topic", "source", "text")
    assert list(rows) == [
        ("opt_out", "marketing", "whatsapp", "User requested to stop marketing messages"),
        ("opt_in", "marketing", "whatsapp", "User requested to resume marketing messages"),
    ]
    assert Event.objects.filter(kind="contact.changed", contact=contact).count() == 2


@pytest.mark.parametrize("value", ["signup", "resume"])
def test_an_older_wish_that_comes_late_changes_nothing(desk: Desk, value: str) -> None:
    contact = asha(desk)
    deliver(desk, wish("stop", 5))
    deliver(desk, wish(value, 1))
    assert has_refused(contact.pk)
    assert Consent.objects.count() == 2, "the log keeps both"


def test_the_same_again_is_one_line(desk: Desk) -> None:
    asha(desk)
    for _ in range(3):
        deliver(desk, wish("stop"), wish("stop"))
    assert Consent.objects.count() == 1
    assert AccountUpdate.objects.count() == 1


def test_a_wish_of_somebody_without_a_number(desk: Desk) -> None:
    deliver(desk, wish("stop", number="", user_id=wire.ASHA_ID))
    contact = Contact.objects.get()
    assert contact.identities.get().kind == Identity.Kind.BSUID
    assert has_refused(contact.pk)


def test_a_refusal_of_somebody_unknown_stands_when_they_write(desk: Desk) -> None:
    deliver(desk, wish("stop", user_id=wire.ASHA_ID))
    desk.deliver_messages([wire.message(at=int(clock.now().timestamp()))], [wire.contact()])
    process.drain()
    contact = Contact.objects.get()
    assert contact.profile_name == "Asha"
    assert has_refused(contact.pk)
    assert list(Event.objects.filter(contact=contact).order_by("pk").values_list("kind", flat=True))[:2] == [
        "contact.created",
        "contact.changed",
    ]


def test_a_wish_is_no_sign_of_life(desk: Desk) -> None:
    contact = asha(desk)
    Contact.objects.filter(pk=contact.pk).update(is_unreachable=True)
    deliver(desk, wish("stop"))
    before = contact.last_seen_at
    contact.refresh_from_db()
    assert (contact.last_seen_at, contact.is_unreachable) == (before, True)


def test_what_is_kept_names_nobody(desk: Desk) -> None:
    deliver(desk, wish("stop", user_id=wire.ASHA_ID))
    kept = str(AccountUpdate.objects.get().data)
    assert wire.ASHA not in kept
    assert wire.ASHA_ID not in kept
    assert "'stop'" in kept


@pytest.mark.parametrize("broken", [wish("dance"), wish("stop", timestamp="soon"), wish("stop", number=""), 7])
def test_one_that_is_not_understood_is_kept_and_the_others_go_on(desk: Desk, broken: Any) -> None:
    contact = asha(desk)
    deliver(desk, broken, wish("stop"))
    assert has_refused(contact.pk)
    assert AccountUpdate.objects.filter(event="not_understood").count() == 1


def test_another_topic_is_another_matter(desk: Desk) -> None:
    contact = asha(desk)
    deliver(desk, wish("stop", category="surveys"))
    assert not has_refused(contact.pk)
    assert refused([contact.pk], "surveys") == {contact.pk}


def test_fifty_wishes_cost_what_one_costs(desk: Desk) -> None:
    for n in range(50):
        makers.make_contact(portfolio=desk.channel.portfolio, number=f"39336000{n:04}")
    costs = []
    for count in (1, 50):
        value = desk.value(user_preferences=[wish("stop", count, number=f"39336000{n:04}") for n in range(count)])
        desk.deliver(value, field="user_preferences")
        with CaptureQueriesContext(connection) as queries:
            process.process_batch()
        costs.append(len(queries))
    assert costs[1] <= costs[0] + 1
    assert Consent.objects.count() == 51


def test_a_marketing_template_does_not_go_to_who_refused_it(desk: Desk) -> None:
    contact = asha(desk)
    conversation = makers.make_conversation(desk.channel, contact)
    Template.objects.create(
        channel=desk.channel,
        meta_id="77",
        name="saldi",
        language="it",
        status="APPROVED",
        category="MARKETING",
        components=[{"type": "BODY", "text": "Saldi da lunedì"}],
    )
    content = {"name": "saldi", "language": {"code": "it"}}
    deliver(desk, wish("stop"))
    with pytest.raises(OptedOut):
        messages.queue(
            conversation=conversation, by=Actor.rule("saldi"), origin="rule", type_="template", content=content
        )
    deliver(desk, wish("resume", 9))
    messages.queue(conversation=conversation, by=Actor.rule("saldi"), origin="rule", type_="template", content=content)
