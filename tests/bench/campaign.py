"""Fills the outbox of a bench: `python -m tests.bench.campaign '{"rate": 80, "bulk": 50000, …}'`, in its scratch database.

`bulk` messages to as many customers stand queued in one commit, as a campaign leaves them; then, for `seconds`, an agent answers `each`
so often, through the action that agents' answers take. Prints the id before the first message.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.db import transaction  # noqa: E402
from django.db.models import Max  # noqa: E402

from conversations import clock, wake  # noqa: E402
from conversations.actions import messages  # noqa: E402
from conversations.actor import Actor  # noqa: E402
from conversations.models import (  # noqa: E402
    Channel,
    Contact,
    Conversation,
    Direction,
    Identity,
    Lane,
    Message,
    MessageStatus,
    Origin,
)
from tests.bench.bodies import number_of_customer  # noqa: E402

AT_ONCE = 5_000
TEXT = "Le nuove ceramiche sono arrivate: venga a vederle."


def main(rate: int, first: int, bulk: int = 0, agents: int = 0, each: float = 1.0) -> None:
    """`first`: the place of the first customer; each place is another one."""
    Channel.objects.update(throughput=rate, meta_throughput=max(rate, 80))
    channel = Channel.objects.get()
    since = Message.objects.aggregate(last=Max("pk"))["last"] or 0
    with transaction.atomic():
        for start in range(first, first + bulk, AT_ONCE):
            _queue(channel, _meet(channel, start, min(AT_ONCE, first + bulk - start)))
        waiting = _meet(channel, first + bulk, agents)
    print(json.dumps({"since": since}), flush=True)
    wake.ring(wake.Bell.DELIVER)
    began = time.monotonic()
    for place, conversation in enumerate(waiting):
        time.sleep(max(0.0, began + place * each - time.monotonic()))
        messages.queue(
            conversation=conversation, by=Actor.system("bench"), origin=Origin.AGENT, content={"body": "Subito!"}
        )


def _meet(channel: Channel, first: int, count: int) -> list[Conversation]:
    """Customers who wrote an hour ago."""
    now = clock.now()
    wrote = now - timedelta(hours=1)
    contacts = Contact.objects.bulk_create(
        [Contact(first_seen_at=wrote, last_seen_at=wrote) for _ in range(count)], batch_size=1000
    )
    Identity.objects.bulk_create(
        [
            Identity(
                contact=contact,
                portfolio=channel.portfolio,
                kind=Identity.Kind.WA_ID,
                value=number_of_customer(first + place),
                key=number_of_customer(first + place),
                created_at=wrote,
            )
            for place, contact in enumerate(contacts)
        ],
        batch_size=1000,
    )
    return Conversation.objects.bulk_create(
        [
            Conversation(
                channel=channel,
                contact=contact,
                opened_at=wrote,
                last_activity_at=wrote,
                last_inbound_at=wrote,
                window_ends_at=wrote + timedelta(hours=24),
                window_state=Conversation.WindowState.OPEN,
            )
            for contact in contacts
        ],
        batch_size=1000,
    )


def _queue(channel: Channel, conversations: list[Conversation]) -> None:
    now, machine = clock.now(), clock.machine_now()
    Message.objects.bulk_create(
        [
            Message(
                conversation=conversation,
                channel=channel,
                direction=Direction.OUTBOUND,
                origin=Origin.CAMPAIGN,
                status=MessageStatus.QUEUED,
                text=TEXT,
                payload={"body": TEXT},
                timestamp=now,
                created_at=now,
                lane=Lane.BULK,
                turn=machine,
                not_before=now,
            )
            for conversation in conversations
        ],
        batch_size=1000,
    )


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))
