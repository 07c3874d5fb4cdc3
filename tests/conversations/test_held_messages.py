"""Held back and seen: in the API, in admin, on the channel's page; and let go by hand (C24, C30)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from conversations import clock
from conversations.actions import messages
from conversations.actor import Actor
from conversations.models import Channel, Conversation, DayTally, Event, Message
from conversations.outbox import claim, pacing
from conversations.outbox.caps import batches
from tests import makers
from tests.conversations.cast import code_of, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel() -> Channel:
    """A number that may send one message a day, and has."""
    channel = makers.make_channel(daily_cap=1)
    DayTally.objects.create(channel=channel, day=clock.now().astimezone(channel.zone).date(), sent=1)
    return channel


def held(channel: Channel, **values: Any) -> Message:
    talk = makers.make_conversation(channel, last_inbound_at=clock.now(), **values)
    message = messages.queue(
        conversation=talk, by=Actor.system("test"), origin="campaign", content={"body": "Novità in bottega"}
    )
    assert message.status == "held"
    return message


def api(user: Any, method: str, path: str) -> Any:
    client = Client()
    client.force_login(user)
    return getattr(client, method)(f"/api/v1/{path}", headers={"Accept-Language": "en"})


def test_the_api_says_why_and_until_when(channel: Channel) -> None:
    message = held(channel)
    found = api(makers.make_person(role="Editor"), "get", f"messages/{message.pk}/").json()
    assert found["status"] == "held"
    assert found["hold"] == {
        "code": "daily_cap",
        "message": "This number has sent what it may send in a day.",
        "until": found["not_before"],
        "releasable": True,
    }
    assert Message.objects.filter(pk=message.pk, not_before__gt=clock.now()).exists()


def test_a_supervisor_lets_it_go_and_it_is_counted(channel: Channel) -> None:
    department = makers.make_department()
    message = held(channel, department=department)
    agent = makers.make_agent("ben", department)
    supervisor = makers.make_agent("carla", department, supervises=True)
    assert code_of(api(agent, "post", f"messages/{message.pk}/release/")) == (403, "not_allowed")
    assert api(supervisor, "post", f"messages/{message.pk}/release/").json()["status"] == "queued"
    assert code_of(api(supervisor, "post", f"messages/{message.pk}/release/")) == (409, "wrong_state")
    assert len(claim.claim(channel)) == 1, "the cap does not hold it again"
    assert DayTally.objects.get().sent == 2
    assert Event.objects.get(kind="message.released").data["code"] == "daily_cap"


@pytest.mark.parametrize("code", ["initiated_cap", "messaging_limit"])
def test_what_protects_the_customer_is_lifted_by_nobody(channel: Channel, code: str) -> None:
    message = held(channel)
    Message.objects.update(hold_code=code)
    answer = api(makers.make_person(role="Administrator"), "post", f"messages/{message.pk}/release/")
    assert code_of(answer) == (409, "cap_stands")
    assert Message.objects.get().status == "held"


def test_admin_lists_them_with_the_reason_and_lets_them_go(channel: Channel) -> None:
    first, second = held(channel), held(channel)
    Message.objects.filter(pk=second.pk).update(hold_code="messaging_limit")
    admin = signed_in(makers.make_person("dora", role="Administrator", is_superuser=True))
    listed = reverse("admin:conversations_heldmessage_changelist")
    page = admin.get(listed).content.decode()
    assert "This number has sent what it may send in a day." in page
    assert admin.get(f"{listed}?cap=messaging_limit").content.decode().count("Novità in bottega") == 1
    shown = admin.get(reverse("admin:conversations_heldmessage_change", args=[first.pk])).content.decode()
    assert "Let it go now" in shown
    assert (
        "Let it go now"
        not in admin.get(reverse("admin:conversations_message_change", args=[second.pk])).content.decode()
    )
    chosen = {"action": "let_go", "_selected_action": [first.pk, second.pk]}
    told = admin.post(listed, chosen, follow=True).content.decode()
    assert "1 goes now." in told
    assert "cannot" in told or "WhatsApp" in told
    assert [Message.objects.get(pk=one.pk).status for one in (first, second)] == ["queued", "held"]


def test_the_channels_page_says_how_it_sends(channel: Channel) -> None:
    held(channel)
    pacing.slow_down(channel.pk, 130429)
    Conversation.objects.update(last_activity_at=clock.now())
    batches.look_ahead()
    admin = signed_in(makers.make_person("dora", role="Administrator", is_superuser=True))
    page = admin.get(reverse("admin:conversations_channel_change", args=[channel.pk])).content.decode()
    for words in ("(130429)", "1 sent of 1, 3 expected", "Campaigns go in batches", "what it may send in a day"):
        assert words in page
    seen = api(makers.make_person(role="Agent"), "get", f"channels/{channel.pk}/traffic/").json()
    assert seen["pace"]["share"] == pytest.approx(0.5, abs=0.05)
    assert "130429" in seen["why_slow"]
    assert (seen["sent"], seen["cap"], seen["expected"], seen["is_batching"]) == (1, 1, 3, True)
    assert [(one["code"], one["count"]) for one in seen["held"]] == [("daily_cap", 1)]
