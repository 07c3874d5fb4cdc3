"""The past of a coexistence number is taken over: to be read, nobody's work, in no figure; the CRM is not told (D21, facts §3)."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from conversations import account_words, clock
from conversations.actions import conversations as verbs
from conversations.actor import Actor
from conversations.ingest import process
from conversations.journal import readers
from conversations.models import (
    AccountUpdate,
    Attachment,
    Channel,
    Contact,
    Conversation,
    EarlyStatus,
    Event,
    Message,
    Reaction,
    Window,
)
from crm_sync.models import SyncJob
from reports.models import ConversationFact
from reports.readers import recompute
from tests import makers
from tests.conversations import wire
from tests.crm_sync.world import make_connection
from tests.desk import Desk

OURS = "390655500"
DAY = 86400
Json = dict[str, Any]
STAFF = Actor.system("test")


def ago(seconds: int) -> int:
    return int(clock.now().timestamp()) - seconds


def theirs(text: str, at: int, **more: Any) -> Json:
    return {**wire.message("text", {"body": text}, at=at), "history_context": {"status": "READ"}, **more}


def ours(text: str, at: int, status: str = "READ", **more: Any) -> Json:
    return {
        **wire.message("text", {"body": text}, at=at, sender=OURS),
        "history_context": {"status": status},
        **more,
    }


def chunk(*messages: Json, thread: str = wire.ASHA, phase: int = 0, progress: int = 55, order: int = 1) -> Json:
    told = {"phase": phase, "chunk_order": order, "progress": progress}
    return {"metadata": told, "threads": [{"id": thread, "messages": list(messages)}]}


def deliver(desk: Desk, *chunks: Json, **value: Any) -> None:
    content = {"history": list(chunks)} if chunks else {}
    assert desk.deliver(desk.value(**content, **value), field="history").status_code == 200
    process.drain()


def texts() -> list[str]:
    return list(Message.objects.order_by("timestamp", "pk").values_list("text", flat=True))


def test_the_past_lies_in_a_closed_conversation_with_its_own_times(desk: Desk) -> None:
    first = theirs("Avete tazze?", ago(30 * DAY))
    deliver(desk, chunk(first, ours("Certo", ago(30 * DAY - 60)), theirs("Grazie", ago(20 * DAY))))
    talk = Conversation.objects.get()
    assert (talk.status, talk.is_imported, talk.unread, talk.waiting_since) == ("resolved", True, 0, None)
    assert talk.resolved_at is not None
    assert (int(talk.opened_at.timestamp()), int(talk.resolved_at.timestamp())) == (ago(30 * DAY), ago(20 * DAY))
    assert talk.last_message is not None
    assert (talk.last_message.text, texts()) == ("Grazie", ["Avete tazze?", "Certo", "Grazie"])
    assert set(Message.objects.values_list("direction", "origin", "status", "step_due_at")) == {
        ("inbound", "customer", "received", None),
        ("outbound", "phone", "read", None),
    }
    contact = Contact.objects.get()
    assert int(contact.first_seen_at.timestamp()) == ago(30 * DAY)
    assert int(contact.last_seen_at.timestamp()) == ago(20 * DAY)


def test_nobody_is_answered_told_or_counted(desk: Desk) -> None:
    make_connection(is_active=True)
    deliver(desk, chunk(theirs("Un reso", ago(3600)), ours("Eccomi", ago(1800))))
    desk.settle()
    readers.read_all()
    assert not SyncJob.objects.exists()
    assert not ConversationFact.objects.exists()
    recompute([Conversation.objects.get().pk])
    assert not ConversationFact.objects.exists(), "nor when the figures are made anew"
    assert Message.objects.outbound().count() == 1
    assert not Event.objects.filter(kind__in=["message.received", "message.echoed", "contact.created"]).exists()
    told = Event.objects.get(kind="conversation.imported")
    assert told.data == {"messages": 2}
    assert Event.objects.filter(kind="contact.imported").count() == 1


def test_every_order_of_chunks_and_repeats_ends_the_same(desk: Desk) -> None:
    steps = [
        chunk(theirs("tre", ago(DAY)), phase=0, progress=30),
        chunk(theirs("due", ago(40 * DAY)), phase=1, progress=70, order=2),
        chunk(theirs("uno", ago(170 * DAY)), phase=2, progress=100, order=3),
    ]
    for order in itertools.permutations(range(3)):
        for model in (Message, Conversation, AccountUpdate):
            Conversation.objects.update(last_message=None)
            Window.objects.all().delete()
            model.objects.all().delete()
        Channel.objects.update(history_progress=None)
        for number in [*order, *order]:
            deliver(desk, steps[number])
        assert texts() == ["uno", "due", "tre"]
        talk = Conversation.objects.get()
        assert talk.last_message is not None
        assert talk.last_message.text == "tre"
        assert Channel.objects.get().history_progress == 100


def test_the_window_is_open_only_if_it_is_in_truth(desk: Desk) -> None:
    deliver(desk, chunk(theirs("ieri", ago(30 * 3600))))
    talk = Conversation.objects.get()
    assert talk.window_state != "open"
    deliver(desk, chunk(theirs("stamattina", ago(3 * 3600)), order=2))
    talk.refresh_from_db()
    assert talk.window_state == "open"
    assert talk.window_ends_at is not None
    assert abs((talk.window_ends_at - clock.now()) - timedelta(hours=21)) < timedelta(minutes=1)


def test_what_comes_now_begins_anew_and_the_past_stays_closed(desk: Desk) -> None:
    deliver(desk, chunk(theirs("prima", ago(3600))))
    desk.customer("Asha", wire.ASHA).writes("adesso")
    desk.settle()
    past, new = Conversation.objects.order_by("pk")
    assert (past.status, new.status, new.is_imported) == ("resolved", "open", False)
    assert past.contact == new.contact
    assert ConversationFact.objects.get().conversation_id == new.pk


def test_messages_that_came_live_are_not_taken_over_again(desk: Desk) -> None:
    wamid = desk.customer("Asha", wire.ASHA).writes("ciao")
    desk.settle()
    deliver(desk, chunk(theirs("ciao", ago(5), id=wamid), theirs("prima", ago(50))))
    assert Message.objects.filter(text="ciao").count() == 1
    assert Conversation.objects.filter(is_imported=True).get().messages.count() == 1


def test_opening_the_past_begins_a_new_conversation(desk: Desk) -> None:
    deliver(desk, chunk(theirs("stamattina", ago(3 * 3600))))
    past = Conversation.objects.get()
    new = verbs.reopen(conversation=past, by=STAFF)
    past.refresh_from_db()
    assert (new.pk != past.pk, past.status, new.status, new.is_imported) == (True, "resolved", "open", False)
    assert new.window_state == "open", "the customer wrote three hours ago"
    desk.customer("Asha", wire.ASHA).writes("eccomi")
    desk.settle()
    assert Conversation.objects.count() == 2


# --- files -----------------------------------------------------------------------------------------------------------------


def placeholder(at: int, sender: str = wire.ASHA) -> Json:
    return {**wire.message("text", at=at, sender=sender), "type": "media_placeholder", "id": "wamid.file"}


def file(sender: str = wire.ASHA, **more: Any) -> Json:
    content = {"id": "24230790383178626", "mime_type": "image/jpeg", "sha256": "x" * 44, "caption": "La tazza"}
    return {**wire.message("image", content, at=ago(DAY), sender=sender), "id": "wamid.file", **more}


@pytest.mark.parametrize("sender", [wire.ASHA, OURS])
@pytest.mark.parametrize("turned", [True, False])
def test_a_file_takes_its_placeholders_place_in_any_order(desk: Desk, sender: str, turned: bool) -> None:
    steps: list[Json] = [{"history": [chunk(placeholder(ago(DAY), sender))]}, {"messages": [file(sender)]}]
    for step in reversed(steps) if turned else steps:
        desk.deliver(desk.value(**step), field="history")
        process.drain()
    message = Message.objects.get()
    assert (message.type, message.text, message.conversation.is_imported) == ("image", "La tazza", True)
    assert message.direction == ("outbound" if sender == OURS else "inbound")
    assert Attachment.objects.get().media_id == "24230790383178626"
    assert not EarlyStatus.objects.exists()
    deliver(desk, chunk(placeholder(ago(DAY), sender), order=9))
    assert Message.objects.get().type == "image"
    assert Attachment.objects.count() == 1


def test_file_and_placeholder_in_one_batch(desk: Desk) -> None:
    desk.deliver(desk.value(messages=[file(OURS)]), field="history")
    desk.deliver(desk.value(history=[chunk(placeholder(ago(DAY), OURS))]), field="history")
    process.drain()
    assert Message.objects.get().type == "image"
    assert Attachment.objects.count() == 1


# --- the rest ----------------------------------------------------------------------------------------------------------------


def test_reactions_and_deletions_of_the_past(desk: Desk) -> None:
    text = ours("Ecco la tazza", ago(DAY))
    reaction = wire.message("reaction", {"message_id": text["id"], "emoji": "👍"}, at=ago(DAY - 60))
    mine = theirs("scusa", ago(DAY - 70))
    gone = wire.message("revoke", {"original_message_id": mine["id"]}, at=ago(DAY - 80))
    deliver(desk, chunk(reaction, gone, text, mine))
    assert Reaction.objects.get().emoji == "👍"
    assert Message.objects.get(text="scusa").deleted_at is not None
    assert Message.objects.count() == 2
    assert not AccountUpdate.objects.filter(event="not_understood").exists()


@pytest.mark.parametrize(
    ("told", "status"),
    [("SENT", "sent"), ("DELIVERED", "delivered"), ("PLAYED", "played"), ("ERROR", "failed"), ("PENDING", "sent")],
)
def test_how_far_ours_had_come(desk: Desk, told: str, status: str) -> None:
    deliver(desk, chunk(ours("Eccomi", ago(DAY), told)))
    assert Message.objects.get().status == status


def test_a_past_that_is_not_shared_says_so(desk: Desk) -> None:
    error = {"code": 2593109, "title": "History sync is turned off", "error_data": {"details": "…"}}
    deliver(desk, {"errors": [error]})
    row = AccountUpdate.objects.get()
    assert Channel.objects.get().history_declined_at is not None
    assert "did not share its past" in account_words.sentences(row.news)
    deliver(desk, chunk(theirs("dopo", ago(DAY))))
    assert Channel.objects.get().history_declined_at is None


def test_somebody_without_a_number_has_a_past_too(desk: Desk) -> None:
    message = {**theirs("ciao", ago(DAY)), "from": "", "from_user_id": wire.ASHA_ID}
    deliver(desk, chunk(message, thread=wire.ASHA_ID))
    assert Contact.objects.get().identities.get().value == wire.ASHA_ID
    assert Message.objects.get().direction == "inbound"


def test_fifty_messages_of_the_past_cost_what_one_costs(desk: Desk) -> None:
    costs = []
    for count in (1, 50):
        desk.deliver(
            desk.value(history=[chunk(*[theirs(str(n), ago(DAY + n)) for n in range(count)], order=count)]),
            field="history",
        )
        with CaptureQueriesContext(connection) as queries:
            process.process_batch()
        costs.append(len(queries))
    assert costs[1] <= costs[0] + 3
    assert Message.objects.count() == 51


def test_a_thousand_messages_of_a_hundred_people_in_one_chunk(desk: Desk) -> None:
    threads = [
        {
            "id": f"39337000{n:04}",
            "messages": [{**theirs(str(k), ago(DAY + k)), "from": f"39337000{n:04}"} for k in range(10)],
        }
        for n in range(100)
    ]
    deliver(desk, {"metadata": {"phase": 0, "chunk_order": 1, "progress": 5}, "threads": threads})
    assert (Message.objects.count(), Conversation.objects.count(), Contact.objects.count()) == (1000, 100, 100)
    assert Event.objects.count() == 100 + 100 + 1


def test_staff_see_how_far_it_is(desk: Desk, client: Client) -> None:
    deliver(desk, chunk(theirs("prima", ago(DAY))))
    client.force_login(makers.make_person("capo", "Administrator", is_superuser=True))
    talk = Conversation.objects.get()
    page = client.get(f"/admin/conversations/conversation/{talk.pk}/change/").content.decode()
    assert "Taken over from the business app" in page
    page = client.get(f"/admin/conversations/channel/{desk.channel.pk}/change/").content.decode()
    assert "55 % of its past taken over" in page
