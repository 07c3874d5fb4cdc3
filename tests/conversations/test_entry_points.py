"""The free window after an ad: 72 hours from our answer, if it came within a day; Meta's word goes before our reading (C20)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations import clock, sweeps
from conversations.models import Conversation, Window
from conversations.queries.windows import windows_of
from tests import makers
from tests.conversations import wire
from tests.desk import Desk

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
AD = {"source_url": "https://fb.me/x", "source_id": "1", "source_type": "ad", "headline": "Sconti", "ctwa_clid": "c1"}
FREE = {"billable": False, "pricing_model": "PMP", "type": "free_entry_point", "category": "referral_conversion"}
CHARGED = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def stamp(hours: float) -> int:
    return int(at(hours).timestamp())


def writes(desk: Desk, hours: float, *, sender: str = wire.ASHA, **more: Any) -> None:
    desk.deliver(desk.value(messages=[wire.message(at=stamp(hours), sender=sender, **more)]))
    with clock.travel(max(clock.now(), at(hours))):
        desk.work()


def clicks(desk: Desk, hours: float, referral: dict[str, Any] = AD, **more: Any) -> None:
    writes(desk, hours, referral=referral, **more)


def answers(desk: Desk, hours: float, *, pricing: dict[str, Any] | None = None, until: float | None = None) -> str:
    """We answer, and Meta says "sent" at that time. Returns the wamid."""
    row = Conversation.objects.latest("pk")
    with clock.travel(at(hours)):
        message = makers.make_outbound(row, at=at(hours), status="sending", sent_at=None)
    says(desk, str(message.wamid), "sent", hours, pricing, until)
    return str(message.wamid)


def says(desk: Desk, wamid: str, what: str, hours: float, pricing: Any = None, until: float | None = None) -> None:
    more: dict[str, Any] = {"pricing": pricing} if pricing else {}
    if until is not None:
        more["conversation"] = {
            "id": "c", "expiration_timestamp": str(stamp(until)), "origin": {"type": "referral_conversion"},
        }  # fmt: skip
    desk.deliver_statuses([wire.status(wamid, what, at=stamp(hours), **more)])
    with clock.travel(at(hours)):
        desk.work()


def free(hours: float) -> str:
    return windows_of(Conversation.objects.latest("pk")).free(at(hours))


def span() -> tuple[float, float, bool | None]:
    """The free window in hours from noon, and what Meta said of it."""
    row = Window.objects.get(kind="entry_point", conversation=Conversation.objects.latest("pk"))
    return ((row.opened_at - NOON) / HOUR, (row.expires_at - NOON) / HOUR, row.confirmed)


def test_an_answer_within_a_day_makes_three_days_free(desk: Desk) -> None:
    clicks(desk, 0)
    assert (free(0), free(23.9), free(24)) == ("entry_offer", "entry_offer", "")
    answers(desk, 10)
    assert span() == (10, 82, None)
    assert (free(10), free(81.9), free(82)) == ("entry_point", "entry_point", "")
    assert not Window.objects.filter(kind="entry_offer").exists(), "it is answered"


def test_after_a_day_of_silence_templates_only_but_free(desk: Desk) -> None:
    clicks(desk, 0)
    answers(desk, 1)
    row = Conversation.objects.get()
    states = []
    for hours in (1, 23, 30, 50, 72.9, 73):
        with clock.travel(at(hours)):
            sweeps.check_windows()
            row.refresh_from_db()
            states.append((row.window_state, windows_of(row).free_form_allowed(clock.now()), free(hours)))
    assert states == [
        ("open", True, "entry_point"),
        ("closing", True, "entry_point"),
        ("template_only", False, "entry_point"),
        ("template_only", False, "entry_point"),  # past 48 h, and no surcharge
        ("template_only", False, "entry_point"),
        ("surcharge", False, ""),
    ]


def test_an_answer_too_late_opens_nothing(desk: Desk) -> None:
    clicks(desk, 0)
    answers(desk, 24.5)
    assert not Window.objects.filter(kind="entry_point").exists()
    assert free(24.5) == ""


def test_an_answer_that_failed_opens_nothing(desk: Desk) -> None:
    clicks(desk, 0)
    wamid = answers(desk, 1)
    assert free(2) == "entry_point"
    says(desk, wamid, "failed", 1.1)
    assert free(2) == "entry_offer"


@pytest.mark.parametrize(
    ("referral", "opens"),
    [
        ({"source_type": "ad"}, True),
        ({"source_type": "page"}, True),
        ({"source_type": "post", "ctwa_clid": "c1"}, True),
        ({"source_type": "post"}, False),
        ({"source_type": ["ad"]}, False),
    ],
)
def test_what_counts_as_an_ad(desk: Desk, referral: dict[str, Any], opens: bool) -> None:
    clicks(desk, 0, referral)
    answers(desk, 1)
    assert (free(2) == "entry_point") is opens


def test_metas_end_goes_before_ours(desk: Desk) -> None:
    clicks(desk, 0)
    wamid = answers(desk, 1, pricing=FREE, until=80)
    assert span() == (1, 80, True)
    says(desk, wamid, "delivered", 1.1, pricing=FREE)  # names no end
    assert span() == (1, 80, True)


def test_metas_end_is_kept_when_sent_comes_last(desk: Desk) -> None:
    clicks(desk, 0)
    row = Conversation.objects.get()
    message = makers.make_outbound(row, at=at(1), status="sending")
    says(desk, str(message.wamid), "delivered", 1.1, pricing=FREE)
    says(desk, str(message.wamid), "sent", 1, pricing=FREE, until=80)
    assert span() == (1, 80, True)


def test_what_meta_charges_is_not_free(desk: Desk) -> None:
    """From a computer, say: the desk cannot know."""
    clicks(desk, 0)
    answers(desk, 1, pricing=CHARGED)
    assert span() == (1, 73, False)
    assert Window.objects.get(kind="entry_point").priced
    assert free(2) == ""
    with clock.travel(at(50)):
        sweeps.check_windows()
    assert Conversation.objects.get().window_state == "surcharge"


def test_meta_knows_of_a_page_button_that_sends_no_referral(desk: Desk) -> None:
    writes(desk, 0)
    answers(desk, 1)
    assert free(2) == ""
    answers(desk, 2, pricing=FREE, until=73)
    assert span() == (2, 73, True)


def test_another_click_does_not_lengthen_it_but_a_later_one_begins_anew(desk: Desk) -> None:
    clicks(desk, 0)
    answers(desk, 1)
    clicks(desk, 20)
    answers(desk, 21)
    assert span() == (1, 73, None)
    clicks(desk, 80)
    assert free(80) == "entry_offer"
    answers(desk, 81)
    assert span() == (81, 153, None)


def test_what_is_written_in_the_business_app_is_an_answer(desk: Desk) -> None:
    clicks(desk, 0)
    echo = {"to": wire.ASHA, "id": wire.wamid(), "timestamp": str(stamp(2)), "type": "text", "text": {"body": "Eccoci"}}
    desk.deliver(desk.value(message_echoes=[echo]), field="smb_message_echoes")
    with clock.travel(at(2)):
        desk.work()
    assert span() == (2, 74, None)


def test_the_answer_that_the_desk_sends_opens_it(desk: Desk) -> None:
    """The whole way, by Meta's stand-in."""
    from conversations.actions import messages
    from conversations.actor import Actor

    asha = desk.customer("Asha")
    asha.sends("text", {"body": "Quanto costa?"}, referral=AD)
    desk.settle()
    row = Conversation.objects.get()
    messages.queue(conversation=row, by=Actor.system("test"), origin="system", content={"body": "12 euro"})
    assert windows_of(row).free(clock.now()) == "entry_offer"
    desk.work()
    sent = Window.objects.get(kind="entry_point")
    assert sent.expires_at - sent.opened_at == 72 * HOUR


