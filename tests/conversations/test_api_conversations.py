"""The lists, one conversation, and its verbs, through the door the inbox uses (C40, C44, D43)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from conversations import clock
from conversations.models import Conversation, Event, Lock, Presence, Priority, Tag
from tests import makers
from tests.conversations.cast import Cast, api, code_of, ids, make_cast, statements

pytestmark = pytest.mark.django_db
LIST = "/api/v1/conversations/"


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def test_a_row_says_all_that_the_list_shows(cast: Cast) -> None:
    cast.asha.tags.add(Tag.objects.create(name="VIP", emoji="⭐"))
    row = api(cast.ben).get(LIST).json()["results"][0]
    assert row["number"] == cast.talk.pk
    assert row["status"] == "open"
    assert row["contact"]["name"] == "Asha Verdi"
    assert row["contact"]["identities"] == [{"kind": "wa_id", "value": "393331234567"}]
    assert row["contact"]["tags"][0]["emoji"] == "⭐"
    assert row["department"] == {"id": cast.returns.pk, "name": "Returns"}
    assert row["assignee"] is None
    assert row["reason"] == "Carla assigned it"
    assert row["priority"] == "normal"
    assert row["last_message"]["text"] == "Vorrei fare un reso"
    assert row["unread"] == 1
    assert row["window"]["state"] == "open"
    assert row["window"]["free_form_allowed"] is True
    assert row["lock"] is None


def test_the_window_closes_by_the_clock_and_not_by_the_round(cast: Cast) -> None:
    with clock.travel(clock.now() + timedelta(hours=25)):
        shown = api(cast.ben).get(f"{LIST}{cast.talk.pk}/").json()["window"]
    assert shown["state"] == "template_only"
    assert shown["free_form_allowed"] is False


def test_who_sees_what(cast: Cast) -> None:
    mine = cast.talk.pk
    for person in (cast.admin, cast.editor, cast.ben, cast.carla):
        assert ids(api(person).get(LIST)) == [mine]
    assert ids(api(cast.dan).get(LIST)) == []
    assert code_of(api(cast.dan).get(f"{LIST}{mine}/")) == (404, "not_found")
    assert code_of(api(cast.analyst).get(LIST)) == (403, "not_allowed")
    assert code_of(api(None).get(LIST)) == (401, "not_signed_in")


def test_filters(cast: Cast) -> None:
    other = makers.make_conversation(
        cast.channel,
        department=cast.orders,
        assignee=cast.dan,
        priority=Priority.HIGH,
        status="pending",
        needs_person=True,
    )
    client, first, second = api(cast.admin), cast.talk.pk, other.pk
    tag = Tag.objects.create(name="fragile")
    other.tags.add(tag)
    wanted = {
        "status=open": [first],
        "status=open&status=pending": [second, first],
        f"department={cast.orders.pk}": [second],
        "assignee=none": [first],
        f"assignee={cast.dan.pk}": [second],
        "assignee=me": [],
        "assignee=nonsense": [],
        f"channel={cast.channel.pk}": [second, first],
        "priority=high": [second],
        "unread=true": [first],
        "waiting=false": [second],
        "needs_person=true": [second],
        f"tag={tag.pk}": [second],
        "window=template_only": [],
        "window=open&window=closing": [second, first],
        "opened_after=2000-01-01T00:00:00Z": [second, first],
        "active_before=2000-01-01T00:00:00Z": [],
        "active_before=2000-01-01T00:00:00%2B23:59": [],
        "search=reso": [first],
        "search=RESO asha": [first],
        "search=reso nobody": [],
        "search=%2B39333123": [first],
        f"search=%23{second}": [second],
    }
    found = {query: sorted(ids(client.get(f"{LIST}?{query}"))) for query in wanted}
    assert found == {query: sorted(expected) for query, expected in wanted.items()}
    assert code_of(client.get(f"{LIST}?status=gone")) == (400, "invalid")


def test_sorted_by_the_windows_end_through_all_pages(cast: Cast) -> None:
    """The list of those that close soon; one that has no window is not in it."""
    Conversation.objects.filter(pk=cast.talk.pk).update(window_ends_at=None)
    now = clock.now()
    rows = [makers.make_conversation(cast.channel, department=cast.returns) for _number in range(5)]
    for hours, row in zip((3, 1, 1, 9, 2), rows, strict=True):
        state = "closing" if hours < 3 else "open"
        ends = now + timedelta(hours=hours)
        Conversation.objects.filter(pk=row.pk).update(window_ends_at=ends, window_state=state)
    client = api(cast.ben)
    url, seen = f"{LIST}?ordering=window_ends_at&page_size=2", []
    while url:
        page = client.get(url)
        seen += ids(page)
        url = page.json()["next"]
    assert seen == [rows[place].pk for place in (1, 2, 4, 0, 3)]
    assert ids(client.get(f"{LIST}?window=closing&ordering=window_ends_at")) == [rows[place].pk for place in (1, 2, 4)]


def test_search_finds_nothing_that_one_may_not_see(cast: Cast) -> None:
    assert ids(api(cast.dan).get(f"{LIST}?search=reso")) == []
    assert ids(api(cast.dan).get(f"{LIST}?search={cast.talk.pk}")) == []


def test_pages_follow_each_other_without_gap_or_double(cast: Cast) -> None:
    same = clock.now()
    for _number in range(6):
        makers.make_conversation(cast.channel, department=cast.returns, opened_at=same)
    client, url, seen = api(cast.ben), f"{LIST}?page_size=2", []
    while url:
        page = client.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url = page["next"]
    assert len(seen) == len(set(seen)) == 7
    assert client.get(f"{LIST}?ordering=last_activity_at").json()["results"][0]["id"] == cast.talk.pk


def test_the_list_takes_as_many_queries_for_one_row_as_for_thirty(cast: Cast) -> None:
    client = api(cast.ben)
    client.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(LIST)
    for _number in range(29):
        row = makers.make_conversation(cast.channel, department=cast.returns, assignee=cast.carla)
        makers.make_inbound(row)
        now = clock.machine_now()
        Lock.objects.create(
            conversation=row, holder=cast.carla, taken_at=now, active_at=now, until=now + timedelta(minutes=7)
        )
    with CaptureQueriesContext(connection) as many:
        assert len(ids(client.get(LIST))) == 30
    assert len(statements(few)) == len(statements(many)) == 8, statements(many)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("contact", "9" * 23),
        ("contact", "-1"),
        ("department", "9" * 23),
        ("channel", "9" * 23),
        ("tag", "9" * 23),
        ("opened_after", "0001-01-01T00:00:00+14:00"),
        ("opened_before", "9999-12-31T23:59:59-12:00"),
        ("active_after", "0001-01-01T00:00:00+14:00"),
        ("active_before", "9999-12-31T23:59:59-12:00"),
    ],
)
def test_a_filter_out_of_all_bounds_is_refused(cast: Cast, name: str, value: str) -> None:
    assert code_of(api(cast.ben).get(LIST, {name: value})) == (400, "invalid")


def test_the_thread_refuses_a_time_out_of_all_bounds(cast: Cast) -> None:
    url = f"{LIST}{cast.talk.pk}/messages/"
    assert code_of(api(cast.ben).get(url, {"after": "0001-01-01T00:00:00+14:00"})) == (400, "invalid")


def test_verbs(cast: Cast) -> None:
    client, url = api(cast.ben), f"{LIST}{cast.talk.pk}/"
    assert client.post(f"{url}priority/", {"priority": "urgent"}).json()["priority"] == "urgent"
    assert client.post(f"{url}read/").json()["unread"] == 0
    assert client.post(f"{url}hand_over/").json()["needs_person"] is True
    assert client.post(f"{url}pending/").json()["status"] == "pending"
    assert client.post(f"{url}open/").json()["status"] == "open"
    until = (clock.now() + timedelta(hours=3)).isoformat()
    snoozed = client.post(f"{url}snooze/", {"until": until}).json()
    assert (snoozed["status"], bool(snoozed["snoozed_until"])) == ("snoozed", True)
    assert code_of(client.post(f"{url}snooze/", {"until": "2001-01-01T00:00:00Z"})) == (400, "invalid")
    resolved = client.post(f"{url}resolve/", {"topic": "return", "outcome": "refunded"}).json()
    assert (resolved["status"], resolved["topic"], resolved["outcome"]) == ("resolved", "return", "refunded")
    assert code_of(client.post(f"{url}pending/")) == (409, "wrong_state")
    assert client.post(f"{url}reopen/").json()["status"] == "open"
    assert Event.objects.filter(conversation=cast.talk, by="user:ben").count() >= 7


def test_a_colleagues_conversation_is_read_only_but_for_its_supervisor(cast: Cast) -> None:
    Conversation.objects.filter(pk=cast.talk.pk).update(assignee=cast.carla)
    url = f"{LIST}{cast.talk.pk}/"
    assert api(cast.ben).get(url).status_code == 200
    assert code_of(api(cast.ben).post(f"{url}resolve/")) == (403, "not_yours")
    Conversation.objects.filter(pk=cast.talk.pk).update(assignee=cast.ben)
    assert api(cast.carla).post(f"{url}resolve/").status_code == 200
    assert code_of(api(cast.dan).post(f"{url}reopen/")) == (404, "not_found")


def test_a_token_does_only_what_its_scopes_say(cast: Cast) -> None:
    reader = api(cast.ben, scopes=("read",))
    assert reader.get(LIST).status_code == 200
    assert code_of(reader.post(f"{LIST}{cast.talk.pk}/read/")) == (403, "not_allowed")


def test_a_write_shows_that_the_person_is_there_a_read_does_not(cast: Cast) -> None:
    Presence.objects.filter(user=cast.ben).update(last_seen_at=None)
    api(cast.ben).get(LIST)
    assert Presence.objects.get(user=cast.ben).last_seen_at is None
    api(cast.ben).post(f"{LIST}{cast.talk.pk}/read/")
    assert Presence.objects.get(user=cast.ben).last_seen_at is not None
