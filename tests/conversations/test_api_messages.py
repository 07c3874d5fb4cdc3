"""Reading the thread and answering (C30–C32, C42, D43)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations import clock
from conversations.models import Attachment, Conversation, Lock, Message, MessageStatus, Note, Notification, Reaction
from tests import makers
from tests.conversations.cast import Cast, api, code_of, ids, make_cast, statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def thread(cast: Cast) -> str:
    return f"/api/v1/conversations/{cast.talk.pk}/messages/"


def test_a_message_says_all_that_a_bubble_shows(cast: Cast) -> None:
    answer = makers.make_outbound(
        cast.talk,
        sender_user=cast.ben,
        reply_to_wamid=cast.hello.wamid,
        status=MessageStatus.FAILED,
        error_code="131053",
        at=clock.now() + timedelta(seconds=5),
    )
    Reaction.objects.create(message=answer, contact=cast.asha, emoji="🙏", at=clock.now())
    Attachment.objects.create(
        message=answer, filename="vaso.jpg", status="stored", sha256="ab" * 32, content_type="image/jpeg"
    )
    first, second = api(cast.ben).get(thread(cast)).json()["results"]
    assert (first["direction"], first["text"], first["sender"]["name"]) == (
        "inbound",
        "Vorrei fare un reso",
        "Asha Verdi",
    )
    assert first["error"] is None
    assert second["sender"] == {"kind": "agent", "name": "ben", "id": cast.ben.pk}
    assert second["reply_to"]["id"] == cast.hello.pk
    assert second["reply_to"]["text"] == "Vorrei fare un reso"
    assert second["reactions"][0]["emoji"] == "🙏"
    assert second["attachments"][0]["url"].endswith(f"/media/{answer.attachments.get().pk}/")
    assert second["error"]["message"].startswith("WhatsApp could not take the file")
    assert second["error"]["retryable"] is False


def test_newest_first_on_request_and_search(cast: Cast) -> None:
    later = makers.make_inbound(cast.talk, "Numero ordine 4512", at=clock.now() + timedelta(minutes=1))
    client = api(cast.ben)
    assert ids(client.get(thread(cast))) == [cast.hello.pk, later.pk]
    assert ids(client.get(thread(cast) + "?ordering=-timestamp")) == [later.pk, cast.hello.pk]
    assert ids(client.get(thread(cast) + "?search=4512")) == [later.pk]
    assert ids(client.get("/api/v1/messages/?search=reso")) == [cast.hello.pk]
    assert ids(client.get("/api/v1/messages/?direction=outbound")) == []
    assert ids(api(cast.dan).get("/api/v1/messages/?search=reso")) == []
    assert code_of(api(cast.dan).get(thread(cast))) == (404, "not_found")


def test_the_thread_takes_as_many_queries_for_two_messages_as_for_forty(cast: Cast) -> None:
    def fill(count: int) -> None:
        for _number in range(count):
            row = makers.make_outbound(cast.talk, sender_user=cast.ben, reply_to_wamid=cast.hello.wamid)
            Attachment.objects.create(message=row, status="stored", sha256="ab" * 32)
            Reaction.objects.create(message=row, contact=cast.asha, emoji="🙏", at=clock.now())

    client = api(cast.ben)
    fill(1)
    client.get(thread(cast))
    with CaptureQueriesContext(connection) as few:
        client.get(thread(cast))
    fill(38)
    with CaptureQueriesContext(connection) as many:
        assert len(ids(client.get(thread(cast)))) == 40
    assert len(statements(few)) == len(statements(many)) == 8, statements(many)


def test_an_answer_from_the_pool_takes_the_conversation(cast: Cast) -> None:
    response = api(cast.ben).post(thread(cast), {"text": "Certo, le mando l'etichetta."})
    assert response.status_code == 201
    row = response.json()
    assert (row["direction"], row["status"], row["type"]) == ("outbound", "queued", "text")
    assert row["content"] == {"body": "Certo, le mando l'etichetta."}
    talk = Conversation.objects.get(pk=cast.talk.pk)
    assert talk.assignee == cast.ben
    assert talk.lock.holder == cast.ben
    assert (talk.unread, talk.waiting_since) == (0, None)


def test_a_typed_answer_with_a_quote(cast: Cast) -> None:
    place = {"latitude": 44.4, "longitude": 8.9, "name": "Bottega"}
    body = {"type": "location", "content": place, "reply_to": cast.hello.pk}
    row = api(cast.ben).post(thread(cast), body).json()
    assert (row["type"], row["content"], row["reply_to"]["id"]) == ("location", place, cast.hello.pk)
    elsewhere = makers.make_inbound(makers.make_conversation(cast.channel))
    assert code_of(api(cast.ben).post(thread(cast), {**body, "reply_to": elsewhere.pk})) == (400, "invalid")


@pytest.mark.parametrize(
    "body", [{}, {"text": ""}, {"text": "a", "content": {}}, {"content": {"body": "a"}}, {"text": "x" * 5000}]
)
def test_what_whatsapp_would_refuse_is_refused_with_a_sentence(cast: Cast, body: dict) -> None:
    assert code_of(api(cast.ben).post(thread(cast), body)) == (400, "invalid")


BUTTON = {"type": "reply", "reply": {"id": "a", "title": "Sì"}}
ROW = {"id": "a", "title": "Vasi"}


def choice(**changes: Any) -> dict[str, Any]:
    return {"type": "button", "body": {"text": "Scegli"}, "action": {"buttons": [BUTTON]}} | changes


def choices(**changes: Any) -> dict[str, Any]:
    return choice(type="list", action={"button": "Apri", "sections": [{"title": "Tutto", "rows": [ROW]}]} | changes)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text", {"body": 5}),
        ("text", {"body": "a\ud800b"}),
        ("text", {"body": "a\x00b"}),
        ("text", {"body": "a", "b\x00": {"deep": ["c"]}}),
        ("image", {"id": ["a"]}),
        ("image", {"link": 5}),
        ("image", {"id": "1", "caption": 5}),
        ("document", {"id": "1", "filename": {}}),
        ("location", {"latitude": [], "longitude": {}}),
        ("location", {"latitude": 10**400, "longitude": 1}),
        ("location", {"latitude": 1, "longitude": 1, "name": ["a"]}),
        ("contacts", {"contacts": 5}),
        ("contacts", {"contacts": {"name": "Ada"}}),
        ("contacts", {"contacts": ["Ada"]}),
        ("contacts", {"contacts": [{"name": "Ada"}]}),
        ("contacts", {"contacts": [{"name": {"formatted_name": ["Ada"]}}]}),
        ("reaction", {"message_id": "wamid.1", "emoji": ["🙏"]}),
        ("reaction", {"message_id": ["wamid.1"], "emoji": "🙏"}),
        ("template", {"name": "order_ready", "language": "it"}),
        ("template", {"name": ["order_ready"], "language": {"code": "it"}}),
        ("template", {"name": "order_ready", "language": {"code": 5}}),
        ("template", {"name": "order_ready", "language": {"code": "it"}, "components": "body"}),
        ("interactive", choice(body="Scegli")),
        ("interactive", choice(body={"text": ["Scegli"]})),
        ("interactive", choice(footer="f")),
        ("interactive", choice(footer={"text": 5})),
        ("interactive", choice(header="h")),
        ("interactive", choice(type=["button"])),
        ("interactive", choice(action=["a"])),
        ("interactive", choice(action={"buttons": "a"})),
        ("interactive", choice(action={"buttons": ["a"]})),
        ("interactive", choice(action={"buttons": [{"reply": "a"}]})),
        ("interactive", choice(action={"buttons": [{"reply": {"id": "a", "title": ["Sì"]}}]})),
        ("interactive", choice(action={"buttons": [{"reply": {"id": 5, "title": "Sì"}}]})),
        ("interactive", choice(type="cta_url", action=["a"])),
        ("interactive", choices(button=["Apri"])),
        ("interactive", choices(sections="a")),
        ("interactive", choices(sections=["a"])),
        ("interactive", choices(sections=[{"rows": "a"}])),
        ("interactive", choices(sections=[{"rows": ["a"]}])),
        ("interactive", choices(sections=[{"rows": [ROW | {"title": 5}]}])),
        ("interactive", choices(sections=[{"rows": [ROW | {"id": ["a"]}]}])),
        ("interactive", choices(sections=[{"rows": [ROW | {"description": 5}]}])),
    ],
)
def test_content_of_a_wrong_shape_is_refused_with_a_sentence(cast: Cast, kind: str, content: dict[str, Any]) -> None:
    body = json.dumps({"type": kind, "content": content})  # half surrogates escaped, as a client could send them
    answer = api(cast.ben).post(thread(cast), body, content_type="application/json")
    assert code_of(answer) == (400, "invalid")
    assert not Message.objects.outbound().exists()


@pytest.mark.parametrize("content", [choice(), choices()])
def test_a_choice_of_the_right_shape_is_taken(cast: Cast, content: dict[str, Any]) -> None:
    answer = api(cast.ben).post(thread(cast), {"type": "interactive", "content": content})
    assert (answer.status_code, answer.json()["text"]) == (201, "Scegli")


def test_a_number_that_json_cannot_write_is_refused(cast: Cast) -> None:
    body = '{"type": "text", "content": {"body": "a", "size": 1e999}}'
    assert code_of(api(cast.ben).post(thread(cast), body, content_type="application/json")) == (400, "invalid")


@pytest.mark.parametrize("depth", [200, 700, 3_000, 100_000])
def test_a_body_nested_too_deeply_is_refused(cast: Cast, depth: int) -> None:
    body = '{"type": "text", "content": {"body": "a", "deep": ' + "[" * depth + "]" * depth + "}}"
    answer = api(cast.ben).post(thread(cast), body, content_type="application/json")
    assert answer.status_code in {201, 400}
    assert answer.status_code == 400 or depth == 200


def test_the_same_key_gives_the_first_message_again(cast: Cast) -> None:
    client = api(cast.ben)
    first = client.post(thread(cast), {"text": "una volta"}, headers={"Idempotency-Key": "k1"}).json()
    again = client.post(thread(cast), {"text": "una volta"}, headers={"Idempotency-Key": "k1"}).json()
    assert first["id"] == again["id"]
    assert Message.objects.outbound().count() == 1
    assert code_of(client.post(thread(cast), {"text": "altro"}, headers={"Idempotency-Key": "k1"})) == (
        409,
        "key_reused",
    )
    assert code_of(client.post(thread(cast), {"text": "a"}, headers={"Idempotency-Key": "k" * 121})) == (400, "invalid")


@pytest.mark.parametrize("other", [{"reply_to": True}, {"not_before": timedelta(hours=1)}])
def test_a_key_stands_for_what_it_answers_and_when_too(cast: Cast, other: dict[str, Any]) -> None:
    client, headers = api(cast.ben), {"Idempotency-Key": "k2"}
    body: dict[str, Any] = {"text": "una volta"}
    changed = {**body}
    if "reply_to" in other:
        changed["reply_to"] = cast.hello.pk
    else:
        changed["not_before"] = (clock.now() + other["not_before"]).isoformat()
    for first, second in ((body, changed), (changed, body)):
        headers = {"Idempotency-Key": f"k{first is body}"}
        sent = client.post(thread(cast), first, headers=headers, format="json").json()
        assert client.post(thread(cast), first, headers=headers, format="json").json()["id"] == sent["id"]
        assert code_of(client.post(thread(cast), second, headers=headers, format="json")) == (409, "key_reused")


def test_a_key_still_stands_after_a_retry(cast: Cast) -> None:
    """What happens to the message meanwhile is no part of what was asked for."""
    client, headers = api(cast.ben), {"Idempotency-Key": "k3"}
    sent = client.post(thread(cast), {"text": "una volta"}, headers=headers).json()
    Message.objects.filter(pk=sent["id"]).update(status="failed", error_code="131000")
    assert client.post(f"/api/v1/messages/{sent['id']}/retry/").status_code == 200
    assert client.post(thread(cast), {"text": "una volta"}, headers=headers).json()["id"] == sent["id"]


def test_the_three_refusals(cast: Cast) -> None:
    with clock.travel(clock.now() + timedelta(hours=25)):
        assert code_of(api(cast.ben).post(thread(cast), {"text": "tardi"})) == (409, "window_closed")
    now = clock.machine_now()
    Lock.objects.create(
        conversation=cast.talk, holder=cast.carla, taken_at=now, active_at=now, until=now + timedelta(minutes=7)
    )
    assert code_of(api(cast.ben).post(thread(cast), {"text": "anch'io"})) == (423, "locked")
    Conversation.objects.filter(pk=cast.talk.pk).update(assignee=cast.carla)
    assert code_of(api(cast.ben).post(thread(cast), {"text": "anch'io"})) == (403, "not_yours")
    assert Message.objects.outbound().count() == 0


def test_retry_has_the_conditions_of_an_answer(cast: Cast) -> None:
    client = api(cast.ben)
    failed = makers.make_outbound(cast.talk, status="failed", sender_user=cast.ben, requeued=True)
    retry = f"/api/v1/messages/{failed.pk}/retry/"
    now = clock.machine_now()
    lock = Lock.objects.create(
        conversation=cast.talk, holder=cast.carla, taken_at=now, active_at=now, until=now + timedelta(minutes=5)
    )
    assert code_of(client.post(retry)) == (423, "locked")
    lock.delete()
    Conversation.objects.filter(pk=cast.talk.pk).update(status="resolved")
    assert code_of(client.post(retry)) == (409, "conversation_closed")
    Conversation.objects.filter(pk=cast.talk.pk).update(status="open", waiting_since=cast.hello.timestamp)
    assert client.post(retry).status_code == 200
    assert Conversation.objects.get(pk=cast.talk.pk).waiting_since is None, "it is answered again"
    assert not Message.objects.get(pk=failed.pk).requeued
    assert Lock.objects.get().holder == cast.ben


def test_a_customer_whose_answer_was_taken_back_waits_again(cast: Cast) -> None:
    client, wrote = api(cast.ben), cast.hello.timestamp
    Conversation.objects.filter(pk=cast.talk.pk).update(waiting_since=wrote, last_inbound_at=wrote)
    later = (clock.now() + timedelta(hours=1)).isoformat()
    body = {"type": "text", "content": {"body": "A dopo"}, "not_before": later}
    scheduled = [client.post(thread(cast), body, format="json").json()["id"] for _time in range(2)]
    for pk, waits_since in zip(scheduled, [None, wrote], strict=True):
        assert client.post(f"/api/v1/messages/{pk}/cancel/").status_code == 200
        assert Conversation.objects.get(pk=cast.talk.pk).waiting_since == waits_since


def test_retry_and_take_back(cast: Cast) -> None:
    client = api(cast.ben)
    failed = makers.make_outbound(cast.talk, status=MessageStatus.FAILED, error_code="131000")
    assert client.post(f"/api/v1/messages/{failed.pk}/retry/").json()["status"] == "queued"
    assert client.post(f"/api/v1/messages/{failed.pk}/cancel/").json()["status"] == "cancelled"
    assert code_of(client.post(f"/api/v1/messages/{failed.pk}/cancel/")) == (409, "wrong_state")
    assert code_of(api(cast.dan).post(f"/api/v1/messages/{failed.pk}/retry/")) == (404, "not_found")


def test_notes_stay_inside_and_tell_the_one_mentioned(cast: Cast) -> None:
    Conversation.objects.filter(pk=cast.talk.pk).update(assignee=cast.carla)
    url = f"/api/v1/conversations/{cast.talk.pk}/notes/"
    row = api(cast.ben).post(url, {"text": "@carla guarda la foto"})
    assert row.status_code == 201
    assert row.json()["mentions"][0]["username"] == "carla"
    assert api(cast.carla).get(url).json()["results"][0]["text"] == "@carla guarda la foto"
    assert Notification.objects.get().user == cast.carla
    assert code_of(api(cast.ben).post(url, {"text": "x" * (Note.LIMIT + 1)})) == (400, "invalid")
    assert code_of(api(cast.dan).post(url, {"text": "ciao"})) == (404, "not_found")


def test_a_session_needs_the_csrf_token(cast: Cast) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cast.ben)
    assert browser.get(thread(cast)).status_code == 200
    assert browser.post(thread(cast), {"text": "ciao"}, content_type="application/json").status_code == 403
    token = browser.cookies["csrftoken"] = "a" * 32
    headers = {"X-CSRFToken": token}
    answer = browser.post(thread(cast), {"text": "ciao"}, content_type="application/json", headers=headers)
    assert answer.status_code == 201