def test_a_conversation_that_begins_within_it_is_free_too(desk: Desk) -> None:
    """The window is between customer and number; a new conversation after the first was resolved does not end it."""
    clicks(desk, 0)
    answers(desk, 1)
    Conversation.objects.update(status="resolved", resolved_at=at(2))
    writes(desk, 30)
    assert Conversation.objects.count() == 2
    assert span() == (1, 73, None)
    answers(desk, 31, pricing=FREE, until=75)
    assert span() == (1, 75, True)


def test_other_customers_are_not_asked_for(desk: Desk) -> None:
    clicks(desk, 0)
    answers(desk, 1)
    writes(desk, 2, sender="393330000009")
    answers(desk, 3)
    assert free(4) == ""
    assert Window.objects.filter(kind="entry_point").count() == 1


# --- any history, in any order ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Happened:
    """`hours` from noon; what: wrote, clicked or answered; `price` is what Meta says of an answer."""

    hours: float
    what: str
    price: str = ""  # free, charged
    until: float | None = None


def _answer(hours: float, price: str, until: float) -> Happened:
    return Happened(hours, "answered", price, round(hours + until, 1) if price == "free" and until else None)


HOURS = st.integers(0, 1500).map(lambda tenths: tenths / 10)
INBOUND = st.builds(Happened, HOURS, st.sampled_from(["wrote", "clicked"]))
OUTBOUND = st.builds(_answer, HOURS, st.sampled_from(["", "", "free", "charged"]), st.sampled_from([0, 70, 72, 96]))
HISTORIES = st.lists(
    st.one_of(INBOUND, INBOUND, OUTBOUND), min_size=1, max_size=9, unique_by=lambda one: one.hours
).filter(lambda history: any(one.what != "answered" for one in history))


