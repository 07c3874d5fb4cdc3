"""The journal and its readers: nothing skipped, nothing blocked by one bad event (D15, D16, D27)."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection, connections, transaction

from conversations.actor import Actor
from conversations.journal import readers
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Bookmark, Event, ParkedEvent

pytestmark = pytest.mark.django_db(transaction=True)
TEST = Actor.system("test")
SEEN: list[int] = []


def remember(events: list[Event]) -> None:
    SEEN.extend(event.pk for event in events)


def stumble_over_seven(events: list[Event]) -> None:
    for event in events:
        if event.data.get("n") == 7:
            raise ValueError("seven")
        SEEN.append(event.pk)


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    SEEN.clear()


@pytest.fixture
def one_reader(settings: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr("config.readers.READERS", {"test": f"{__name__}.remember"})
    return "test"


@pytest.fixture(autouse=True)
def bookmarks(transactional_db: None) -> None:
    Bookmark.objects.bulk_create([Bookmark(reader=name) for name in ("test", "a", "b")])


def note(n: int = 0) -> None:
    record(Kind.PRESENCE_CHANGED, by=TEST, n=n)


def read_until(count: int, name: str = "test", read: readers.Reader = remember) -> None:
    """A transaction of somebody else on the same server holds the horizon back for a moment: ask again."""
    import time

    for _ in range(100):
        while readers.read_batch(name, read):
            pass
        if len(SEEN) >= count:
            return
        time.sleep(0.05)


def test_each_reader_reads_everything_once_and_in_order() -> None:
    for n in range(30):
        note(n)
    for name in ("a", "b"):
        SEEN.clear()
        read_until(30, name)
        assert sorted(SEEN) == SEEN == list(Event.objects.order_by("pk").values_list("pk", flat=True))
        assert readers.read_batch(name, remember) == 0


def test_a_bad_event_is_parked_and_the_rest_go_on() -> None:
    for n in range(12):
        note(n)
    read_until(11, read=stumble_over_seven)
    assert len(set(SEEN)) == 11
    parked = ParkedEvent.objects.get()
    assert (parked.event.data["n"], parked.problem) == (7, "ValueError: seven")
    assert readers.read_batch("test", stumble_over_seven) == 0


def test_a_parked_event_is_read_again_on_request(one_reader: str) -> None:
    note(7)
    for _ in range(100):
        if readers.read_batch(one_reader, stumble_over_seven):
            break
    readers.replay(ParkedEvent.objects.get())
    assert len(SEEN) == 1
    assert not ParkedEvent.objects.exists()


def test_one_that_fails_again_stays_parked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.readers.READERS", {"test": f"{__name__}.stumble_over_seven"})
    note(7)
    for _ in range(100):
        if readers.read_batch("test", stumble_over_seven):
            break
    ParkedEvent.objects.update(problem="an older one")
    with pytest.raises(ValueError, match="seven"):
        readers.replay(ParkedEvent.objects.get())
    assert ParkedEvent.objects.get().problem == "ValueError: seven"


def test_a_reader_that_dies_moves_no_bookmark() -> None:
    note()

    def dies(events: list[Event]) -> None:
        raise KeyboardInterrupt

    for _ in range(100):
        try:
            if readers.read_batch("test", dies) == 0:
                continue
        except KeyboardInterrupt:
            break
    assert Bookmark.objects.get(reader="test").event_id == 0
    read_until(1)
    assert len(SEEN) == 1


def test_an_undone_change_leaves_no_event() -> None:
    with pytest.raises(ValueError), transaction.atomic():
        note()
        raise ValueError
    assert not Event.objects.exists()


@pytest.mark.postgres
def test_an_event_that_commits_late_is_not_skipped() -> None:
    began, finish, done = threading.Event(), threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            note(1)
            began.set()
            finish.wait(10)
        connections.close_all()
        done.set()

    threading.Thread(target=slow).start()
    began.wait(10)
    note(2)  # a later id, committed first
    readers.read_batch("test", remember)
    early = list(SEEN)
    finish.set()
    done.wait(10)
    read_until(2)
    assert early == [], "what is above a running transaction waits for it"
    assert sorted(SEEN) == list(Event.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.postgres
def test_eight_readers_at_once_hand_out_everything_once() -> None:
    for n in range(200):
        note(n)

    def work() -> None:
        for _ in range(60):
            readers.read_batch("test", remember, limit=7)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    read_until(200)
    assert sorted(SEEN) == list(Event.objects.order_by("pk").values_list("pk", flat=True))
    assert len(SEEN) == len(set(SEEN))


@pytest.mark.postgres
def test_writers_and_readers_at_once_lose_nothing() -> None:
    stop = threading.Event()

    def write(start: int) -> None:
        for n in range(start, start + 40):
            with transaction.atomic():
                note(n)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.001 * (random() * 5))")
        connections.close_all()

    def read() -> None:
        while not stop.is_set():
            readers.read_batch("test", remember, limit=13)
        connections.close_all()

    writers = [threading.Thread(target=write, args=(n * 100,)) for n in range(4)]
    reading = [threading.Thread(target=read) for _ in range(2)]
    for thread in [*writers, *reading]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in reading:
        thread.join()
    read_until(160)
    assert len(SEEN) == len(set(SEEN)) == 160
