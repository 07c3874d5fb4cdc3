"""One click before the window closes: the channel's template, once, and only where it makes sense (C21)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from conversations import clock, sweeps
from conversations.models import Channel, Consent, Conversation, DayTally, Lock, Message, Template, TemplateFill
from tests import makers
from tests.conversations.cast import Cast, api, code_of, make_cast, signed_in

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)


@pytest.fixture
def cast() -> Cast:
    """Asha wrote at noon; the channel has a template with her first name and a fixed text."""
    with clock.travel(NOON):
        made = make_cast()
    template = Template.objects.create(
        channel=made.channel, name="ancora_qui", language="it", category="UTILITY", status="APPROVED",
        components=[{"type": "BODY", "text": "Ciao {{1}}, la tua {{2}} è ancora aperta: ci scrivi?"}],
    )  # fmt: skip
    TemplateFill.objects.create(template=template, slot="body.1", source="contact_first_name")
    TemplateFill.objects.create(template=template, slot="body.2", source="fixed", text="richiesta")
    Channel.objects.filter(pk=made.channel.pk).update(keep_alive_template=template)
    return made


@pytest.fixture
def closing(cast: Cast) -> Iterator[Cast]:
    """23 hours later; the round has been."""
    with clock.travel(NOON + timedelta(hours=23)):
        sweeps.check_windows()
        yield cast


def press(cast: Cast, by: Any = None) -> Any:
    return api(by or cast.ben).post(f"/api/v1/conversations/{cast.talk.pk}/keep-alive/")


def test_it_goes_filled_from_the_contact_and_is_no_answer(closing: Cast) -> None:
    answer = press(closing)
    assert answer.status_code == 201, answer.content
    assert answer.json()["text"] == "Ciao Asha, la tua richiesta è ancora aperta: ci scrivi?"
    message = Message.objects.outbound().get()
    assert (message.type, message.origin, message.trigger, message.sender_user) == (
        "template", "system", "keep_alive", closing.ben,
    )  # fmt: skip
    row = Conversation.objects.get(pk=closing.talk.pk)
    assert row.waiting_since == NOON, "Asha still waits for an answer"
    assert row.assignee is None


def test_once_in_a_window_and_again_in_the_next(closing: Cast) -> None:
    assert press(closing).status_code == 201
    assert code_of(press(closing)) == (409, "keep_alive_sent")
    makers.make_inbound(Conversation.objects.get(pk=closing.talk.pk), "Sì, eccomi")
    assert code_of(press(closing)) == (409, "not_closing")
    with clock.travel(clock.now() + timedelta(hours=23)):
        assert press(closing).status_code == 201


def test_one_that_failed_may_be_sent_again(closing: Cast) -> None:
    press(closing)
    Message.objects.outbound().update(status="failed")
    assert press(closing).status_code == 201


@pytest.mark.parametrize("hours", [0, 21.9, 24, 50])
def test_not_before_and_not_after(cast: Cast, hours: float) -> None:
    with clock.travel(NOON + timedelta(hours=hours)):
        assert code_of(press(cast)) == (409, "not_closing")


def test_it_needs_a_template_that_may_be_sent(closing: Cast) -> None:
    Template.objects.update(status="PAUSED")
    assert code_of(press(closing)) == (409, "template_paused")
    Channel.objects.update(keep_alive_template=None)
    assert code_of(press(closing)) == (409, "keep_alive_missing")


def test_not_to_who_wants_no_messages(closing: Cast) -> None:
    Consent.objects.create(contact=closing.asha, state="opt_out", source="test", at=NOON)
    assert code_of(press(closing)) == (409, "opted_out")
    assert not Message.objects.outbound().exists()


def test_not_when_it_would_leave_too_late(closing: Cast) -> None:
    Channel.objects.update(daily_cap_binds="all")
    DayTally.objects.create(channel=closing.channel, day=date(2026, 11, 21), sent=5000)
    assert code_of(press(closing)) == (409, "cap_reached")
    assert not Message.objects.outbound().exists()


def test_who_may_press(closing: Cast) -> None:
    assert code_of(press(closing, closing.dan)) == (404, "not_found")
    until = clock.machine_now() + timedelta(minutes=5)
    lock = Lock.objects.create(
        conversation=closing.talk, holder=closing.carla, taken_at=until, active_at=until, until=until
    )
    assert code_of(press(closing)) == (423, "locked")
    lock.delete()
    Conversation.objects.update(status="resolved")
    assert code_of(press(closing)) == (409, "conversation_closed")


def test_a_value_nobody_knows_is_named(closing: Cast) -> None:
    TemplateFill.objects.filter(slot="body.2").delete()
    assert code_of(press(closing)) == (400, "template_parameter_empty")


# --- in admin ---------------------------------------------------------------------------------------------------------------


def test_the_page_offers_the_button_and_says_why_not(closing: Cast) -> None:
    client = signed_in(closing.admin)
    page = reverse("admin:conversations_conversation_change", args=[closing.talk.pk])
    assert "Keep it open" in client.get(page).content.decode()
    done = client.post(
        reverse("admin:conversations_conversation_do", args=[closing.talk.pk, "keep_alive"]), follow=True
    )
    assert "The template is on its way." in done.content.decode()
    assert Message.objects.outbound().get().trigger == "keep_alive"
    again = client.get(page).content.decode()
    assert "It was sent already in this window." in again
    assert "disabled" in again


def test_the_list_of_those_closing_soon_and_one_click_for_all(closing: Cast) -> None:
    other = makers.make_conversation(closing.channel, department=closing.returns)
    makers.make_inbound(other, at=NOON + timedelta(minutes=10))
    fresh = makers.make_conversation(closing.channel, department=closing.returns)
    makers.make_inbound(fresh)
    resolved = makers.make_conversation(closing.channel, department=closing.returns)
    makers.make_inbound(resolved, at=NOON)
    Conversation.objects.filter(pk=resolved.pk).update(status="resolved")
    sweeps.check_windows()
    client, url = signed_in(closing.admin), reverse("admin:conversations_conversation_changelist") + "?window=closing"
    page = client.get(url)
    assert [row.pk for row in page.context["cl"].result_list] == [closing.talk.pk, other.pk], "the first to close first"
    assert "Closes in 1 h 00" in page.content.decode()
    chosen = {"action": "keep_alive_selected", "_selected_action": [closing.talk.pk, other.pk]}
    assert other.contact
    Consent.objects.create(contact=other.contact, state="opt_out", source="test", at=NOON)
    said = client.post(url, chosen, follow=True).content.decode()
    assert Message.objects.outbound().count() == 1
    assert "Sent to 1 customer." in said
    assert "does not want marketing messages" in said


def test_home_and_menu_lead_there(closing: Cast) -> None:
    body = signed_in(closing.admin).get("/admin/").content.decode()
    link = reverse("admin:conversations_conversation_changelist") + "?window=closing"
    assert body.count(f'href="{link}"') == 2