def read_by_hand(history: list[Happened], now: float) -> tuple[str, bool, str]:
    """State, whether one may write freely, and why it is free: as a person with a pencil finds it, going through the hours."""
    wrote = [one.hours for one in history if one.what != "answered"]
    silent = now - max(wrote)
    click: float | None = None
    ends: float | None = None
    word = ""
    for one in sorted(history, key=lambda one: one.hours):
        if one.what == "clicked":
            click = one.hours
        elif one.what == "answered":
            stands = ends is not None and one.hours < ends and word != "charged"
            if not stands and ((click is not None and one.hours - click <= 24) or one.price == "free"):
                ends, word = one.hours + 72, ""
            click = None if click is not None and one.hours - click <= 24 else click
            if ends is not None and one.hours < ends and one.price:
                ends = one.until if one.until is not None else ends
                word = "free" if "free" in (word, one.price) else "charged"
    free_until = ends if ends is not None and word != "charged" else None
    why = "entry_point" if free_until is not None and now < free_until else ""
    if not why and click is not None and now - click < 24:
        why = "entry_offer"
    if silent < 24 - 30 / 3600:
        return ("closing" if silent >= 22 else "open"), True, why
    return (
        ("surcharge" if silent >= 48 and not (free_until is not None and now < free_until) else "template_only"),
        False,
        why,
    )


numbers = itertools.count(393340000001)


# Each history is another customer's, and takes half a second: through the real door, arrival by arrival.
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=min(settings().max_examples, 300))
@given(history=HISTORIES, data=st.data())
def test_rows_say_what_a_person_reads_in_the_history_in_any_order_of_arrival(
    desk: Desk, history: list[Happened], data: st.DataObject
) -> None:
    sender, arrivals = str(next(numbers)), []
    contact = makers.make_contact(portfolio=desk.channel.portfolio, number=sender)
    talk = makers.make_conversation(desk.channel, contact, window_ends_at=None, window_state="template_only")
    for one in history:
        if one.what == "answered":
            message = makers.make_outbound(talk, at=at(one.hours), status="sending", sent_at=None)
            more: dict[str, Any] = {"pricing": {"free": FREE, "charged": CHARGED}[one.price]} if one.price else {}
            if one.until is not None:
                origin = {"type": "referral_conversion"}
                more["conversation"] = {"expiration_timestamp": str(stamp(one.until)), "origin": origin}
            arrivals.append(desk.value(statuses=[wire.status(str(message.wamid), "sent", at=stamp(one.hours), **more)]))
        else:
            asked: dict[str, Any] = {"sender": sender} | ({"referral": AD} if one.what == "clicked" else {})
            arrivals.append(desk.value(messages=[wire.message(at=stamp(one.hours), **asked)]))
    last = max(one.hours for one in history)
    with clock.travel(at(last)):
        for arrival in data.draw(st.permutations([*arrivals, arrivals[0]])):
            desk.deliver(arrival)
            desk.work()
    for later in (0, 1, 21.9, 22.1, 24.1, 47, 49, 71, 73, 100, 170):
        now = round(last + later, 1)
        with clock.travel(at(now)):
            sweeps.check_windows()
            row = Conversation.objects.get(pk=talk.pk)
            windows = windows_of(row)
            read = (windows.state(clock.now()), windows.free_form_allowed(clock.now()), windows.free(clock.now()))
        assert read == read_by_hand(history, now), now
        assert row.window_state == read[0], "the stored state follows"
