"""Every kind of message out, as an agent sends it and as the customer's phone takes it (C34)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from conversations.actions import catalogue
from conversations.errors import Invalid
from conversations.models import Channel, Conversation, Message, Product, Reaction
from conversations.whatsapp import outgoing
from tests.conversations.cast import api, code_of
from tests.desk import Desk
from tests.makers import make_agent, make_department


@pytest.fixture
def talk(desk: Desk) -> Conversation:
    desk.channel.default_department = make_department("Orders")
    desk.channel.save(update_fields=["default_department"])
    desk.customer("Asha").writes("Che cosa avete?")
    desk.settle()
    return Conversation.objects.select_related("department", "channel").get()


@pytest.fixture
def ben(talk: Conversation) -> APIClient:
    return api(make_agent("ben", talk.department))  # type: ignore[arg-type]


@pytest.fixture
def shop(talk: Conversation) -> Channel:
    channel = Channel.objects.get(pk=talk.channel_id)
    catalogue.connect(channel=channel)
    return channel


def send(client: APIClient, talk: Conversation, **body: Any) -> Any:
    return client.post(f"/api/v1/conversations/{talk.pk}/messages/", body, format="json")


BODY = {"text": "Scelga"}
KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "text with preview": ("text", {"body": "https://tramontana.example", "preview_url": True}),
    "buttons": (
        "interactive",
        {
            "type": "button",
            "body": BODY,
            "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Sì"}}]},
        },
    ),
    "list": (
        "interactive",
        {
            "type": "list",
            "body": BODY,
            "action": {"button": "Apri", "sections": [{"title": "Tè", "rows": [{"id": "1", "title": "Verde"}]}]},
        },
    ),
    "link": (
        "interactive",
        {
            "type": "cta_url",
            "body": BODY,
            "action": {"name": "cta_url", "parameters": {"display_text": "Apri", "url": "https://tramontana.example"}},
        },
    ),
    "asking for a place": (
        "interactive",
        {"type": "location_request_message", "body": BODY, "action": {"name": "send_location"}},
    ),
    "place": ("location", {"latitude": 44.4, "longitude": 8.9, "name": "Bottega", "address": "Genova"}),
    "contact": (
        "contacts",
        {
            "contacts": [
                {"name": {"formatted_name": "Bottega", "first_name": "Bottega"}, "phones": [{"phone": "+39010"}]}
            ]
        },
    ),
}


@pytest.mark.parametrize("name", list(KINDS))
def test_it_reaches_the_phone(desk: Desk, talk: Conversation, ben: APIClient, name: str) -> None:
    type_, content = KINDS[name]
    answer = send(ben, talk, type=type_, content=content)
    assert answer.status_code == 201, answer.content
    desk.settle()
    assert Message.objects.get(pk=answer.json()["id"]).status in {"sent", "delivered", "read"}


def test_products_come_from_the_catalogue(desk: Desk, talk: Conversation, ben: APIClient, shop: Channel) -> None:
    listed = ben.get(f"/api/v1/products/?channel={shop.pk}&search=tazza&is_available=true").json()["results"]
    assert [one["retailer_id"] for one in listed] == ["TAZ-01", "TAZ-02"]
    for body in (
        {"products": ["TAZ-01"], "text": "Questa?"},
        {"products": ["TAZ-01", "TAZ-02", "TAZ-01"], "text": "O queste?"},
        {"products": [], "text": "Tutto il resto"},
    ):
        answer = send(ben, talk, **body)
        assert answer.status_code == 201, answer.content
    desk.settle()
    kinds = [row.payload["type"] for row in Message.objects.outbound().order_by("pk")]
    assert kinds == ["product", "product_list", "catalog_message"]
    assert set(Message.objects.outbound().values_list("status", flat=True)) <= {"sent", "delivered", "read"}


def test_a_product_that_is_not_there_is_refused(talk: Conversation, ben: APIClient, shop: Channel) -> None:
    refusal = send(ben, talk, products=["TAZ-01", "NIX-09"], text="Questa?")
    assert code_of(refusal) == (400, "invalid")
    assert "NIX-09" in refusal.json()["error"]["message"]
    Channel.objects.update(catalog_id="")
    assert code_of(send(ben, talk, products=["TAZ-01"], text="Questa?")) == (400, "invalid")


def test_the_catalogue_is_mirrored(desk: Desk, shop: Channel) -> None:
    assert Product.objects.filter(catalog_id=shop.catalog_id).count() == 8
    Product.objects.filter(retailer_id="TAZ-01").update(name="old")
    Product.objects.create(catalog_id=shop.catalog_id, retailer_id="GONE", name="Gone", synced_at=shop.created_at)
    assert catalogue.sync_all() == 8
    assert Product.objects.get(retailer_id="TAZ-01").name == "Tazza Levante"
    assert not Product.objects.filter(retailer_id="GONE").exists()
    Channel.objects.filter(pk=shop.pk).update(base_url="http://127.0.0.1:1")
    assert catalogue.sync_all() == 0
    assert Product.objects.count() == 8


def test_an_account_without_a_catalogue_is_told_so(desk: Desk, talk: Conversation) -> None:
    channel = Channel.objects.get(pk=talk.channel_id)
    path = f"{desk.simulator_url}/v24.0/{channel.waba_id}/product_catalogs"
    import requests

    connected = requests.get(path, headers={"Authorization": f"Bearer {channel.access_token}"}, timeout=5).json()[
        "data"
    ]
    requests.delete(
        path,
        params={"catalog_id": connected[0]["id"]},
        headers={"Authorization": f"Bearer {channel.access_token}"},
        timeout=5,
    )
    with pytest.raises(Invalid, match="No catalogue"):
        catalogue.connect(channel=channel)


def test_our_reaction_shows_on_its_message_and_answers_nothing(desk: Desk, talk: Conversation, ben: APIClient) -> None:
    hello = Message.objects.inbound().get()
    answer = send(ben, talk, reaction={"message": hello.pk, "emoji": "👍"})
    assert answer.status_code == 201, answer.content
    desk.settle()
    thread = ben.get(f"/api/v1/conversations/{talk.pk}/messages/").json()["results"]
    assert [one["type"] for one in thread] == ["text"]
    assert [one["emoji"] for one in thread[0]["reactions"]] == ["👍"]
    talk.refresh_from_db()
    assert talk.waiting_since is not None
    assert talk.first_response_at is None
    assert talk.last_message_id == hello.pk
    send(ben, talk, reaction={"message": hello.pk, "emoji": ""})
    desk.settle()
    assert not Reaction.objects.standing().exists()
    assert Reaction.objects.count() == 1
    assert Message.objects.filter(type="reaction").exclude(status="queued").count() == 2


def test_a_reaction_has_its_limits(talk: Conversation, ben: APIClient) -> None:
    hello = Message.objects.inbound().get()
    Message.objects.filter(pk=hello.pk).update(timestamp=hello.timestamp - timedelta(days=31))
    assert code_of(send(ben, talk, reaction={"message": hello.pk, "emoji": "👍"})) == (400, "invalid")
    assert code_of(send(ben, talk, reaction={"message": 10**9, "emoji": "👍"})) == (400, "invalid")
    assert code_of(send(ben, talk, reaction={"message": hello.pk, "emoji": "👍"}, text="ciao")) == (400, "invalid")


def reply(title: str, id_: str = "1") -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": id_, "title": title}}


def rows(count: int, **more: Any) -> list[dict[str, Any]]:
    return [{"id": str(number), "title": f"Riga {number}", **more} for number in range(count)]


WRONG: dict[str, dict[str, Any]] = {
    "four buttons": {"type": "button", "body": BODY, "action": {"buttons": [reply(str(n), str(n)) for n in range(4)]}},
    "equal buttons": {"type": "button", "body": BODY, "action": {"buttons": [reply("Sì"), reply("Sì", "2")]}},
    "equal ids": {"type": "button", "body": BODY, "action": {"buttons": [reply("Sì"), reply("No")]}},
    "long button": {"type": "button", "body": BODY, "action": {"buttons": [reply("x" * 21)]}},
    "no words": {"type": "button", "action": {"buttons": [reply("Sì")]}},
    "eleven rows": {"type": "list", "body": BODY, "action": {"button": "Apri", "sections": [{"rows": rows(11)}]}},
    "untitled sections": {
        "type": "list",
        "body": BODY,
        "action": {"button": "Apri", "sections": [{"rows": rows(1)}, {"rows": [{"id": "x", "title": "x"}]}]},
    },
    "equal rows": {"type": "list", "body": BODY, "action": {"button": "Apri", "sections": [{"rows": rows(1) * 2}]}},
    "long row": {"type": "list", "body": BODY, "action": {"button": "Apri", "sections": [{"rows": rows(1, description="x" * 73)}]}},
    "long header": {
        "type": "button", "header": {"type": "text", "text": "x" * 61}, "body": BODY, "action": {"buttons": [reply("Sì")]},
    },
    "header of a list": {
        "type": "list", "header": {"type": "image", "image": {"id": "1"}}, "body": BODY,
        "action": {"button": "Apri", "sections": [{"rows": rows(1)}]},
    },
    "script link": {
        "type": "cta_url", "body": BODY, "action": {"parameters": {"display_text": "Apri", "url": "javascript:alert(1)"}},
    },
    "products without a headline": {
        "type": "product_list", "body": BODY,
        "action": {"catalog_id": "1", "sections": [{"product_items": [{"product_retailer_id": "x"}]}]},
    },
    "thirty-one products": {
        "type": "product_list", "header": {"type": "text", "text": "Tè"}, "body": BODY,
        "action": {"catalog_id": "1", "sections": [{"product_items": [{"product_retailer_id": str(n)} for n in range(31)]}]},
    },
    "unknown": {"type": "hologram", "body": BODY, "action": {}},
    "no object": {"type": "button", "body": "Sì", "action": []},
}  # fmt: skip


@pytest.mark.parametrize("name", list(WRONG))
def test_what_meta_would_refuse_is_refused_in_words(name: str) -> None:
    assert outgoing.problem("interactive", WRONG[name])
