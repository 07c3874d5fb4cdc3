"""The people of the permission tests (STYLE habit 23): Asha writes; Ben and Carla (its supervisor) are in returns, Dan in orders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from conversations.access.tokens import issue
from conversations.models import Channel, Contact, Conversation, Department, Message
from tests import makers


@dataclass
class Cast:
    channel: Channel
    returns: Department
    orders: Department
    admin: User
    editor: User
    ben: User
    carla: User
    dan: User
    analyst: User
    asha: Contact
    talk: Conversation
    """Hers, in the pool of returns."""
    hello: Message

    def of_role(self, role: str) -> User:
        return {"Administrator": self.admin, "Editor": self.editor, "Agent": self.ben, "Analyst": self.analyst}[role]


def make_cast() -> Cast:
    channel = makers.make_channel(name="Tramontana")
    returns, orders = makers.make_department("Returns"), makers.make_department("Orders")
    asha = makers.make_contact("Asha Verdi", portfolio=channel.portfolio, number="393331234567")
    talk = makers.make_conversation(
        channel, asha, department=returns, reason_code="by_hand", reason_data={"by": "Carla"}
    )
    return Cast(
        channel=channel,
        returns=returns,
        orders=orders,
        admin=makers.make_person("elena", "Administrator"),
        editor=makers.make_person("edo", "Editor"),
        ben=makers.make_agent("ben", returns),
        carla=makers.make_agent("carla", returns, supervises=True),
        dan=makers.make_agent("dan", orders),
        analyst=makers.make_person("ana", "Analyst"),
        asha=asha,
        talk=talk,
        hello=makers.make_inbound(talk, "Vorrei fare un reso"),
    )


def api(user: User | None, scopes: tuple[str, ...] = ("read", "write")) -> APIClient:
    """A client with a token of this person, as an integration or a script would be."""
    client = APIClient()
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Token {issue(user=user, scopes=list(scopes))}")
    return client


def ids(response: Any) -> list[int]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()["results"]]


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


def statements(captured: Any) -> list[str]:
    """The SQL of CaptureQueriesContext, without the look at the simulated clock, which depends on the time of day."""
    return [query["sql"] for query in captured.captured_queries if "clockshift" not in query["sql"]]


def signed_in(user: Any) -> Client:
    """In admin."""
    client = Client()
    client.force_login(user)
    return client
