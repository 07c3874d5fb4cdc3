"""Choosing, previewing and sending templates over the API (C22, C23)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import clock
from conversations.actions.template_lists import store
from conversations.models import Conversation, Message, Template, TemplateFill
from conversations.templates import sync
from tests import makers
from tests.conversations.cast import Cast, api, code_of, ids, make_cast, statements
from tests.desk import Desk

READY = "Buongiorno *{{1}}*, il suo ordine {{2}} è pronto per il ritiro."
LINK = {"type": "URL", "text": "Seguilo", "url": "https://shop.example/{{1}}", "example": ["x"]}
LISTED: list[dict[str, Any]] = [
    {"id": "1", "name": "order_ready", "language": "it", "status": "APPROVED", "category": "UTILITY",
     "components": [{"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": READY},
                    {"type": "FOOTER", "text": "Bottega"}, {"type": "BUTTONS", "buttons": [LINK]}]},
    {"id": "2", "name": "order_ready", "language": "en", "status": "PAUSED", "category": "UTILITY",
     "components": [{"type": "BODY", "text": "Hello {{1}}, your order {{2}} is ready."}]},
    {"id": "3", "name": "reopen_talk", "language": "it", "status": "APPROVED", "category": "MARKETING",
     "parameter_format": "NAMED",
     "components": [{"type": "BODY", "text": "Buongiorno {{nome}}, possiamo continuare qui?"}]},
]  # fmt: skip
PICTURE = {"link": "https://shop.example/vaso.jpg"}


@pytest.fixture
def cast(db: None) -> Cast:
    made = make_cast()
    store(channel=made.channel, listed=LISTED, at=clock.now())
    return made


def template(name: str, language: str = "it") -> Template:
    return Template.objects.get(name=name, language=language)


def thread(cast: Cast) -> str:
    return f"/api/v1/conversations/{cast.talk.pk}/messages/"


def test_the_picker_shows_those_that_may_be_sent(cast: Cast) -> None:
    client, usable = api(cast.ben), f"/api/v1/templates/?channel={cast.channel.pk}&usable=true"
    rows = client.get(usable).json()["results"]
    assert [(row["name"], row["language"]) for row in rows] == [("order_ready", "it"), ("reopen_talk", "it")]
    assert [slot["key"] for slot in rows[0]["slots"]] == ["header", "body.1", "body.2", "button.0"]
    assert [slot["key"] for slot in rows[1]["slots"]] == ["body.nome"]
    assert ids(client.get(usable + "&search=ritiro pronto")) == [template("order_ready").pk]
    assert ids(client.get(usable + "&search=reopen")) == [template("reopen_talk").pk]
    assert ids(client.get(usable + "&language=en")) == []


def test_all_of_them_say_why_one_may_not_be_sent(cast: Cast) -> None:
    rows = api(cast.ben).get("/api/v1/templates/").json()["results"]
    paused = next(row for row in rows if row["language"] == "en")
    assert (paused["usable"], paused["refusal"]["code"]) == (False, "template_paused")
    assert "after 3 hours" in paused["refusal"]["hint"]
    assert [row["refusal"] for row in rows if row["usable"]] == [None, None]


def test_the_list_takes_as_many_queries_for_three_as_for_thirty(cast: Cast) -> None:
    client = api(cast.ben)

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/api/v1/templates/").status_code == 200
        return len(statements(captured))

    count()
    few = count()
    more = [{**LISTED[0], "id": f"9{n}", "name": f"more_{n}"} for n in range(27)]
    store(channel=cast.channel, listed=LISTED + more, at=clock.now())
    assert count() == few


def preview(cast: Cast, row: Template, **body: Any) -> dict[str, Any]:
    answer = api(cast.ben, scopes=("read",)).post(f"/api/v1/templates/{row.pk}/preview/", body, format="json")
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_a_preview_is_what_the_customer_will_see(cast: Cast) -> None:
    TemplateFill.objects.create(template=template("order_ready"), slot="body.1", source="contact_first_name")
    given = {"header": PICTURE, "body.2": "<4512>", "button.0": "4512"}
    found = preview(cast, template("order_ready"), parameters=given, conversation=cast.talk.pk)
    assert found["header"] == {"kind": "image", "text": "", "media": PICTURE}
    assert found["body"] == "Buongiorno *Asha*, il suo ordine <4512> è pronto per il ritiro."
    assert found["html"].startswith("Buongiorno <strong>Asha</strong>, il suo ordine &lt;4512&gt;")
    assert found["buttons"] == [{"kind": "url", "text": "Seguilo", "url": "https://shop.example/4512", "phone": ""}]
    assert (found["missing"], found["faults"], found["refusal"]) == ([], [], None)


def test_a_preview_names_what_is_missing_and_wrong(cast: Cast) -> None:
    found = preview(cast, template("order_ready"), parameters={"body.1": "a\tb", "header": {"id": "1", "link": "x"}})
    assert found["missing"] == ["body.2", "button.0"]
    assert "{{2}}" in found["body"]
    faults = {fault["slot"]: fault["code"] for fault in found["faults"]}
    assert faults == {
        "header": "template_header",
        "body.1": "template_parameter_text",
        "body.2": "template_parameter_empty",
        "button.0": "template_button",
    }
    assert preview(cast, template("order_ready", "en"))["refusal"]["code"] == "template_paused"


def test_a_preview_of_a_conversation_one_may_not_see(cast: Cast) -> None:
    url = f"/api/v1/templates/{template('reopen_talk').pk}/preview/"
    assert code_of(api(cast.dan).post(url, {"conversation": cast.talk.pk}, format="json")) == (404, "not_found")


def test_a_template_by_id_reads_in_the_thread_as_the_customer_reads_it(cast: Cast) -> None:
    row, client = template("reopen_talk"), api(cast.ben)
    TemplateFill.objects.create(template=row, slot="body.nome", source="contact_first_name")
    with clock.travel(clock.now() + timedelta(hours=30)):
        made = client.post(thread(cast), {"template": row.pk}, format="json")
    assert made.status_code == 201, made.content
    parameter = {"type": "text", "parameter_name": "nome", "text": "Asha"}
    assert made.json()["content"] == {
        "name": "reopen_talk",
        "language": {"code": "it"},
        "components": [{"type": "body", "parameters": [parameter]}],
    }
    assert made.json()["text"] == "Buongiorno Asha, possiamo continuare qui?"
    assert Message.objects.outbound().get().template == row
    assert ids(client.get("/api/v1/messages/?search=continuare")) == [made.json()["id"]]


@pytest.mark.parametrize(
    ("parameters", "status", "code"),
    [
        ({}, 400, "template_parameter_empty"),
        ({"body.nome": ""}, 400, "template_parameter_empty"),
        ({"body.nome": "a\nb"}, 400, "template_parameter_text"),
        ({"nome": "Asha"}, 400, "template_parameters"),
        ({"body.nome": ["Asha"]}, 400, "template_parameter_empty"),
    ],
)
def test_what_does_not_fit_is_refused_before_a_row_is_written(
    cast: Cast, parameters: dict[str, Any], status: int, code: str
) -> None:
    body = {"template": template("reopen_talk").pk, "parameters": parameters}
    assert code_of(api(cast.ben).post(thread(cast), body, format="json")) == (status, code)
    assert not Message.objects.outbound().exists()
    assert Conversation.objects.get(pk=cast.talk.pk).assignee is None, "a refusal takes nothing"


@pytest.mark.parametrize(
    "body",
    [
        {"template": 1, "text": "a"},
        {"text": "a", "parameters": {}},
        {"template": "x"},
        {"template": 1, "parameters": 5},
    ],
)
def test_a_body_that_asks_for_two_things_or_for_none(cast: Cast, body: dict[str, Any]) -> None:
    assert code_of(api(cast.ben).post(thread(cast), body, format="json")) == (400, "invalid")


def test_another_channels_template_is_not_known_here(cast: Cast) -> None:
    other = makers.make_channel()
    store(channel=other, listed=LISTED, at=clock.now())
    body = {"template": other.templates.get(name="reopen_talk").pk, "parameters": {"body.nome": "Asha"}}
    assert code_of(api(cast.ben).post(thread(cast), body, format="json")) == (409, "template_unknown")


def test_metas_own_object_is_checked_as_well(cast: Cast) -> None:
    content = {"name": "order_ready", "language": {"code": "en"}, "components": []}
    body = {"type": "template", "content": content}
    assert code_of(api(cast.ben).post(thread(cast), body, format="json")) == (409, "template_paused")
    content["language"] = {"code": "it"}
    found = api(cast.ben).post(thread(cast), body, format="json").json()["error"]
    assert (found["code"], found["slot"]) == ("template_header", "header")
    assert {fault["code"] for fault in found["faults"]} == {"template_header", "template_parameters", "template_button"}


def test_the_same_key_gives_the_first_message_again(cast: Cast) -> None:
    client, body = api(cast.ben), {"template": template("reopen_talk").pk, "parameters": {"body.nome": "Asha"}}
    first, again = (client.post(thread(cast), body, format="json", headers={"Idempotency-Key": "k"}) for _time in "ab")
    assert first.json()["id"] == again.json()["id"]


def test_a_template_reaches_the_customer_as_it_was_shown(desk: Desk) -> None:
    asha = desk.customer("Asha")
    asha.writes("È pronto il mio ordine?")
    desk.settle()
    sync.sync_due()
    row = Template.objects.get(name="order_ready", language="it", channel=desk.channel)
    talk = Conversation.objects.get()
    body = {"template": row.pk, "parameters": {"body.1": "Asha", "body.2": "4512"}}
    answer = api(makers.make_person("elena", "Administrator")).post(
        f"/api/v1/conversations/{talk.pk}/messages/", body, format="json"
    )
    assert answer.status_code == 201, answer.content
    desk.settle()
    assert Message.objects.outbound().get().status == "read"
    assert asha.receives()[-1]["text"] in answer.json()["text"]
