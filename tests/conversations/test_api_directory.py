"""Contacts, departments, agents, channels, templates, tags, oneself."""

from __future__ import annotations

import pytest

from conversations.models import Contact, Event, Presence, Tag, Template
from tests import makers
from tests.conversations.cast import Cast, api, code_of, ids, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_contacts_are_those_one_talks_with(cast: Cast) -> None:
    stranger = makers.make_contact("Nobody's")
    asha = cast.talk.contact_id
    assert ids(api(cast.ben).get("/api/v1/contacts/")) == [asha]
    assert ids(api(cast.dan).get("/api/v1/contacts/")) == []
    assert set(ids(api(cast.editor).get("/api/v1/contacts/"))) == {asha, stranger.pk}
    assert ids(api(cast.ben).get("/api/v1/contacts/?search=393331")) == [asha]
    assert ids(api(cast.ben).get("/api/v1/contacts/?search=someone")) == []


def test_a_contact_is_corrected_and_the_journal_names_the_fields_only(cast: Cast) -> None:
    url = f"/api/v1/contacts/{cast.talk.contact_id}/"
    row = api(cast.ben).patch(url, {"name": "Asha Verdi Bianchi", "language": "it"}).json()
    assert (row["shown_name"], row["language"]) == ("Asha Verdi Bianchi", "it")
    event = Event.objects.get(kind="contact.changed")
    assert event.data == {"fields": ["language", "name"]}
    assert code_of(api(cast.ben).patch(url, {"email": "no address"})) == (400, "invalid")
    api(cast.ben).patch(url, {"tier": "high"})
    assert Contact.objects.get(pk=cast.asha.pk).tier == ""


def test_no_secret_leaves(cast: Cast) -> None:
    body = api(cast.admin).get("/api/v1/channels/").content.decode()
    assert "Tramontana" in body
    for secret in (cast.channel.access_token, cast.channel.app_secret, cast.channel.verify_token):
        assert secret not in body


def test_agents_with_presence_and_load_and_no_addresses(cast: Cast) -> None:
    cast.ben.email = "ben@tramontana.example"
    cast.ben.save(update_fields=["email"])
    cast.talk.assignee = cast.ben
    cast.talk.save(update_fields=["assignee"])
    Presence.objects.filter(user=cast.dan).update(state="away")
    response = api(cast.analyst).get("/api/v1/agents/")
    rows = {row["username"]: row for row in response.json()["results"]}
    assert set(rows) == {"elena", "edo", "ben", "carla", "dan"}
    assert rows["ben"]["open_conversations"] == 1
    assert rows["ben"]["presence"]["online"] is True
    assert rows["dan"]["presence"]["online"] is False
    assert rows["carla"]["departments"] == [{"id": cast.returns.pk, "name": "Returns", "is_supervisor": True}]
    assert "tramontana.example" not in response.content.decode()
    there = api(cast.ben).get("/api/v1/agents/?online=true").json()["results"]
    assert {row["username"] for row in there} == {"ben", "carla"}
    assert len(ids(api(cast.ben).get(f"/api/v1/agents/?department={cast.orders.pk}"))) == 1


def test_departments_tags_and_templates(cast: Cast) -> None:
    Tag.objects.create(name="VIP", emoji="⭐")
    Template.objects.create(channel=cast.channel, name="reso_pronto", language="it", status="APPROVED")
    client = api(cast.ben)
    members = client.get(f"/api/v1/departments/{cast.returns.pk}/").json()["members"]
    assert [(one["name"], one["is_supervisor"]) for one in members] == [("ben", False), ("carla", True)]
    assert client.get("/api/v1/tags/").json()["results"][0]["name"] == "VIP"
    assert client.get("/api/v1/templates/?status=APPROVED").json()["results"][0]["name"] == "reso_pronto"
    assert ids(client.get("/api/v1/templates/?language=en")) == []


def test_oneself(cast: Cast) -> None:
    client = api(cast.carla)
    me = client.get("/api/v1/me/").json()
    assert me["roles"] == ["Agent"]
    assert "conversation.answer" in me["permissions"]
    assert "configure" not in me["permissions"]
    assert me["departments"] == [{"id": cast.returns.pk, "name": "Returns", "is_supervisor": True}]
    assert client.patch("/api/v1/me/", {"presence": "away"}).json()["presence"]["online"] is False
    assert code_of(client.patch("/api/v1/me/", {"presence": "dancing"})) == (400, "invalid")
