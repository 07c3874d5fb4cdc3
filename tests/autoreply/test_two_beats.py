"""Two beats at once do nothing twice (A15, D23)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

import pytest
from django.db import connection

from autoreply.models import Firing, Rule, Variant
from autoreply.rounds import after_hours_round
from conversations import clock
from conversations.models import Message
from tests.makers import make_channel, make_conversation, make_inbound

BEATS, WAITING = 4, 6
EVENING = datetime(2026, 11, 20, 20, 50, tzinfo=UTC)  # 21:50 in Rome; without a calendar it closes at 22:00


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_each_waiting_customer_is_told_once() -> None:
    channel = make_channel()
    Variant.objects.create(rule=Rule.objects.create(key="closed", name="Chiuso", trigger="after_hours"), text="Chiuso")
    for _number in range(WAITING):
        make_inbound(make_conversation(channel), "ci siete?", at=EVENING)
    start, failures = threading.Barrier(BEATS), []

    def beat() -> None:
        start.wait()
        try:
            with clock.travel(EVENING.replace(hour=21, minute=1)):
                after_hours_round()
        except Exception as problem:
            failures.append(problem)
        finally:
            connection.close()

    beats = [threading.Thread(target=beat) for _number in range(BEATS)]
    for thread in beats:
        thread.start()
    for thread in beats:
        thread.join(30)
    assert failures == []
    assert Message.objects.outbound().count() == WAITING
    assert Firing.objects.filter(outcome="sent").count() == WAITING
