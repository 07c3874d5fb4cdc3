"""A new number from nothing to its first answer, in admin, against the stand-in: with a wrong token and a wrong code on the way (C2–C5)."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from conversations import clock
from conversations.access.roles import sync_roles
from conversations.actions import channel_health
from conversations.models import Alarm, Channel, ChannelProfile, Conversation, Event, Message, StepAdvice, StepKey
from conversations.onboarding.steps import checklist, setup_of
from conversations.onboarding.texts import TEXTS
from tests.conversations.cast import signed_in
from tests.desk import Desk
from tests.makers import make_contact, make_person, make_portfolio

PDF = b"%PDF-1.7\n" + b"x" * 100


@pytest.fixture
def admin(desk: Desk) -> Client:
    sync_roles()
    return signed_in(make_person("anna", "Administrator"))


@pytest.fixture
def number(desk: Desk, settings: Any) -> dict[str, Any]:
    """One that Meta's dashboard has just made: neither verified nor registered."""
    settings.PUBLIC_URL = desk.url.removesuffix("/webhooks/whatsapp/")
    return desk.control("numbers", {"display_phone_number": "+39 06 555 0199", "name": "Tramontana 2"})


@pytest.fixture
def channel(desk: Desk, number: dict[str, Any]) -> Channel:
    row = Channel(
        name="Tramontana 2",
        portfolio=make_portfolio(),
        phone_number_id=number["phone_number_id"],
        waba_id=number["waba_id"],
        access_token=number["access_token"],
        app_secret=number["app_secret"],
        verify_token="nobody guesses this",
        base_url=desk.simulator_url,
    )
    row.save(force_insert=True)
    return row


def take(admin: Client, channel: Channel, verb: str, **fields: Any) -> list[str]:
    """Press one button of the page; what it says."""
    path = reverse("admin:conversations_channel_setup_step", args=[channel.pk, verb])
    page = admin.post(path, fields, follow=True)
    assert page.status_code == 200
    return [str(one) for one in page.context["messages"]]


def state_of(channel: Channel, key: str) -> str:
    row = Channel.objects.select_related("portfolio").get(pk=channel.pk)
    return next(step.state.value for step in checklist(row) if step.key == key)


def logo(side: int) -> SimpleUploadedFile:
    into = io.BytesIO()
    Image.new("RGB", (side, side), "teal").save(into, "PNG")
    return SimpleUploadedFile("logo.png", into.getvalue())


def code_of(desk: Desk, channel: Channel) -> str:
    listed = desk.control("numbers")["numbers"]
    return str(next(one["code"] for one in listed if one["phone_number_id"] == channel.phone_number_id))


def test_a_number_is_set_up_from_nothing_to_its_first_answer(desk: Desk, admin: Client, channel: Channel) -> None:
    right = channel.access_token
    channel.access_token = "not the one"
    channel.save(update_fields=["access_token"])
    [said] = take(admin, channel, "check")
    assert "access token" in said
    assert state_of(channel, "access") == "trouble"
    channel.access_token = right
    channel.save(update_fields=["access_token"])
    take(admin, channel, "check")
    assert state_of(channel, "access") == "done"
    assert state_of(channel, "number") == "open"

    take(admin, channel, "documents", document=SimpleUploadedFile("visura.pdf", PDF), licence_name="Tramontana 2")
    take(admin, channel, "review-sent")
    assert state_of(channel, "review") == "waiting"
    take(admin, channel, "review-decided")

    [said] = take(admin, channel, "register", pin="123456")
    assert state_of(channel, "pin") == "trouble", said
    take(admin, channel, "code", method="SMS")
    code = code_of(desk, channel)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    [said] = take(admin, channel, "verify", code=wrong)
    assert state_of(channel, "number") == "trouble"
    assert "code" in said.lower()
    take(admin, channel, "verify", code=f"{code[:3]}-{code[3:]}")
    assert state_of(channel, "number") == "done"
    take(admin, channel, "register", pin="123456")
    take(admin, channel, "subscribe")
    assert [state_of(channel, key) for key in ("pin", "webhook")] == ["done", "done"]

    take(admin, channel, "templates")
    take(admin, channel, "activate")
    channel.refresh_from_db()
    assert channel.status == Channel.Status.ACTIVE
    assert channel.display_phone_number == "+39 06 555 0199"

    desk.channel = channel
    desk.customer("Asha").writes("Ci siete?")
    desk.settle()
    assert state_of(channel, "message") == "done"
    take(admin, channel, "test")
    desk.settle()
    assert Message.objects.outbound().latest("pk").status in {"sent", "delivered", "read"}
    page = admin.get(reverse("admin:conversations_channel_setup", args=[channel.pk]))
    assert "Tramontana 2" in page.content.decode()
    assert right not in page.content.decode()
    taken = Event.objects.filter(kind="channel.setup").values_list("data__step", flat=True)
    assert {"access", "documents", "review", "number", "pin", "webhook", "active"} <= set(taken)


