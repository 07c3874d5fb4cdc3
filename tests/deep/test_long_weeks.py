"""A week of a shop: the CRM away and back, and the weekly report against a count by plain SQL."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import mean, median
from typing import Any

import pytest
from django.db import connection

from conversations.models import Conversation, Event
from crm_sync.engine import deliver
from crm_sync.models import Connection, ConnectionHealth, ObjectKind, SyncJob
from crm_sync.readers import TOLD
from crm_sync.receiver import Receiver
from crm_sync.signing import new_secret
from tests.crm_sync.test_engine import later
from tests.crm_sync.world import listening
from tests.deep.town import API, Town, rome
from tests.journeys.test_must_show import client_of

pytestmark = pytest.mark.deep

PEOPLE = ("Asha", "Bruno", "Chiara", "Davide", "Elisa", "Fatima")
QUESTIONS = (
    "Vorrei fare un reso",
    "Dov'è il mio pacco?",
    "Mi serve la fattura",
    "Buongiorno, una domanda",
    "Quanto costa la tazza?",
)


# --- the CRM ----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def crm(town: Town, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """The shop's CRM really listens."""
    monkeypatch.setattr("crm_sync.doorbell.ring", lambda: None)
    secret = new_secret()
    with listening(secret) as (receiver, url):
        Connection.objects.update(url=url, secret=secret, is_active=True)
        connection = Connection.objects.get()
        connection.secret = secret
        connection.save(update_fields=["secret"])
        ConnectionHealth.objects.get_or_create(connection=connection)
        yield receiver


def test_the_crm_is_away_for_a_morning_and_hears_of_all_once_and_in_order(town: Town, crm: Receiver) -> None:
    chance = random.Random(8)
    with town.at("2026-11-24 09:00"):
        _everybody_writes(town, chance)
        deliver.drain()
    heard = len(crm.taken)
    assert told(crm) == happened(), "while it is there it hears at once"
    crm.down = True
    for hour in range(10, 13):
        with town.at(f"2026-11-24 {hour}:00"):
            _everybody_writes(town, chance)
            _somebody_answers(town)
            deliver.drain()
    assert len(crm.taken) == heard
    assert ConnectionHealth.objects.get().state != ConnectionHealth.State.WORKING
    crm.down = False
    for hours in (1, 2, 4):
        with later(hours=hours), town.at(f"2026-11-24 {15 + hours}:00"):
            _everybody_writes(town, chance)
            deliver.drain()
    assert told(crm) == happened()
    assert crm.doubles == 0
    assert not SyncJob.objects.exclude(status=SyncJob.Status.SENT).exists()
    assert ConnectionHealth.objects.get().state == ConnectionHealth.State.WORKING


def told(crm: Receiver) -> dict[int, list[tuple[str, int]]]:
    """By contact, in the order of arrival: what happened, and to which message."""
    found: dict[int, list[tuple[str, int]]] = {}
    for one in crm.taken:
        data = one.body["data"]
        contact = data["contact"]["id"] if "contact" in data else data["id"]
        found.setdefault(contact, []).append((one.body["type"], data["id"] if "text" in data else 0))
    return found


def happened() -> dict[int, list[tuple[str, int]]]:
    """The same from the journal."""
    found: dict[int, list[tuple[str, int]]] = {}
    events = Event.objects.filter(kind__in=TOLD).select_related("conversation").order_by("id")
    for event in events:
        contact = event.contact_id or (event.conversation and event.conversation.contact_id) or 0
        message = int(event.data.get("message", 0)) if TOLD[event.kind] == ObjectKind.MESSAGE else 0
        found.setdefault(contact, []).append((event.kind, message))
    return found


def _everybody_writes(town: Town, chance: random.Random) -> None:
    for name in chance.sample(PEOPLE, len(PEOPLE)):
        town.desk.customer(name).writes(chance.choice(QUESTIONS))
    town.minute()


def _somebody_answers(town: Town) -> None:
    conversation = Conversation.objects.filter(assignee__isnull=False).order_by("pk").first()
    assert conversation is not None
    assert conversation.assignee is not None
    assert town.answers(conversation.assignee.username, conversation, "Eccoci").status_code == 201
    town.minute()


# --- the weekly report ------------------------------------------------------------------------------------------------------


