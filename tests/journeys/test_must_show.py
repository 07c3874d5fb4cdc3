"""Must show 2 of the spine: a customer asks for a return, and everybody meets it, with the demo shop's own configuration."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from config.demo.shop import Shop, open_shop
from conversations.access.tokens import issue
from conversations.models import Message, MessageStatus
from tests.desk import Desk


@pytest.fixture
def shop(desk: Desk, settings: Settings) -> Shop:
    """The demo shop instead of the fixture's bare channel."""
    settings.SIMULATOR_URL = desk.simulator_url
    desk.channel.delete()
    desk.control("reset", {"channels": True})
    desk.settings(sent_delay=0, delivered_delay=0, read_delay=0, duplicate=0.0, shuffle=0.0)
    shop = open_shop()
    desk.channel = shop.channel
    desk.connect(shop.channel)
    return shop


def client_of(username: str) -> APIClient:
    client = APIClient()
    key = issue(user=User.objects.get(username=username), scopes=["read", "write"])
    client.credentials(HTTP_AUTHORIZATION=f"Token {key}")
    return client


def test_a_return_is_routed_answered_delivered_read_and_taken_over(desk: Desk, shop: Shop) -> None:
    asha = desk.customer("Asha", "393331234567")
    asha.writes("Vorrei fare un reso")
    desk.settle()

    (found,) = client_of("giulia").get("/api/v1/conversations/?search=reso").json()["results"]
    assert found["department"]["name"] == "Resi"
    assert found["assignee"]["username"] in {"giulia", "noor"}
    assert found["reason"].startswith("“reso” matched the rule Resi e cambi")
    assert found["assignee"]["name"] in found["reason"]

    (automatic,) = Message.objects.outbound()
    assert (automatic.status, automatic.rule_key) == (MessageStatus.READ, f"return-{shop.channel.pk}")
    assert asha.reads() == [automatic.text]

    agent = client_of(found["assignee"]["username"])
    answer = agent.post(f"/api/v1/conversations/{found['id']}/messages/", {"text": "Mi manda una foto?"})
    assert answer.status_code == 201
    desk.settle()
    assert asha.reads() == [automatic.text, "Mi manda una foto?"]
    thread = agent.get(f"/api/v1/conversations/{found['id']}/messages/").json()["results"]
    assert {message["status"] for message in thread if message["direction"] == "outbound"} == {"read"}


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("Dov’è il mio pacco?", "Ordini"),
        ("Il rimborso dell’ordine BT-1 non è arrivato", "Fatture"),
        ("Il vaso dell’ordine BT-1 è rotto", "Resi"),
        ("Hello, I need to return a teapot", "Resi"),
        ("Buongiorno!", "Ordini"),
    ],
)
def test_each_team_gets_its_questions(desk: Desk, shop: Shop, text: str, department: str) -> None:
    desk.customer("Asha").writes(text)
    desk.settle()
    message = Message.objects.inbound().select_related("conversation__department").get()
    assert str(message.conversation.department) == department