def test_the_profile_goes_to_whatsapp_with_its_logo_once(desk: Desk, admin: Client, channel: Channel) -> None:
    take(admin, channel, "check")
    profile = ChannelProfile.objects.get(channel=channel)
    path = reverse("admin:conversations_channelprofile_change", args=[profile.pk])
    filled = {
        "display_name": "Tramontana", "about": "Tè e tazze", "description": "Una bottega.", "category": "RETAIL",
        "address": "Via dei Venti 1, Genova", "website": "https://tramontana.example", "second_website": "",
        "email": "ciao@tramontana.example", "telephone": "+39 06 555 0199",
    }  # fmt: skip
    admin.post(path, {**filled, "new_logo": logo(100)})
    profile.refresh_from_db()
    assert profile.missing == ["logo"]
    admin.post(path, {**filled, "new_logo": logo(300)})
    profile.refresh_from_db()
    assert profile.missing == []
    take(admin, channel, "push")
    profile.refresh_from_db()
    assert profile.pushed_at is not None
    assert profile.logo_pushed == profile.logo.sha256  # type: ignore[union-attr]
    assert state_of(channel, "profile") == "done"
    ChannelProfile.objects.filter(pk=profile.pk).update(about="something else")
    take(admin, channel, "fetch")
    profile.refresh_from_db()
    assert profile.about == "Tè e tazze"


def test_an_unreachable_desk_is_told_apart_from_a_wrong_token(
    desk: Desk, admin: Client, channel: Channel, settings: Any
) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:1"
    [said] = take(admin, channel, "subscribe")
    assert state_of(channel, "webhook") == "trouble"
    assert said
    channel.base_url = "http://127.0.0.1:1"
    channel.save(update_fields=["base_url"])
    [said] = take(admin, channel, "check")
    assert "could not be reached" in said


@pytest.mark.parametrize(
    ("verb", "fields", "words"),
    [
        ("verify", {"code": "12ab"}, "six digits"),
        ("register", {"pin": "12345"}, "six digits"),
        ("code", {"method": "PIGEON"}, "SMS or voice"),
        (
            "documents",
            {"document": SimpleUploadedFile("a.xlsx", b"PK\x03\x04junk"), "licence_name": "x"},
            "WhatsApp takes",
        ),
        ("test", {}, "Write to this number"),
        ("badge", {}, "Not ready yet"),
    ],
)
def test_bad_input_is_said_in_words(admin: Client, channel: Channel, verb: str, fields: Any, words: str) -> None:
    [said] = take(admin, channel, verb, **fields)
    assert words in said


def test_only_administrators_see_it(channel: Channel) -> None:
    sync_roles()
    for role in ("Editor", "Agent", "Analyst"):
        client = signed_in(make_person(role.lower(), role))
        path = reverse("admin:conversations_channel_setup", args=[channel.pk])
        assert client.get(path).status_code in {302, 403, 404}
        assert client.post(f"{path}activate/").status_code in {302, 403, 404}
    assert Channel.objects.get(pk=channel.pk).status == Channel.Status.SETUP


def test_staff_say_the_texts_better(channel: Channel) -> None:
    assert set(TEXTS) == set(StepKey)
    StepAdvice.objects.create(key="documents", usually="un'ora")
    step = checklist(Channel.objects.select_related("portfolio").get(pk=channel.pk))[0]
    assert (step.usually, step.advice) == ("un'ora", str(TEXTS[StepKey.DOCUMENTS].advice))


def test_the_badge_is_asked_for_once_all_is_ready(desk: Desk, admin: Client, channel: Channel) -> None:
    test_the_profile_goes_to_whatsapp_with_its_logo_once(desk, admin, channel)
    take(admin, channel, "documents", document=SimpleUploadedFile("visura.pdf", PDF), licence_name="tramontana 2")
    Channel.objects.filter(pk=channel.pk).update(badge_messages=1)
    [said] = take(admin, channel, "badge")
    assert "messages sent in 30 days" in said
    talk = Conversation.objects.create(
        channel=channel, contact=make_contact(), opened_at=clock.now(), last_activity_at=clock.now()
    )
    Message.objects.create(
        conversation=talk, channel=channel, direction="outbound", origin="agent", status="sent",
        timestamp=clock.now(), created_at=clock.now(), sent_at=clock.now(),
    )  # fmt: skip
    take(admin, channel, "badge")
    assert setup_of(channel).badge == "PENDING"
    desk.control("numbers", {"phone_number_id": channel.phone_number_id, "oba_status": "APPROVED"})
    take(admin, channel, "badge-state")
    assert setup_of(channel).badge == "APPROVED"


def test_two_days_without_replies_at_night_raise_an_alarm(desk: Desk, admin: Client, channel: Channel) -> None:
    take(admin, channel, "activate")
    channel_health.check_due()
    assert not Alarm.objects.filter(code="replies_missing").exists()
    setup = setup_of(channel)
    setup.activated_at = clock.now() - timedelta(hours=49)
    setup.save(update_fields=["activated_at"])
    channel_health.remind()
    assert Alarm.objects.filter(code="replies_missing", cleared_at=None).exists()
