"""What Meta tells of accounts and numbers acts, in any order, any number of times, and stays visible (C13, facts §6)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import account_words, clock, watchdog
from conversations.actions import channels, onboarding
from conversations.ingest import process
from conversations.ingest.effects.told import META
from conversations.models import (
    AccountFact,
    AccountUpdate,
    Alarm,
    Channel,
    ChannelSetup,
    Event,
    VolumeTier,
)
from conversations.onboarding.steps import setup_of
from conversations.queries.home import troubles
from tests import makers
from tests.desk import Desk

Json = dict[str, Any]


def tell(desk: Desk, field: str, value: Json, *, ago: int = 0, account: str = "") -> AccountUpdate:
    """As Meta posts it, `ago` seconds ago."""
    entry = {
        "id": account or desk.channel.waba_id,
        "time": int(clock.now().timestamp()) - ago,
        "changes": [{"field": field, "value": value}],
    }
    body = {"object": "whatsapp_business_account", "entry": [entry]}
    assert desk.post(json.dumps(body).encode()).status_code == 200
    process.drain()
    return AccountUpdate.objects.latest("pk")


def channel(desk: Desk) -> Channel:
    return Channel.objects.select_related("portfolio").get(pk=desk.channel.pk)


def warnings() -> set[str]:
    return {
        alarm.data["told"]["matter"] for alarm in Alarm.objects.filter(code="account_warning", cleared_at__isnull=True)
    }


def restriction(kind: str, seconds: int | None) -> Json:
    info: Json = {"restriction_type": kind}
    if seconds is not None:
        info["expiration"] = int(clock.now().timestamp()) + seconds
    return {"event": "ACCOUNT_RESTRICTION", "restriction_info": [info]}


def ban(state: str) -> Json:
    return {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": state, "waba_ban_date": "April 17, 2027"}}


def test_a_violation_is_an_alarm_in_words(desk: Desk) -> None:
    row = tell(desk, "account_update", {"event": "ACCOUNT_VIOLATION", "violation_info": {"violation_type": "ADULT"}})
    assert (row.outcome, row.channel) == ("applied", desk.channel)
    assert warnings() == {"violation"}
    assert any("broke its rules (adult)" in trouble.words.lower() for trouble in troubles())


def test_a_business_that_may_not_begin_still_answers(desk: Desk) -> None:
    tell(desk, "account_update", restriction("RESTRICTED_BIZ_INITIATED_MESSAGING", 3600))
    row = channel(desk)
    assert row.status == Channel.Status.ACTIVE
    assert not row.may_begin(clock.now())
    assert row.may_begin(clock.now() + timedelta(hours=2))
    assert warnings() == {"restriction"}
    assert Event.objects.get(kind="channel.restricted").data["until"] > 0


def test_a_restriction_without_an_end_stands(desk: Desk) -> None:
    tell(desk, "account_update", restriction("RESTRICTED_BIZ_INITIATED_MESSAGING", None))
    assert not channel(desk).may_begin(clock.now() + timedelta(days=3650))
    assert "further notice" in account_words.sentence(AccountFact.objects.get().told)


def test_a_restriction_that_is_over_already_does_nothing(desk: Desk) -> None:
    tell(desk, "account_update", restriction("RESTRICTED_BIZ_INITIATED_MESSAGING", -10))
    assert channel(desk).may_begin(clock.now())
    assert warnings() == set()


def test_the_alarm_of_a_restriction_ends_with_it(desk: Desk) -> None:
    tell(desk, "account_update", restriction("RESTRICTED_ADD_PHONE_NUMBER_ACTION", 1000))
    watchdog.watch()
    assert warnings() == {"restriction"}
    with clock.travel(clock.now() + timedelta(seconds=1001)):
        watchdog.watch()
    assert warnings() == set()


def test_a_business_that_may_not_answer_stops_and_goes_on_when_it_ends(desk: Desk) -> None:
    tell(desk, "account_update", restriction("RESTRICTED_CUSTOMER_INITIATED_MESSAGING", 3600))
    assert channel(desk).status == Channel.Status.STOPPED
    with clock.travel(clock.now() + timedelta(seconds=3601)):
        channels.restart_due(by=META)
    assert channel(desk).status == Channel.Status.ACTIVE


@pytest.mark.parametrize(
    ("end", "beginning"),
    [
        (ban("DISABLE"), ban("REINSTATE")),
        ({"event": "ACCOUNT_OFFBOARDED"}, {"event": "ACCOUNT_RECONNECTED"}),
        ({"event": "PARTNER_REMOVED", "disconnection_info": {"reason": "CHANGE_NUMBER"}}, {"event": "PARTNER_ADDED"}),
    ],
)
def test_a_channel_stops_and_starts_with_its_account(desk: Desk, end: Json, beginning: Json) -> None:
    tell(desk, "account_update", end, ago=20)
    assert channel(desk).status == Channel.Status.STOPPED
    assert Alarm.objects.filter(code="channel_stopped", cleared_at__isnull=True).count() == 1
    tell(desk, "account_update", beginning, ago=10)
    assert channel(desk).status == Channel.Status.ACTIVE
    late = tell(desk, "account_update", {**end, "again": True}, ago=15)  # an older one, delivered late
    assert late.outcome == "outdated"
    assert channel(desk).status == Channel.Status.ACTIVE


def test_what_meta_gives_back_does_not_end_another_trouble(desk: Desk) -> None:
    channels.stop(channel=desk.channel, by=META, code="190")
    tell(desk, "account_update", {"event": "ACCOUNT_RECONNECTED"})
    assert channel(desk).status == Channel.Status.STOPPED


def test_all_numbers_of_an_account_are_concerned_but_no_others(desk: Desk) -> None:
    second = makers.make_channel(waba_id=desk.channel.waba_id, portfolio=desk.channel.portfolio)
    other = makers.make_channel()
    row = tell(desk, "account_update", {"event": "ACCOUNT_DELETED"})
    assert row.channel is None
    states = dict(Channel.objects.values_list("pk", "status"))
    assert (states[desk.channel.pk], states[second.pk], states[other.pk]) == ("stopped", "stopped", "active")


def test_a_partner_event_is_about_the_account_it_names(desk: Desk) -> None:
    value = {"event": "PARTNER_REMOVED", "waba_info": {"waba_id": desk.channel.waba_id, "owner_business_id": "1"}}
    row = tell(desk, "account_update", value, account="2949482758682047")
    assert row.waba_id == desk.channel.waba_id
    assert channel(desk).status == Channel.Status.STOPPED


def test_the_coming_end_of_an_account_warns(desk: Desk) -> None:
    tell(desk, "account_update", ban("SCHEDULE_FOR_DISABLE"), ago=5)
    assert warnings() == {"disabling"}
    tell(desk, "account_update", ban("REINSTATE"))
    assert warnings() == set()


def test_a_volume_tier_told_twice_counts_from_the_smaller_time(desk: Desk) -> None:
    now = int(clock.now().timestamp())
    for since in (now - 50, now - 90, now - 10):
        tier = {
            "tier_update_time": since,
            "pricing_category": "UTILITY",
            "tier": "25000001:50000000",
            "effective_month": "2027-11",
            "region": "India",
        }
        tell(desk, "account_update", {"event": "VOLUME_BASED_PRICING_TIER_UPDATE", "volume_tier_info": tier})
    assert VolumeTier.objects.get().since.timestamp() == now - 90


def test_a_review(desk: Desk) -> None:
    tell(desk, "account_review_update", {"decision": "REJECTED"}, ago=10)
    assert warnings() == {"review"}
    tell(desk, "account_review_update", {"decision": "APPROVED"})
    assert warnings() == set()


@pytest.mark.parametrize(
    ("severity", "status", "stands"),
    [
        ("CRITICAL", "ACTIVE", True),
        ("WARNING", "ACTIVE", True),
        ("INFORMATIONAL", "ACTIVE", False),
        ("WARNING", "NONE", False),
    ],
)
def test_alerts(desk: Desk, severity: str, status: str, stands: bool) -> None:
    info = {
        "alert_severity": severity,
        "alert_status": status,
        "alert_type": "OBA_REJECTED",
        "alert_description": "We do not grant official business accounts to individuals.",
    }
    tell(desk, "account_alerts", {"entity_type": "BUSINESS", "entity_id": "1", "alert_info": info})
    assert (warnings() == {"alert"}) == stands
    assert "verified badge" in account_words.sentence(AccountFact.objects.get(slot="alert:OBA_REJECTED").told)


def test_an_alert_about_one_number_concerns_that_one(desk: Desk) -> None:
    second = makers.make_channel(waba_id=desk.channel.waba_id, portfolio=desk.channel.portfolio)
    setup_of(second)
    info = {"alert_severity": "INFORMATIONAL", "alert_status": "ACTIVE", "alert_type": "OBA_APPROVED"}
    value = {"entity_type": "PHONE_NUMBER", "entity_id": second.phone_number_id, "alert_info": info}
    assert tell(desk, "account_alerts", value).channel == second
    assert ChannelSetup.objects.get(channel=second).is_official


def test_what_a_look_at_meta_finds_ends_the_alarm_and_keeps_its_time(desk: Desk) -> None:
    tell(desk, "phone_number_quality_update", {"display_phone_number": "1", "event": "FLAGGED"}, ago=60)
    assert warnings() == {"quality"}
    onboarding.learn(channel=desk.channel, by=META, found={"quality_rating": "GREEN"})
    assert (channel(desk).quality_rating, warnings()) == ("GREEN", set())
    first = AccountFact.objects.get(slot="quality")
    assert first.told["kind"] == "GREEN"
    onboarding.learn(channel=desk.channel, by=META, found={"quality_rating": "GREEN"})
    assert AccountFact.objects.get(slot="quality").at == first.at


def test_two_step_verification_switched_off_is_told_until_there_is_a_pin(desk: Desk) -> None:
    number = "".join(filter(str.isdigit, desk.channel.display_phone_number))
    tell(desk, "security", {"event": "PIN_RESET_REQUEST", "display_phone_number": number, "requester": "61"}, ago=9)
    tell(desk, "security", {"event": "PIN_REQUEST_SUCCESS", "display_phone_number": number}, ago=6)
    assert warnings() == {"pin"}
    tell(desk, "security", {"event": "PIN_CHANGED", "display_phone_number": number}, ago=3)
    assert warnings() == set()


@pytest.mark.parametrize(
    ("told", "limit"), [(2000, 2000), ("TIER_10K", 10000), ("TIER_250", 250), ("TIER_UNLIMITED", None), (-1, None)]
)
def test_the_messaging_limit_is_the_portfolios(desk: Desk, told: Any, limit: int | None) -> None:
    desk.channel.portfolio.messaging_limit = 7
    desk.channel.portfolio.save()
    value = {"max_daily_conversations_per_business": told, "max_phone_numbers_per_waba": 25}
    tell(desk, "business_capability_update", value, ago=30)
    portfolio = channel(desk).portfolio
    assert (portfolio.messaging_limit, portfolio.number_limit) == (limit, 25)
    assert tell(
        desk, "business_capability_update", {**value, "max_daily_conversations_per_business": 50}, ago=60
    ).outcome
    assert channel(desk).portfolio.messaging_limit == limit, "an older one"


def test_quality_limit_and_throughput_of_a_number(desk: Desk) -> None:
    number = "".join(filter(str.isdigit, desk.channel.display_phone_number))
    value = {"display_phone_number": number, "event": "FLAGGED", "current_limit": "TIER_2K"}
    tell(desk, "phone_number_quality_update", value, ago=30)
    row = channel(desk)
    assert (row.quality_rating, row.portfolio.messaging_limit) == ("RED", 2000)
    assert warnings() == {"quality"}
    upgrade = {"display_phone_number": number, "event": "THROUGHPUT_UPGRADE", "current_limit": "TIER_UNLIMITED"}
    tell(desk, "phone_number_quality_update", upgrade, ago=20)
    assert channel(desk).portfolio.messaging_limit == 2000, "it named the throughput"
    assert channel(desk).throughput == desk.channel.throughput, "the pace is staff's"
    tell(desk, "phone_number_quality_update", {"display_phone_number": number, "event": "UNFLAGGED"}, ago=10)
    assert (channel(desk).quality_rating, warnings()) == ("UNKNOWN", set())


def test_display_name_and_username(desk: Desk) -> None:
    name = {"display_phone_number": "1", "requested_verified_name": "Bottega", "rejection_reason": "Too general."}
    tell(desk, "phone_number_name_update", {**name, "decision": "REJECTED"}, ago=30)
    assert warnings() == {"name"}
    setup_of(desk.channel)
    tell(desk, "phone_number_name_update", {**name, "decision": "APPROVED", "rejection_reason": None}, ago=20)
    assert warnings() == set()
    assert ChannelSetup.objects.get().verified_name == "Bottega"
    for field in ("business_username_update", "business_username_updates"):
        tell(desk, field, {"display_phone_number": "1", "username": "@Bottega", "status": "approved"}, ago=10)
        assert AccountFact.objects.get(slot="username").told["name"] == "bottega"
    tell(desk, "business_username_update", {"display_phone_number": "1", "status": "deleted"})
    assert AccountFact.objects.get(slot="username").told["name"] == ""


def test_with_two_numbers_only_the_one_that_is_named_is_concerned(desk: Desk) -> None:
    second = makers.make_channel(
        waba_id=desk.channel.waba_id, portfolio=desk.channel.portfolio, display_phone_number="+39 06 999 1234"
    )
    row = tell(desk, "phone_number_quality_update", {"display_phone_number": "39069991234", "event": "FLAGGED"})
    assert row.channel == second
    assert channel(desk).quality_rating == "UNKNOWN"


def test_the_same_again_at_another_time_is_another_event(desk: Desk) -> None:
    for ago, decision in ((30, "APPROVED"), (20, "REJECTED"), (10, "APPROVED")):
        tell(desk, "account_review_update", {"decision": decision}, ago=ago)
    assert AccountUpdate.objects.count() == 3
    assert AccountFact.objects.get().told["kind"] == "APPROVED"


def test_an_error_of_the_number_itself_stops_it_when_it_must(desk: Desk) -> None:
    errors = [{"code": 130429, "title": "Rate limit hit"}]
    desk.deliver(desk.value(errors=errors))
    process.drain()
    assert channel(desk).status == Channel.Status.ACTIVE
    desk.deliver(desk.value(errors=[{"code": 131031, "title": "Account locked"}]))
    process.drain()
    assert channel(desk).status == Channel.Status.STOPPED
    assert "130429" in account_words.sentences(AccountUpdate.objects.earliest("pk").news)


def test_an_account_nobody_has_is_kept(desk: Desk) -> None:
    row = tell(desk, "account_update", {"event": "ACCOUNT_DELETED"}, account="999")
    assert (row.outcome, row.channel) == ("noted", None)
    assert channel(desk).status == Channel.Status.ACTIVE


def test_every_code_is_said_in_a_sentence() -> None:
    for key in account_words.SENTENCES:
        matter, _dot, kind = key.partition(".")
        told = {"matter": key if matter == "template" else matter, "kind": kind}
        said = account_words.sentence({**told, "words": "w", "name": "n", "reasons": "", "reason": "", "date": "d",
            "category": "c", "region": "r", "month": "m", "tier": "t", "progress": 5,
                "since": 1.8e9, "until": 1.8e9, "count": 5,
            "language": "it", "why": "", "advice": "", "next": "", "at": None})  # fmt: skip
        assert len(said) > 10, key
        assert "%(" not in said, key


def test_fifty_cost_what_one_costs(desk: Desk) -> None:
    """Only what does nothing but stand: an effect costs its own statements."""
    costs = []
    for count in (1, 50):
        now = int(clock.now().timestamp())
        changes = [
            {"field": "partner_solutions", "value": {"event": f"SOLUTION_{count}_{n}", "solution_id": "1"}}
            for n in range(count)
        ]
        body = {"object": "x", "entry": [{"id": desk.channel.waba_id, "time": now, "changes": changes}]}
        desk.post(json.dumps(body).encode())
        with CaptureQueriesContext(connection) as queries:
            process.process_batch()
        costs.append(len(queries))
    assert costs[1] <= costs[0] + 1
    assert AccountUpdate.objects.count() == 51
