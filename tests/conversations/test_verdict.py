"""May I write, what will it cost, and what to do if not: before sending, and the same that sending then does (C22)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversations import clock
from conversations.actions import messages
from conversations.actor import Actor
from conversations.errors import DeskError
from conversations.models import (
    Allowance,
    Channel,
    Consent,
    Conversation,
    DayTally,
    LedgerEntry,
    Lock,
    Message,
    Origin,
    Template,
    Window,
)
from conversations.queries.templates import content_for
from conversations.verdict import verdict
from tests import makers
from tests.conversations import cost_world
from tests.conversations.cast import Cast, api, code_of, make_cast

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
BODY = [{"type": "BODY", "text": "Buongiorno, siamo ancora qui"}]


@pytest.fixture
def cast() -> Cast:
    """Returns' pool has a conversation of Asha's, who wrote at noon; templates of three kinds; messages cost from the first."""
    with clock.travel(NOON):
        made = make_cast()
    made.asha.first_seen_at = NOON - timedelta(days=40)
    made.asha.save()
    for name, category, status in (
        ("promemoria", "UTILITY", "APPROVED"),
        ("sconti", "MARKETING", "APPROVED"),
        ("pausa", "UTILITY", "PAUSED"),
    ):
        Template.objects.create(
            channel=made.channel, name=name, language="it", category=category, status=status, components=BODY
        )
    Allowance.objects.create(channel=made.channel, valid_from=date(2026, 1, 1), messages=0)
    cost_world.changed()
    return made


def ask(cast: Cast, **query: Any) -> dict[str, Any]:
    answer = api(cast.ben).get(f"/api/v1/conversations/{cast.talk.pk}/verdict/", query)
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def template(name: str) -> Template:
    return Template.objects.get(name=name)


def test_inside_the_window_anything_goes_and_what_it_costs(cast: Cast) -> None:
    with clock.travel(NOON + HOUR):
        found = ask(cast)
    assert (found["allowed"], found["goes"], found["code"], found["until"]) == ("free_form", "now", "", None)
    assert found["message"] == "Anything may be sent until Sat 21 Nov, 12:00."
    assert (found["category"], found["market"], found["free"]) == ("service", "IT", "")
    assert Decimal(found["surcharge"]) == 0
    assert found["window"]["state"] == "open"
    assert found["templates"] == []


def test_outside_it_says_when_it_closed_and_which_templates_may_go_at_what_price(cast: Cast) -> None:
    with clock.travel(NOON + 30 * HOUR):
        found = ask(cast)
    assert (found["allowed"], found["goes"], found["code"]) == ("template", "no", "window_closed")
    assert found["message"].startswith("The service window closed on Sat 21 Nov, 12:00,")
    assert (
        found["hint"] == "Send a template, such as promemoria, sconti. The window opens again when the customer writes."
    )
    assert [(one["name"], one["category"]) for one in found["templates"]] == [
        ("promemoria", "utility"), ("sconti", "marketing"),
    ]  # fmt: skip
    assert found["price"] is None, "nothing would be sent"


def test_past_the_pricing_window_the_surcharge_is_on_every_template(cast: Cast) -> None:
    prices = []
    for hours in (30, 50):
        with clock.travel(NOON + hours * HOUR):
            found = ask(cast, template=template("promemoria").pk)
        prices.append((found["allowed"], found["goes"], Decimal(found["price"]), Decimal(found["surcharge"]) > 0))
        assert found["window"]["state"] == {30: "template_only", 50: "surcharge"}[hours]
    assert [one[:2] for one in prices] == [("template", "now")] * 2
    assert prices[0][2] == prices[1][2] > 0
    assert [one[3] for one in prices] == [False, True]


def test_after_an_ad_it_is_free_until_the_third_day(cast: Cast) -> None:
    Window.objects.create(
        conversation=cast.talk, kind="entry_point", opened_at=NOON, expires_at=NOON + 72 * HOUR, free_form=False,
        priced=False,
    )  # fmt: skip
    found = []
    for hours in (1, 50, 73):
        with clock.travel(NOON + hours * HOUR):
            said = ask(cast, template=template("sconti").pk)
        found.append((said["free"], Decimal(said["price"]) == 0, Decimal(said["surcharge"]) == 0))
    assert found == [("free_entry_point", True, True), ("free_entry_point", True, True), ("", False, False)]


def test_an_ad_window_that_meta_denied_is_charged(cast: Cast) -> None:
    Window.objects.create(
        conversation=cast.talk, kind="entry_point", opened_at=NOON, expires_at=NOON + 72 * HOUR, free_form=False,
        priced=True, confirmed=False,
    )  # fmt: skip
    with clock.travel(NOON + 50 * HOUR):
        said = ask(cast, template=template("sconti").pk)
    assert (said["free"], Decimal(said["surcharge"]) > 0) == ("", True)


def test_the_answer_to_an_ad_is_free_itself(cast: Cast) -> None:
    Window.objects.create(
        conversation=cast.talk, kind="entry_offer", opened_at=NOON, expires_at=NOON + 24 * HOUR, free_form=False,
        priced=False,
    )  # fmt: skip
    with clock.travel(NOON + HOUR):
        found = ask(cast)
    assert (found["free"], Decimal(found["price"])) == ("free_entry_point", Decimal(0))


def test_a_cap_holds_it_back_and_says_until_when(cast: Cast) -> None:
    with clock.travel(NOON + 30 * HOUR):
        DayTally.objects.create(channel=cast.channel, day=date(2026, 11, 21), sent=2000)
        Channel.objects.update(daily_cap_binds="all")
        found = ask(cast, template=template("promemoria").pk)
    assert (found["allowed"], found["goes"], found["code"]) == ("blocked", "later", "daily_cap")
    assert found["until"] == "2026-11-22T08:00:00Z"
    assert "Sun 22 Nov, 09:00" in found["hint"]


def test_a_number_that_may_not_begin_answers_all_the_same(cast: Cast) -> None:
    """Meta restricted it: a template reopens nothing, but inside the window it goes."""
    Channel.objects.update(may_begin_from=NOON + 100 * HOUR)
    found = []
    for hours in (1, 30, 101):
        with clock.travel(NOON + hours * HOUR):
            said = ask(cast, template=template("promemoria").pk)
        found.append((said["goes"], said["code"]))
    assert found == [("now", ""), ("no", "may_not_begin"), ("now", "")]


def test_another_time_may_be_asked_for(cast: Cast) -> None:
    with clock.travel(NOON + HOUR):
        assert ask(cast, at=(NOON + 25 * HOUR).isoformat())["code"] == "window_closed"
        assert code_of(api(cast.ben).get(f"/api/v1/conversations/{cast.talk.pk}/verdict/?at=soon")) == (400, "invalid")


def test_of_a_strange_template_or_conversation(cast: Cast) -> None:
    foreign = Template.objects.create(channel=makers.make_channel(), name="altro", language="it", status="APPROVED")
    url = f"/api/v1/conversations/{cast.talk.pk}/verdict/"
    assert code_of(api(cast.ben).get(f"{url}?template={foreign.pk}")) == (409, "template_unknown")
    assert code_of(api(cast.dan).get(url)) == (404, "not_found")


def test_who_never_wrote_needs_a_template_first(cast: Cast) -> None:
    fresh = makers.make_conversation(
        cast.channel, department=cast.returns, window_ends_at=None, window_state="template_only"
    )
    found = api(cast.ben).get(f"/api/v1/conversations/{fresh.pk}/verdict/").json()
    assert (found["code"], found["window"]["service_ends_at"]) == ("window_closed", None)
    assert found["message"] == "This customer has not written yet: the first word must be a template."


def test_what_the_refusal_says_to_do(cast: Cast) -> None:
    """409 with the time, a hint and the templates, whatever a page shows."""
    url = f"/api/v1/conversations/{cast.talk.pk}/messages/"
    with clock.travel(NOON + 25 * HOUR):
        answer = api(cast.ben).post(url, {"text": "tardi"})
        assert code_of(answer) == (409, "window_closed")
        error = answer.json()["error"]
        assert error["window_ended_at"] == (NOON + 24 * HOUR).isoformat()
        assert [one["name"] for one in error["templates"]] == ["promemoria", "sconti"]
        assert "promemoria" in error["hint"]
        Template.objects.all().delete()
        assert "none that is approved" in api(cast.ben).post(url, {"text": "tardi"}).json()["error"]["hint"]


# --- whatever it says, sending does -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Situation:
    hours: int | None  # since the customer wrote; None: never
    type: str  # text, or a template's name
    status: str = "open"
    channel: str = "active"
    assignee: str = ""
    lock: str = ""
    consent: str = ""
    caps: str = ""
    ad: str = ""
    barred: bool = False


SITUATIONS = st.builds(
    Situation,
    hours=st.sampled_from([None, 0, 23, 24, 30, 50]),
    type=st.sampled_from(["text", "text", "promemoria", "sconti", "pausa"]),
    status=st.sampled_from(["open", "open", "open", "pending", "resolved"]),
    channel=st.sampled_from(["active", "active", "active", "setup", "stopped", "offline"]),
    assignee=st.sampled_from(["", "", "ben", "carla"]),
    lock=st.sampled_from(["", "", "ben", "carla"]),
    consent=st.sampled_from(["", "opt_in", "opt_out"]),
    caps=st.sampled_from(["", "", "day", "initiated", "new"]),
    ad=st.sampled_from(["", "", "entry_offer", "entry_point"]),
    barred=st.sampled_from([False, False, True]),
)


def come_about(cast: Cast, case: Situation) -> Conversation:
    """A customer and a conversation of their own in this situation; the number is the cast's."""
    people = {"ben": cast.ben, "carla": cast.carla}
    seen = NOON - timedelta(days=0 if case.caps == "new" else 40)
    asha = makers.make_contact(portfolio=cast.channel.portfolio, first_seen_at=seen)
    talk = makers.make_conversation(
        cast.channel, asha, department=cast.returns, window_ends_at=None, window_state="template_only"
    )
    if case.hours is not None:
        makers.make_inbound(talk, at=NOON - case.hours * HOUR)
    Conversation.objects.filter(pk=talk.pk).update(
        status=case.status, assignee=people.get(case.assignee), resolved_at=NOON if case.status == "resolved" else None
    )
    barred = NOON + HOUR if case.barred else None
    Channel.objects.filter(pk=cast.channel.pk).update(status=case.channel, daily_cap_binds="all", may_begin_from=barred)
    if case.lock:
        until = clock.machine_now() + timedelta(minutes=5)
        Lock.objects.create(conversation=talk, holder=people[case.lock], taken_at=until, active_at=until, until=until)
    if case.consent:
        Consent.objects.create(contact=asha, state=case.consent, source="test", at=NOON - HOUR)
    DayTally.objects.update_or_create(
        channel=cast.channel, day=date(2026, 11, 20), defaults={"sent": 2000 if case.caps == "day" else 0}
    )
    before = {"initiated": (1, True, 2 * HOUR), "new": (5, False, timedelta(seconds=20))}.get(
        case.caps, (0, False, HOUR)
    )
    for _number in range(before[0]):
        at = NOON - before[2]
        makers.make_outbound(talk, at=at, not_before=at, initiated=before[1])
    if case.ad:
        Window.objects.create(
            conversation=talk, kind=case.ad, opened_at=NOON, expires_at=NOON + 20 * HOUR, free_form=False, priced=False
        )
    return talk


