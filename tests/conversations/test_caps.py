"""Caps: who is held back, why, until when, and what is let go (C24)."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from conversations import clock
from conversations.actions import messages
from conversations.actor import Actor
from conversations.errors import CapReached, OptedOut
from conversations.models import (
    Channel,
    Consent,
    Conversation,
    DayTally,
    Event,
    Message,
    Reached,
    ReachTally,
    Template,
)
from conversations.outbox import caps, claim
from conversations.outbox.caps import holding
from tests import makers

SYSTEM = Actor.system("test")
NOON = datetime(2026, 10, 14, 10, 0, tzinfo=UTC)  # noon in Rome
WELCOME = {"name": "welcome", "language": {"code": "it"}}


@pytest.fixture
def channel(db: None) -> Channel:
    """A number in Rome with the caps as shipped, and a template."""
    channel = makers.make_channel(throughput=80)
    make_template(channel)
    return channel


def talk(channel: Channel, *, known: bool = True, opened: bool = True, **values: Any) -> Conversation:
    """With a customer of long ago, or a new one; the window open, or closed for long."""
    seen = NOON - timedelta(days=40 if known else 0)
    contact = makers.make_contact(portfolio=channel.portfolio, first_seen_at=seen)
    wrote = NOON - timedelta(hours=1 if opened else 60)
    if known or opened:
        values["last_inbound_at"] = wrote
    return makers.make_conversation(
        channel, contact, opened_at=wrote, window_ends_at=wrote + timedelta(hours=24), **values
    )


def make_template(channel: Channel, category: str = "UTILITY") -> None:
    components = [{"type": "BODY", "text": "Buongiorno"}]
    values = {"category": category, "status": "APPROVED", "components": components}
    Template.objects.update_or_create(channel=channel, name="welcome", language="it", defaults=values)


def queue(conversation: Conversation, origin: str = "campaign", type_: str = "text", **more: Any) -> Message:
    content = WELCOME if type_ == "template" else {"body": "Eccoci"}
    fresh = Conversation.objects.get(pk=conversation.pk)
    return messages.queue(conversation=fresh, by=SYSTEM, origin=origin, type_=type_, content=content, **more)


def after(message: Message) -> timedelta:
    """How long after noon it goes."""
    assert message.not_before is not None
    return message.not_before - NOON


def take(channel: Channel, limit: int = 100) -> int:
    """What a worker takes up, as if Meta took it all."""
    claimed = claim.claim(Channel.objects.get(pk=channel.pk), limit)
    Message.objects.filter(pk__in=[one.message.pk for one in claimed]).update(status="sent")
    return len(claimed)


def consents(conversation: Conversation, state: str) -> None:
    assert conversation.contact is not None
    Consent.objects.create(contact=conversation.contact, state=state, source="test", at=clock.now())


# --- a new customer ---------------------------------------------------------------------------------------------------------


def test_a_new_customer_gets_five_messages_a_minute_and_a_known_one_as_many_as_you_like(channel: Channel) -> None:
    new, known = talk(channel, known=False), talk(channel)
    with clock.travel(NOON):
        sent = [queue(new, "agent") for _ in range(11)]
        assert {queue(known, "agent").status for _ in range(11)} == {"queued"}
    assert [one.status for one in sent] == ["queued"] * 5 + ["held"] * 6
    assert {one.hold_code for one in sent[5:]} == {"new_customer_cap"}
    assert [after(one).seconds for one in sent] == [0] * 5 + [60] * 5 + [120]
    assert Event.objects.filter(kind="message.held").count() == 6


def test_what_is_held_goes_in_its_order_when_its_time_has_come(channel: Channel) -> None:
    new = talk(channel, known=False)
    with clock.travel(NOON):
        sent = [queue(new, "agent") for _ in range(7)]
        assert holding.release_due() == 0
    with clock.travel(NOON + timedelta(seconds=61)):
        assert holding.release_due() == 2
    released = list(Message.objects.filter(status="queued").order_by("turn").values_list("pk", flat=True))
    assert released == [one.pk for one in sent]


@pytest.mark.parametrize(("binds", "held"), [("all", 2), ("automatic", 1), ("bulk", 1)])
def test_a_cap_binds_whom_the_business_says(channel: Channel, binds: str, held: int) -> None:
    Channel.objects.update(new_customer_binds=binds, new_customer_cap=1)
    new = talk(channel, known=False)
    with clock.travel(NOON):
        queue(new, "agent")
        found = [queue(new, origin).status for origin in ("agent", "campaign")]
    assert found.count("held") == held
    assert found[1] == "held"


def test_no_cap_is_none(channel: Channel) -> None:
    Channel.objects.update(new_customer_cap=None, initiated_cap=None, daily_cap=None)
    new = talk(channel, known=False, opened=False)
    with clock.travel(NOON):
        assert {queue(new, type_="template").status for _ in range(20)} == {"queued"}


def test_an_automatic_reply_is_not_kept_for_tomorrow(channel: Channel) -> None:
    known = talk(channel)
    DayTally.objects.create(channel=channel, day=NOON.date(), sent=1000)
    with clock.travel(NOON):
        with pytest.raises(CapReached):
            queue(known, "rule")
        assert queue(known, "campaign").status == "held"


# --- what the business begins -----------------------------------------------------------------------------------------------


def test_who_has_not_opted_in_is_written_to_first_once_a_day(channel: Channel) -> None:
    asha, bruno, open_one = talk(channel, opened=False), talk(channel, opened=False), talk(channel)
    with clock.travel(NOON):
        consents(bruno, "opt_in")
        assert {queue(bruno, type_="template").status for _ in range(3)} == {"queued"}
        assert {queue(open_one, type_="template").status for _ in range(3)} == {"queued"}, "a window is open"
        sent = [queue(asha, "agent", "template") for _ in range(3)]
    assert [one.status for one in sent] == ["queued", "held", "held"]
    assert [after(one) for one in sent] == [timedelta(0), timedelta(hours=24), timedelta(hours=48)]
    assert {one.hold_code for one in sent[1:]} == {"initiated_cap"}


def test_once_the_customer_writes_nobody_begins_any_more(channel: Channel) -> None:
    asha = talk(channel, opened=False)
    with clock.travel(NOON):
        queue(asha, type_="template")
        held = queue(asha, type_="template")
        assert (held.status, holding.release_due()) == ("held", 0)
        Conversation.objects.update(window_ends_at=NOON + timedelta(hours=24))
        assert holding.release_due() == 1
    assert Message.objects.get(pk=held.pk).status == "queued"


# --- consent ----------------------------------------------------------------------------------------------------------------


def test_marketing_never_goes_to_who_opted_out(channel: Channel) -> None:
    make_template(channel, "MARKETING")
    asha = talk(channel)
    with clock.travel(NOON):
        consents(asha, "opt_out")
        with pytest.raises(OptedOut):
            queue(asha, "agent", "template")
        assert queue(asha, "agent").status == "queued", "an answer is no marketing"
        consents(asha, "opt_in")
        assert queue(asha, "agent", "template").status == "queued", "their latest word counts"
    assert not Message.objects.filter(status="held").exists()


def test_who_opts_out_while_it_waits_is_not_written_to(channel: Channel) -> None:
    make_template(channel, "MARKETING")
    asha = talk(channel)
    with clock.travel(NOON):
        waiting = queue(asha, type_="template")
        consents(asha, "opt_out")
        assert take(channel) == 0
    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_code) == ("failed", "opted_out")


# --- a day of the number ----------------------------------------------------------------------------------------------------


def test_the_days_cap_holds_campaigns_until_tomorrow_morning_and_no_agent(channel: Channel) -> None:
    Channel.objects.update(daily_cap=3)
    bulk = [talk(channel) for _ in range(6)]
    with clock.travel(NOON):
        waiting = [queue(one) for one in bulk]
        agent = queue(talk(channel), "agent")
        assert take(channel) == 3, "the agent's counts, and two of the campaign's"
        assert take(channel) == 0
        assert queue(bulk[0], "agent").status == "queued"
        late = queue(talk(channel))
        assert take(channel) == 1
    rows = [Message.objects.get(pk=one.pk) for one in [*waiting, late]]
    assert [row.status for row in rows] == ["sent"] * 2 + ["held"] * 5
    assert {(row.hold_code, after(row)) for row in rows[2:]} == {("daily_cap", timedelta(hours=21))}, "at nine in Rome"
    assert Message.objects.get(pk=agent.pk).status == "sent"
    assert DayTally.objects.get().sent == 4
    with clock.travel(NOON + timedelta(hours=21)):
        assert holding.release_due() == 5
        assert take(channel) == 3
    assert list(DayTally.objects.order_by("day").values_list("sent", flat=True)) == [4, 3]


def test_a_message_that_is_tried_again_counts_once(channel: Channel) -> None:
    with clock.travel(NOON):
        message = queue(talk(channel), "agent")
        assert take(channel) == 1
        Message.objects.filter(pk=message.pk).update(status="queued")
        assert take(channel) == 1
    assert DayTally.objects.get().sent == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_workers_count_exactly() -> None:
    """Eight threads claim at once: not one message over the day's cap, not one customer over the portfolio's limit."""
    channel = makers.make_channel(daily_cap=50, initiated_cap=None, new_customer_cap=None)
    channel.portfolio.messaging_limit = 30
    channel.portfolio.save(update_fields=["messaging_limit"])
    make_template(channel)
    for place in range(120):
        queue(talk(channel, opened=False), "campaign" if place % 2 else "agent", "template")
    sent: list[int] = []

    def work() -> None:
        fresh = Channel.objects.select_related("portfolio").get(pk=channel.pk)
        while claimed := claim.claim(fresh, 7):
            sent.extend(one.message.pk for one in claimed)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == len(set(sent)) == 30
    assert DayTally.objects.get().sent == 30
    assert ReachTally.objects.get().reached == Reached.objects.count() == 30


# --- Meta's messaging limit -------------------------------------------------------------------------------------------------


def test_the_portfolios_limit_counts_customers_once_over_all_its_numbers(channel: Channel) -> None:
    Channel.objects.update(initiated_cap=None)
    portfolio = channel.portfolio
    portfolio.messaging_limit = 2
    portfolio.save(update_fields=["messaging_limit"])
    other = makers.make_channel(portfolio=portfolio, initiated_cap=None)
    make_template(other)
    asha, bruno, carla, dora = (talk(one, opened=False) for one in (channel, other, channel, other))
    with clock.travel(NOON):
        for one in (asha, bruno, talk(channel)):  # the third has an open window, and does not count
            queue(one, type_="template")
        assert take(channel) + take(other) == 3
        assert ReachTally.objects.get().reached == 2
    with clock.travel(NOON + timedelta(hours=3)):
        again, held = queue(asha, type_="template"), queue(carla, type_="template")
        assert (again.status, held.status, held.hold_code) == ("queued", "held", "messaging_limit")
        assert after(held) == timedelta(hours=24)
        assert caps.look(dora, type_="template", origin="agent") is not None, "it binds agents too"
        assert take(channel) == 1
    with clock.travel(NOON + timedelta(hours=24)):
        assert holding.release_due() == 1
        assert take(channel) == 1, "Bruno's 24 hours are over; Asha's begin with the last message"
        last = queue(dora, type_="template")
        assert (last.status, after(last)) == ("held", timedelta(hours=27))


def test_what_was_queued_before_the_limit_was_reached_is_held_when_taken(channel: Channel) -> None:
    portfolio = channel.portfolio
    portfolio.messaging_limit = 2
    portfolio.save(update_fields=["messaging_limit"])
    with clock.travel(NOON):
        waiting = [queue(talk(channel, opened=False), type_="template") for _ in range(5)]
        assert take(channel) == 2
    rows = [Message.objects.get(pk=one.pk) for one in waiting]
    assert [row.status for row in rows] == ["sent"] * 2 + ["held"] * 3
    assert {(row.hold_code, row.not_before) for row in rows[2:4]} == {
        ("messaging_limit", NOON + timedelta(hours=24))
    }, "two places are free then"


# --- scheduled --------------------------------------------------------------------------------------------------------------


def test_what_is_scheduled_meets_the_caps_when_it_falls_due(channel: Channel) -> None:
    make_template(channel, "MARKETING")
    asha, bruno = talk(channel, opened=False), talk(channel, opened=False)
    with clock.travel(NOON):
        later = [queue(one, type_="template", not_before=NOON + timedelta(hours=2)) for one in (asha, asha, bruno)]
        assert {one.status for one in later} == {"scheduled"}
        consents(bruno, "opt_out")
    with clock.travel(NOON + timedelta(hours=2)):
        assert holding.release_scheduled(limit=10) == 3
    rows = [Message.objects.get(pk=one.pk) for one in later]
    assert [row.status for row in rows] == ["queued", "held", "failed"]
    assert (rows[1].hold_code, after(rows[1])) == ("initiated_cap", timedelta(hours=26))
    assert rows[2].error_code == "opted_out"


# --- what it costs ----------------------------------------------------------------------------------------------------------


def test_a_look_costs_as_much_after_ten_thousand_messages_as_after_ten(channel: Channel) -> None:
    costs = []
    for count in (10, 10_000):
        new = talk(channel, known=False, opened=False)
        Message.objects.bulk_create(
            Message(
                conversation=new,
                channel=channel,
                direction="outbound",
                origin="agent",
                status="delivered",
                timestamp=NOON - timedelta(seconds=count - place),
                created_at=NOON,
                not_before=NOON - timedelta(seconds=count - place),
                initiated=True,
            )
            for place in range(count)
        )
        fresh = Conversation.objects.select_related("channel__portfolio", "contact").get(pk=new.pk)
        with CaptureQueriesContext(connection) as asked, clock.travel(NOON):
            found = caps.look(fresh, type_="template", origin="campaign")
        assert found is not None
        kept = ("conversations_stamp", "conversations_budgetmonth")  # looked at once a second, whoever asks
        costs.append(len([one for one in asked if not any(table in one["sql"] for table in kept)]))
    assert costs[0] == costs[1] <= 4
    with CaptureQueriesContext(connection) as asked, clock.travel(NOON):
        open_one = Conversation.objects.select_related("channel__portfolio", "contact").get(pk=talk(channel).pk)
        asked_before = len(asked)
        assert caps.look(open_one, origin="agent") is None
    assert len(asked) == asked_before, "an agent's answer to a known customer costs nothing"