def test_the_weekly_report_is_what_plain_sql_counts(town: Town) -> None:
    """Monday 23 to Sunday 29 November 2026, with a Sunday before and a Monday after that belong to other weeks."""
    chance = random.Random()
    moment = rome("2026-11-22 20:00")
    while moment < rome("2026-11-30 12:00"):
        with town.at(moment):
            _something_happens(town, chance)
        moment += timedelta(minutes=chance.randint(60, 400))
    with town.at("2026-12-01 10:00"):
        body = {"week": "2026-11-25", "channel": town.shop.channel.pk}
        answer = client_of("analyst").post(f"{API}/reports/weekly/", body)
        assert answer.status_code == 201
        report = client_of("analyst").get(f"{API}/reports/weekly/{answer.json()['id']}/").json()
    assert report["week"] == "2026-11-23"
    start, end = rome("2026-11-23 00:00"), rome("2026-11-30 00:00")
    assert report["figures"]["total"] == {**report["figures"]["total"], **counted(start, end)}
    days = [sum(day["figures"][name] or 0 for day in report["figures"]["days"]) for name in ("received", "resolved")]
    assert days == [report["figures"]["total"]["received"], report["figures"]["total"]["resolved"]]


def _something_happens(town: Town, chance: random.Random) -> None:
    for name in chance.sample(PEOPLE, chance.randint(0, 2)):
        town.desk.customer(name).writes(f"{chance.choice(QUESTIONS)} ({chance.randint(1, 9999)})")
    town.minute()
    waiting = Conversation.objects.open().filter(assignee__isnull=False).select_related("assignee")
    for conversation in list(waiting):
        assert conversation.assignee is not None
        agent = conversation.assignee.username
        if chance.random() < 0.4:
            town.answers(agent, conversation, f"Risposta {chance.randint(1, 9999)}")
        if chance.random() < 0.3:
            assert town.does(agent, conversation, "resolve").status_code == 200
        elif chance.random() < 0.1:
            other = chance.choice([one.pk for one in town.shop.departments.values()])
            town.does(agent, conversation, "assign", department=other)


def counted(start: datetime, end: datetime) -> dict[str, Any]:
    """The same figures from the conversations and messages themselves."""
    received = _rows(
        "SELECT c.id, c.resolved_at, "
        "(SELECT min(m.timestamp) FROM conversations_message m WHERE m.conversation_id = c.id AND m.direction = 'inbound') "
        "FROM conversations_conversation c WHERE c.opened_at >= %s AND c.opened_at < %s AND EXISTS "
        "(SELECT 1 FROM conversations_message m WHERE m.conversation_id = c.id AND m.direction = 'inbound')",
        start, end,
    )  # fmt: skip
    left = "direction = 'outbound' AND status NOT IN ('scheduled', 'held', 'failed', 'cancelled')"
    people, anybody, inbound, outbound, automatic, reopened, resolved_of = [], [], 0, 0, 0, 0, 0
    for conversation, resolved_at, first in received:
        said = _rows(
            f"SELECT timestamp, origin FROM conversations_message WHERE conversation_id = %s AND {left} "
            "AND origin <> 'system' ORDER BY timestamp",
            conversation,
        )
        after = [(at - first).total_seconds() for at, _origin in said if at >= first]
        by_hand = [(at - first).total_seconds() for at, origin in said if at >= first and origin == "agent"]
        anybody += after[:1]
        people += by_hand[:1]
        inbound += _one(
            "SELECT count(*) FROM conversations_message WHERE conversation_id = %s AND direction = 'inbound'",
            conversation,
        )
        outbound += _one(
            f"SELECT count(*) FROM conversations_message WHERE conversation_id = %s AND {left}", conversation
        )
        automatic += sum(origin == "rule" for _at, origin in said)
        events = _rows("SELECT kind FROM conversations_event WHERE conversation_id = %s", conversation)
        reopened += ["conversation.reopened"] in events
        resolved_of += resolved_at is not None and resolved_at < end
    count = len(received)
    return {
        "received": count,
        "answered": len(anybody),
        "answered_by_person": len(people),
        "answer_rate": round(len(anybody) / count, 6),
        "first_response_median": round(median(people), 3) if people else None,
        "first_response_mean": round(mean(people), 3) if people else None,
        "first_answer_median": round(median(anybody), 3) if anybody else None,
        "resolved": _one(
            "SELECT count(*) FROM conversations_conversation WHERE resolved_at >= %s AND resolved_at < %s", start, end
        ),
        "resolution_rate": round(resolved_of / count, 6),
        "reopened": reopened,
        "messages_in": inbound,
        "messages_out": outbound,
        "automatic_share": round(automatic / outbound, 6),
    }


def _rows(question: str, *values: Any) -> list[list[Any]]:
    """Without the ORM. SQLite keeps times as texts, without the zone, which is UTC."""
    given = [connection.ops.adapt_datetimefield_value(one) if isinstance(one, datetime) else one for one in values]
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        return [[_moment(value) for value in row] for row in cursor.fetchall()]


def _moment(value: Any) -> Any:
    if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\d \d\d:", value):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def _one(question: str, *values: Any) -> int:
    return int(_rows(question, *values)[0][0])