def agree(found: Any, sent: Message | None, refusal: str) -> None:
    """The verdict, and what came of sending."""
    if found.goes == "no":
        assert (sent, refusal) == (None, found.code)
        return
    assert refusal == ""
    assert sent is not None
    sent.refresh_from_db()
    if found.goes == "later" and found.until is not None:
        assert (sent.status, sent.hold_code, sent.not_before) == ("held", found.code, found.until)
    else:
        assert (sent.status, sent.hold_code) == ("queued", "")
        assert (found.goes == "later") == (sent.conversation.channel.status != "active")
    entry = LedgerEntry.objects.get(message=sent)
    assert (entry.estimated, entry.surcharge, entry.currency) == (found.price, found.surcharge, found.currency)
    assert (entry.estimated_category, entry.estimated_market, entry.estimated_free) == (
        found.category, found.market, found.free,
    )  # fmt: skip


def attempt(send: Callable[[], Message]) -> tuple[Message | None, str]:
    try:
        with transaction.atomic():
            return send(), ""
    except DeskError as refusal:
        return None, refusal.code


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])  # each situation is another customer's
@given(case=SITUATIONS)
def test_whatever_the_verdict_says_an_agents_answer_does(cast: Cast, case: Situation) -> None:
    with clock.travel(NOON):
        talk = come_about(cast, case)
        row = Conversation.objects.get(pk=talk.pk)
        chosen = None if case.type == "text" else template(case.type)
        found = verdict(row, type_="template" if chosen else "text", template=chosen, by=cast.ben)
        content = content_for(chosen, conversation=row) if chosen else {"body": "Eccoci"}
        sent, refusal = attempt(
            lambda: messages.answer(
                conversation=row, by=cast.ben, type_="template" if chosen else "text", content=content
            )
        )
        agree(found, sent, refusal)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(case=SITUATIONS, origin=st.sampled_from([Origin.RULE, Origin.FLOW, Origin.CAMPAIGN, Origin.SYSTEM]))
def test_whatever_the_verdict_says_a_rule_does(cast: Cast, case: Situation, origin: str) -> None:
    with clock.travel(NOON):
        talk = come_about(cast, case)
        row = Conversation.objects.get(pk=talk.pk)
        chosen = None if case.type == "text" else template(case.type)
        found = verdict(row, type_="template" if chosen else "text", origin=origin, template=chosen)
        content = content_for(chosen, conversation=row) if chosen else {"body": "Eccoci"}
        sent, refusal = attempt(
            lambda: messages.queue(
                conversation=row,
                by=Actor.system("test"),
                origin=origin,
                type_="template" if chosen else "text",
                content=content,
            )
        )
        agree(found, sent, refusal)
