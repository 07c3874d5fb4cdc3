"""Messages that are delivered more than once are charged more than once: to the members of a group, and sent twice by mischance."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction

from conversations import clock
from conversations.actions import costs
from conversations.cost import quote
from conversations.models import Allowance, Attempt, Channel, GroupParticipant, Message
from conversations.whatsapp.payloads import StatusUpdate
from tests.conversations.cost_world import NOON, changed, charged, read_journal, send, status, tell
from tests.conversations.test_group_receipts import deliver, ours
from tests.conversations.test_group_receipts import status as receipt
from tests.conversations.test_groups import BRUNO, CARLA
from tests.desk import Desk

PMP = {"pricing_model": "PMP", "type": "regular", "category": "group_service", "billable": True}
GERMAN = "4915112345678"


def without_allowance(channel: Channel) -> None:
    Allowance.objects.create(channel=channel, valid_from=date(2026, 1, 1), messages=0)
    changed()


def entry(message: Message) -> tuple[Any, ...]:
    row = message.cost
    row.refresh_from_db()
    return row.state, row.market, row.delivered_to, row.actual, row.difference


def test_a_message_to_a_group_is_charged_for_each_who_has_it(desk: Desk) -> None:
    without_allowance(desk.channel)
    message = ours(desk, BRUNO, CARLA, GERMAN)
    expected = quote.estimate(message.conversation)
    assert expected is not None
    assert (expected.category, expected.market, expected.recipients) == ("group_service", "mixed", 3)
    assert expected.price == Decimal("0.024")
    costs.record(message)
    deliver(desk, receipt("delivered", BRUNO, pricing=PMP))
    assert entry(message) == ("settled", "IT", 1, Decimal("0.008"), "recipients")
    deliver(desk, receipt("delivered", GERMAN, pricing=PMP), receipt("delivered", GERMAN, pricing=PMP))
    assert entry(message) == ("settled", "mixed", 2, Decimal("0.016"), "recipients")
    deliver(desk, receipt("read", CARLA, pricing=PMP))
    assert entry(message) == ("settled", "mixed", 3, Decimal("0.024"), "")


def test_members_who_are_free_are_not_charged_beside_others(desk: Desk) -> None:
    without_allowance(desk.channel)
    message = ours(desk, BRUNO, CARLA)
    costs.record(message)
    deliver(desk, receipt("delivered", BRUNO, pricing=PMP))
    deliver(desk, receipt("delivered", CARLA, pricing={**PMP, "type": "free_customer_service"}))
    assert entry(message) == ("settled", "IT", 2, Decimal("0.008"), "rate_changed")


def test_a_group_of_nobody_known_is_estimated_at_the_numbers_own_country(desk: Desk) -> None:
    without_allowance(desk.channel)
    message = ours(desk, BRUNO)
    GroupParticipant.objects.all().delete()
    expected = quote.estimate(message.conversation)
    assert expected is not None
    assert (expected.market, expected.recipients) == ("IT", 1)


@pytest.mark.django_db(transaction=True)
def test_a_message_that_reached_the_customer_twice_costs_twice() -> None:
    with clock.travel(NOON):
        message = send(charged())
        for number, wamid in ((1, "wamid.first"), (2, f"wamid.{message.pk}")):
            Attempt.objects.create(message=message, number=number, wamid=wamid, started_at=clock.machine_now())
        tell(message, status(message, "delivered", category="service"))
        assert entry(message)[3] == Decimal("0.008")
        tell(message, twin(message))
        read_journal()
        for _twice in range(2):
            assert entry(message)[1:] == ("IT", 2, Decimal("0.016"), "copies")
            tell(message, status(message, "read"))
            with transaction.atomic():
                costs.count_copies(Message.objects.filter(pk=message.pk))


def twin(message: Message) -> StatusUpdate:
    """Of its first attempt, which nobody knew to have arrived."""
    one = status(message, "delivered", category="service")
    mark = Attempt.objects.get(message=message, number=1).opaque
    return dataclasses.replace(one, wamid="wamid.first", opaque=mark, timestamp=NOON + timedelta(minutes=9))
