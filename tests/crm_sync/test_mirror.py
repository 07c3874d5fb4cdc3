from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Event
from crm_sync.models import Connection, SyncJob
from crm_sync.readers import mirror
from tests.crm_sync.world import make_connection, receive
from tests.makers import make_channel, make_contact, make_conversation, make_inbound, make_outbound

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_sync.doorbell.ring", lambda: None)


def test_a_message_becomes_one_job_with_all_a_crm_needs() -> None:
    make_connection()
    channel = make_channel()
    contact = make_contact("Asha Verdi", portfolio=channel.portfolio, number="393331234567")
    message = receive(make_conversation(channel, contact), "Vorrei fare un reso")
    mirror(list(Event.objects.order_by("id")))
    job = SyncJob.objects.get()
    assert job.body["type"] == "message.received"
    data = job.body["data"]
    assert data["id"] == message.pk
    assert data["text"] == "Vorrei fare un reso"
    assert data["direction"] == "inbound"
    assert data["conversation"]["number"] == message.conversation.number
    assert data["contact"] == {"id": contact.pk, "name": "Asha Verdi", "phone": "+393331234567"}
    assert job.order_key == f"contact:{contact.pk}"


def test_a_contact_goes_with_its_identities_and_number() -> None:
    make_connection()
    channel = make_channel()
    contact = make_contact("Asha Verdi", portfolio=channel.portfolio, number="393331234567")
    record(Kind.CONTACT_CREATED, by=Actor.customer(), contact=contact, channel=channel)
    mirror(list(Event.objects.order_by("id")))
    data = SyncJob.objects.get().body["data"]
    assert data["phone"] == "+393331234567"
    assert data["identities"] == [{"kind": "wa_id", "value": "393331234567"}]


def test_reading_twice_writes_once() -> None:
    make_connection()
    receive(make_conversation())
    events = list(Event.objects.order_by("id"))
    mirror(events)
    mirror(events)
    assert SyncJob.objects.count() == 1


def test_each_connection_gets_what_it_asked_for() -> None:
    everything = make_connection(name="everything")
    make_connection(name="contacts only", sends_messages=False, sends_conversations=False)
    make_connection(name="off", is_active=False)
    conversation = make_conversation()
    receive(conversation)
    record(Kind.CONVERSATION_RESOLVED, by=Actor.system("test"), conversation=conversation)
    record(Kind.NOTE_ADDED, by=Actor.system("test"), conversation=conversation, note=1, mentions=[])
    mirror(list(Event.objects.order_by("id")))
    assert [(job.connection, job.kind) for job in SyncJob.objects.order_by("id")] == [
        (everything, "message.received"),
        (everything, "conversation.resolved"),
    ]


@pytest.mark.parametrize(
    "kind", [Kind.MESSAGE_READ, Kind.MESSAGE_EDITED, Kind.MESSAGE_REVOKED, Kind.MESSAGE_ECHOED, Kind.CONTACT_RENUMBERED]
)
def test_what_changes_later_is_told_too(kind: Kind) -> None:
    make_connection()
    conversation = make_conversation()
    message = make_inbound(conversation, "Buongiorno")
    about: dict[str, Any] = {} if kind == Kind.CONTACT_RENUMBERED else {"message": message.pk}
    record(kind, by=Actor.customer(), conversation=conversation, **about)
    mirror(list(Event.objects.order_by("id")))
    job = SyncJob.objects.get()
    assert job.body["type"] == kind
    assert job.body["data"]["id"] == (message.pk if about else conversation.contact_id)
    assert job.order_key == f"contact:{conversation.contact_id}"


@pytest.mark.parametrize("many", [2, 40])
def test_queries_do_not_grow_with_the_batch(many: int) -> None:
    make_connection()
    for _number in range(many):
        conversation = make_conversation()
        receive(conversation)
        answer = make_outbound(conversation)
        record(Kind.MESSAGE_SENT, by=Actor.system("outbox"), conversation=conversation, message=answer.pk)
    events = list(Event.objects.order_by("id"))
    with CaptureQueriesContext(database) as queries:
        mirror(events)
    reads = [query for query in queries if query["sql"].startswith("SELECT")]
    assert len(reads) == 5  # connections, messages, conversations, contacts, identities
    assert len(queries) - len(reads) <= 4  # one insert; SQLite takes fifty rows at a time, within savepoints


def test_without_a_connection_a_batch_costs_one_query(django_assert_num_queries: Any) -> None:
    receive(make_conversation())
    events = list(Event.objects.order_by("id"))
    with django_assert_num_queries(1):
        mirror(events)


def test_an_erased_contact_is_forgotten_here_too() -> None:
    make_connection()
    conversation = make_conversation()
    receive(conversation)
    mirror(list(Event.objects.order_by("id")))
    record(Kind.CONTACT_ERASED, by=Actor.system("erasure"), contact=conversation.contact)
    mirror(list(Event.objects.filter(kind=Kind.CONTACT_ERASED)))
    assert not SyncJob.objects.exists()


def test_secrets_are_kept_encrypted_and_out_of_history() -> None:
    made = make_connection()
    with database.cursor() as cursor:
        cursor.execute("SELECT secret FROM crm_sync_connection")
        assert not cursor.fetchone()[0].startswith("whsec_")
    assert Connection.objects.get().secret == made.secret
    assert not hasattr(made.history.get(), "secret")
