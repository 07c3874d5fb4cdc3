"""What tests of the mirror share: a receiver that really listens, a connection to it, and things that happen."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from conversations.actor import Actor
from conversations.journal import readers
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Bookmark, Conversation, Event, Message
from crm_sync.models import Connection, ConnectionHealth
from crm_sync.readers import mirror
from crm_sync.receiver import Receiver, server
from crm_sync.signing import new_secret
from tests.makers import make_inbound

CUSTOMER = Actor.customer()


@contextmanager
def listening(secret: str) -> Iterator[tuple[Receiver, str]]:
    """A receiver on a free port and its address."""
    receiver = Receiver(secret, say=lambda line: None)
    with server(receiver, 0) as http:
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield receiver, f"http://127.0.0.1:{http.server_port}/hook"
        finally:
            http.shutdown()
            thread.join()


def make_connection(url: str = "http://127.0.0.1:9/", **values: Any) -> Connection:
    connection = Connection.objects.create(**{"name": "Tramontana CRM", "url": url, "secret": new_secret(), **values})
    ConnectionHealth.objects.create(connection=connection)
    return connection


def receive(conversation: Conversation, text: str = "Buongiorno") -> Message:
    """A customer's message and its event."""
    message = make_inbound(conversation, text)
    record(Kind.MESSAGE_RECEIVED, by=CUSTOMER, conversation=conversation, message=message.pk, type=message.type)
    return message


def read() -> None:
    """The whole journal. On PostgreSQL a transaction of anybody in the cluster holds readers back for a moment (D27)."""
    Bookmark.objects.get_or_create(reader="crm_sync.mirror")
    last = Event.objects.order_by("id").values_list("pk", flat=True).last() or 0
    until = time.monotonic() + 20
    while Bookmark.objects.get(reader="crm_sync.mirror").event_id < last:
        assert time.monotonic() < until, "a transaction somewhere in the cluster does not end"
        if not readers.read_batch("crm_sync.mirror", mirror):
            time.sleep(0.02)


def order_of(receiver: Receiver) -> dict[int, list[int]]:
    """Contact -> ids of the messages it was told of, in the order of arrival."""
    told: dict[int, list[int]] = {}
    for one in receiver.taken:
        told.setdefault(one.body["data"]["contact"]["id"], []).append(one.body["data"]["id"])
    return told
