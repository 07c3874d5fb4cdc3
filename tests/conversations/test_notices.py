"""What stands in a thread where a message has no words: every kind is named, in words (C13)."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from conversations.ingest import process
from conversations.models import Message
from conversations.notices import UNSUPPORTED, notice, summary
from tests import makers
from tests.conversations import wire
from tests.desk import Desk


def come(desk: Desk, *messages: Any) -> list[Message]:
    desk.deliver(desk.value(contacts=[wire.contact()], messages=list(messages)))
    process.drain()
    return list(Message.objects.order_by("pk"))


def unsupported(kind: str | None) -> Any:
    body = {"type": kind} if kind else {}
    return wire.message("unsupported", body, errors=[{"code": 131051, "title": "Message type unknown"}])


@pytest.mark.parametrize("kind", sorted(UNSUPPORTED))
def test_what_whatsapp_does_not_hand_on_is_named(desk: Desk, kind: str) -> None:
    (message,) = come(desk, unsupported(kind))
    assert notice(message) == str(UNSUPPORTED[kind])
    assert "[" not in summary(message)


def test_a_new_kind_is_named_by_metas_word(desk: Desk) -> None:
    first, second, third = come(
        desk, unsupported("hologram"), unsupported(None), {**wire.message(), "type": "hologram"}
    )
    assert notice(first) == "A kind of message that WhatsApp does not hand on (hologram)"
    assert notice(second) == "A kind of message that WhatsApp does not hand on"
    assert notice(third) == "A kind of message that the desk does not know (hologram)"


def test_a_file_that_failed_on_the_way_says_why(desk: Desk) -> None:
    broken = wire.message(
        "image", {"mime_type": "image/jpeg"}, errors=[{"code": 131052, "title": "Media download error"}]
    )
    (message,) = come(desk, broken)
    assert notice(message).startswith("Picture: ")
    assert not message.attachments.exists()


def test_words_need_no_notice_and_pictures_are_named(desk: Desk) -> None:
    text, picture, voice, captioned = come(
        desk,
        wire.message("text"),
        wire.message("image", {"id": "1", "mime_type": "image/jpeg"}),
        wire.message("audio"),
        wire.message("image"),
    )
    assert [notice(one) for one in (text, picture, voice, captioned)] == ["", "Picture", "Voice message", ""]
    assert summary(captioned) == "La tazza rotta"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ({"response": "reject"}, "The customer does not allow calls."),
        ({"response": "accept", "is_permanent": True}, "The customer allows calls."),
        ({"response": "accept", "expiration_timestamp": 1_900_000_000}, "The customer allows calls until"),
    ],
)
def test_leave_to_call_is_said_in_words(desk: Desk, reply: dict[str, Any], said: str) -> None:
    (message,) = come(
        desk, wire.message("interactive", {"type": "call_permission_reply", "call_permission_reply": reply})
    )
    assert notice(message).startswith(said)


def test_people_see_it_in_the_api_and_in_admin(desk: Desk, client: Client) -> None:
    (message,) = come(desk, unsupported("poll"))
    client.force_login(makers.make_person("capo", "Administrator", is_superuser=True))
    said = "A poll: it can be seen on a phone only."
    assert client.get("/api/v1/conversations/").json()["results"][0]["last_message"]["notice"] == said
    thread = client.get(f"/api/v1/conversations/{message.conversation_id}/messages/").json()["results"]
    assert thread[0]["notice"] == said
    for page in ("conversation", f"conversation/{message.conversation_id}/change", "message"):
        assert said in client.get(f"/admin/conversations/{page}/").content.decode()
