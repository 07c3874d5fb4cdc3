"""A whole desk as production runs it, on two cores: web, workers, beat, and the simulator as Meta."""

from __future__ import annotations

import json
import sqlite3
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import psycopg

from machine import servers
from tests.bench.bodies import Number, number_of_customer
from tests.bench.children import Child, Children
from tests.bench.ground import PYTHON, Ground, granian, number_of

# name, queues, pool, concurrency. One process stores, one decides, one sends, one does the rest.
WORKERS = (
    ("ingest", "ingest", "threads", 1),
    ("pipeline", "pipeline", "threads", 1),
    ("deliver", "deliver", "threads", 1),
    ("live", "live,bulk", "threads", 2),
)
WORKERS_IN_WORDS = "; ".join(f"{name}: {pool} {count} for {queues}" for name, queues, pool, count in WORKERS)

# What waits anywhere: deliveries not read, messages not through the pipeline, answers not sent, events some reader has not seen.
WAITING = {
    "deliveries": "SELECT count(*) FROM conversations_delivery WHERE status = 'received'",
    "pipeline": "SELECT count(*) FROM conversations_message WHERE step_due_at IS NOT NULL",
    "outbox": "SELECT count(*) FROM conversations_message WHERE status IN ('queued', 'sending')",
}


class Rig:
    """The running desk. `children` by name: simulator, web, ingest, deliver, live, beat."""

    def __init__(self, place: Ground, children: Children, channel: dict[str, Any]) -> None:
        self.place, self.children, self.channel = place, children, channel
        self.number: Number = number_of(channel)

    def control(self, path: str, body: Any = None) -> Any:
        """The simulator's control API."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.place.simulator_port}/control/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"X-Demo-Token": self.place.token, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())

    def meet(self, customers: int, *, first: int = 0) -> None:
        """Their service windows are open at Meta, as after a message of theirs."""
        now = str(int(time.time()))
        heard = [
            {"phone_number_id": self.number.phone_number_id, "from": number_of_customer(place), "timestamp": now}
            for place in range(first, first + customers)
        ]
        for start in range(0, len(heard), 5_000):
            self.control("heard", {"heard": heard[start : start + 5_000]})

    def received(self) -> list[dict[str, Any]]:
        """Everything Meta took from the desk."""
        found: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            page = self.control(f"received?limit=10000&after={after}")
            found += page["messages"]
            after = page["next"]
        return found

    def webhooks_waiting(self) -> int:
        return int(self.control("received?summary=1")["webhooks_waiting"])

    def worker(self, name: str, queues: str, pool: str, count: int, *, program: str = "celery") -> Child:
        options = f"--hostname {name}@%h --queues {queues} --pool {pool} --concurrency {count} --loglevel WARNING"
        quick = "--without-gossip --without-mingle --without-heartbeat"
        return self.children.start(name, [PYTHON, *f"-m {program} --quiet -A config worker {options} {quick}".split()])

    def start(self) -> None:
        self.children.start("simulator", [PYTHON, "-m", "conversations.simulator"])
        up = lambda: servers.answers("127.0.0.1", self.place.simulator_port)  # noqa: E731
        self.children.wait_until(up, "The simulator did not come up", seconds=20)
        webhook_url = f"http://127.0.0.1:{self.place.port}/webhooks/whatsapp/"
        self.control("channels", {"channels": [self.channel], "webhook_url": webhook_url})
        self.control("settings", {"throughput_limit": False, "pair_limit": False})
        for worker in WORKERS:
            self.worker(*worker)
        command = [PYTHON, "-m", "celery", "--quiet", "-A", "config", "beat", "--loglevel", "WARNING", "--pidfile", ""]
        self.children.start("beat", command)
        granian(self.children, "web", "config.asgi:application", self.place.port, interface="asgi", workers=1)
        with self.database() as database:
            self.children.wait_until(
                lambda: bool(
                    _one(database, "SELECT count(*) FROM conversations_heartbeat WHERE name = 'conversations.sweep'")
                ),
                "The workers did not come up",
                seconds=60,
            )

    @contextmanager
    def database(self) -> Iterator[Any]:
        """A connection with `execute(sql)`, on either database."""
        if self.place.database.startswith("sqlite"):
            with closing(
                sqlite3.connect(self.place.home / "db.sqlite3", timeout=20, isolation_level=None)
            ) as connection:
                yield connection
            return
        with psycopg.connect(self.place.database, autocommit=True) as connection:
            yield connection

    def waiting(self, database: Any) -> dict[str, int]:
        return {name: int(_one(database, question)) for name, question in WAITING.items()}

    def rest(self, database: Any, *, seconds: float) -> float:
        """Wait until nothing is due here and at Meta, `seconds` at the longest; how long that took."""
        began = time.monotonic()
        calm = 0
        while calm < 3 and time.monotonic() - began < seconds:
            calm = 0 if any(self.waiting(database).values()) or self.webhooks_waiting() else calm + 1
            time.sleep(0.1)
        return time.monotonic() - began


def key_of(received: dict[str, Any]) -> str:
    """The desk's mark of a message, without the number of the attempt: two copies of one message have the same."""
    return str(received["biz_opaque_callback_data"]).partition("/")[0]


def _one(database: Any, question: str) -> Any:
    return database.execute(question).fetchone()[0]
