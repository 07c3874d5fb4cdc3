"""demo_channel and simulate, against a running door and simulator."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from conversations.models import Message
from tests.desk import Desk


@pytest.fixture(autouse=True)
def running(desk: Desk, settings: Settings) -> None:
    settings.SIMULATOR_URL = desk.simulator_url
    settings.PUBLIC_URL = desk.url.removesuffix("/webhooks/whatsapp/")


def run(*args: str, **options: Any) -> str:
    out = StringIO()
    call_command(*args, stdout=out, **options)
    return out.getvalue()


def test_demo_channel_prints_what_a_signature_needs(desk: Desk) -> None:
    shown = json.loads(run("demo_channel", "--json"))
    assert shown == {
        "phone_number_id": desk.channel.phone_number_id,
        "app_secret": desk.channel.app_secret,
        "verify_token": desk.channel.verify_token,
        "webhook_url": desk.url,
        "simulator_url": desk.simulator_url,
    }
    assert f"webhook_url      {desk.url}\n" in run("demo_channel")


def test_commands_are_for_demo_mode_only(settings: Settings) -> None:
    settings.SIMULATOR = False
    for command in (["demo_channel"], ["simulate", "--from", "393331234567", "--text", "ciao"], ["seed_demo"]):
        with pytest.raises(CommandError, match="Only in demo mode"):
            run(*command)


def test_a_simulated_customer_is_stored_and_seen_on_the_phone(desk: Desk) -> None:
    wamid = run("simulate", "--from", "+39 333 123 4567", "--text", "Vorrei fare un reso", "--name", "Asha").strip()
    desk.settle()
    message = Message.objects.get(wamid=wamid)
    assert (message.text, str(message.conversation.contact)) == ("Vorrei fare un reso", "Asha")
    assert desk.control("received?summary=1")["from_customers"] == 1


def test_many_messages_and_one_message_many_times(desk: Desk) -> None:
    run("simulate", "--from", "393331234567", "--text", "ciao", "--times", "3")
    run("simulate", "--from", "393331234567", "--text", "ancora", "--times", "4", "--wamid", "wamid.same")
    desk.settle()
    assert Message.objects.filter(text="ciao").count() == 3
    assert Message.objects.filter(text="ancora").count() == 1


def test_it_says_when_something_does_not_run(settings: Settings) -> None:
    wanted = ["simulate", "--from", "393331234567", "--text", "ciao"]
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="The desk does not answer at http://127"):
        run(*wanted)
    settings.SIMULATOR_URL = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="No channel talks to the simulator"):
        run(*wanted)
    with pytest.raises(CommandError, match="The simulator does not answer"):
        run("seed_demo")


@pytest.mark.parametrize("text", ["", "  "])
def test_a_customer_writes_something(text: str) -> None:
    with pytest.raises(CommandError, match="--text is empty"):
        run("simulate", "--from", "393331234567", "--text", text)


@pytest.mark.parametrize("number", ["123", "pippo", "39333123456789012"])
def test_a_number_that_is_none(number: str) -> None:
    with pytest.raises(CommandError, match="7 to 15 digits"):
        run("simulate", "--from", number, "--text", "ciao")
