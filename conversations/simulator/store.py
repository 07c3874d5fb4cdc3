"""The simulator's own SQLite file: written at once, committed in groups every few milliseconds."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

COMMIT_AFTER = 0.003  # seconds one commit waits for company

SCHEMA = """
CREATE TABLE IF NOT EXISTS channel (
  phone_number_id TEXT PRIMARY KEY, waba_id TEXT NOT NULL, display_phone_number TEXT NOT NULL, name TEXT NOT NULL,
  access_token TEXT NOT NULL, app_secret TEXT NOT NULL, verify_token TEXT NOT NULL, throughput INTEGER NOT NULL,
  webhook_url TEXT NOT NULL, issued INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS number (phone_number_id TEXT PRIMARY KEY, state TEXT NOT NULL);  -- numbers.Number as JSON
CREATE TABLE IF NOT EXISTS block (
  phone_number_id TEXT NOT NULL, address TEXT NOT NULL, by_customer INTEGER NOT NULL, at REAL NOT NULL,
  PRIMARY KEY (phone_number_id, address, by_customer)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS chat_group (
  id TEXT PRIMARY KEY, phone_number_id TEXT NOT NULL, subject TEXT NOT NULL, description TEXT NOT NULL,
  by_approval INTEGER NOT NULL, link TEXT NOT NULL, created_at REAL NOT NULL, suspended INTEGER NOT NULL,
  picture TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS member (
  group_id TEXT NOT NULL, customer_id INTEGER NOT NULL, state TEXT NOT NULL, request_id TEXT NOT NULL, at REAL NOT NULL,
  PRIMARY KEY (group_id, customer_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS receipt (  -- how far a group's message came with each member
  wamid TEXT NOT NULL, customer_id INTEGER NOT NULL, reach INTEGER NOT NULL,
  PRIMARY KEY (wamid, customer_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pinned (
  group_id TEXT NOT NULL, wamid TEXT NOT NULL, at REAL NOT NULL, until REAL NOT NULL,
  PRIMARY KEY (group_id, wamid)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS upload (handle TEXT PRIMARY KEY, mime_type TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS no_catalogue (waba_id TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS customer (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, wa_id TEXT UNIQUE, user_id TEXT NOT NULL UNIQUE, username TEXT,
  note TEXT NOT NULL DEFAULT '', online INTEGER NOT NULL, read_receipts INTEGER NOT NULL, active_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS customer_active ON customer (active_at DESC);  -- the page's list of customers
CREATE TABLE IF NOT EXISTS heard (  -- when a customer last wrote: opens the service window
  phone_number_id TEXT NOT NULL, customer_id INTEGER NOT NULL, at REAL NOT NULL,
  PRIMARY KEY (phone_number_id, customer_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS no_offers (  -- who wants no marketing messages from a number
  phone_number_id TEXT NOT NULL, customer_id INTEGER NOT NULL, PRIMARY KEY (phone_number_id, customer_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message (
  id INTEGER PRIMARY KEY, wamid TEXT NOT NULL UNIQUE, phone_number_id TEXT NOT NULL, customer_id INTEGER,
  recipient TEXT NOT NULL, from_customer INTEGER NOT NULL, type TEXT NOT NULL, body TEXT NOT NULL, at REAL NOT NULL,
  accepted_at REAL NOT NULL, status TEXT NOT NULL, reach INTEGER NOT NULL DEFAULT 0, error_code INTEGER,
  category TEXT NOT NULL DEFAULT 'service', opaque TEXT, content_hash TEXT NOT NULL DEFAULT '', group_id TEXT,
  delivered_at REAL, read_at REAL, price TEXT);  -- price: pricing.Price as JSON
CREATE INDEX IF NOT EXISTS message_chat ON message (customer_id, phone_number_id, id);  -- one chat on the page
CREATE INDEX IF NOT EXISTS message_group ON message (group_id, id) WHERE group_id IS NOT NULL;  -- a group's chat
CREATE INDEX IF NOT EXISTS message_opaque ON message (opaque) WHERE opaque IS NOT NULL;  -- doubles in /control/received
CREATE TABLE IF NOT EXISTS webhook (  -- still to be posted to the desk
  id INTEGER PRIMARY KEY, phone_number_id TEXT NOT NULL, due REAL NOT NULL, wamid TEXT NOT NULL, status TEXT NOT NULL,
  value TEXT NOT NULL, made_at REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  field TEXT NOT NULL DEFAULT 'messages');
CREATE TABLE IF NOT EXISTS reacted (  -- customer_id 0: the desk
  wamid TEXT NOT NULL, customer_id INTEGER NOT NULL, emoji TEXT NOT NULL, PRIMARY KEY (wamid, customer_id));
CREATE TABLE IF NOT EXISTS entry (  -- who came by an ad, and when the desk's answer made the next 72 hours free
  phone_number_id TEXT NOT NULL, customer_id INTEGER NOT NULL, came_at REAL NOT NULL, opened_at REAL,
  PRIMARY KEY (phone_number_id, customer_id)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS media (
  id TEXT PRIMARY KEY, phone_number_id TEXT NOT NULL, mime_type TEXT NOT NULL, sha256 TEXT NOT NULL,
  size INTEGER NOT NULL, filename TEXT NOT NULL, made_at REAL NOT NULL, from_customer INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS template (
  id TEXT PRIMARY KEY, waba_id TEXT NOT NULL, name TEXT NOT NULL, language TEXT NOT NULL, category TEXT NOT NULL,
  status TEXT NOT NULL, components TEXT NOT NULL, parameter_format TEXT NOT NULL DEFAULT 'POSITIONAL', ttl INTEGER,
  reason TEXT NOT NULL DEFAULT 'NONE', quality TEXT NOT NULL DEFAULT 'UNKNOWN', edits TEXT NOT NULL DEFAULT '[]',
  review_at REAL NOT NULL DEFAULT 0, verdict TEXT NOT NULL DEFAULT '[]', UNIQUE (waba_id, name, language));
CREATE TABLE IF NOT EXISTS template_name_block (
  waba_id TEXT NOT NULL, name TEXT NOT NULL, until REAL NOT NULL, PRIMARY KEY (waba_id, name)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS fault (
  id INTEGER PRIMARY KEY, phone_number_id TEXT NOT NULL, kind TEXT NOT NULL, code INTEGER NOT NULL,
  seconds REAL NOT NULL, remaining INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS setting (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


# Columns that came after their table: a file of an older version gets them when it is opened.
ADDED = {
    "channel": {"issued": "INTEGER NOT NULL DEFAULT 0"},
    "message": {"group_id": "TEXT", "delivered_at": "REAL", "read_at": "REAL", "price": "TEXT"},
    "webhook": {"field": "TEXT NOT NULL DEFAULT 'messages'"},
    "template": {
        "parameter_format": "TEXT NOT NULL DEFAULT 'POSITIONAL'",
        "ttl": "INTEGER",
        "reason": "TEXT NOT NULL DEFAULT 'NONE'",
        "quality": "TEXT NOT NULL DEFAULT 'UNKNOWN'",
        "edits": "TEXT NOT NULL DEFAULT '[]'",
        "review_at": "REAL NOT NULL DEFAULT 0",
        "verdict": "TEXT NOT NULL DEFAULT '[]'",
    },
}


class Store:
    """One connection used by one event loop. Reads see what was written, committed or not."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, isolation_level=None, cached_statements=256)
        self._db.row_factory = sqlite3.Row
        # NORMAL: a killed process loses nothing that was committed; only a power cut could
        self._db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")
        self._grow()
        self._db.executescript(SCHEMA)
        self._open = False
        self._waiting: list[asyncio.Future[None]] = []
        self._flush_at: asyncio.TimerHandle | None = None

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        found: sqlite3.Row | None = self._db.execute(sql, values).fetchone()
        return found

    def write(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Run a statement in the open group; return the new row's id."""
        self._begin()
        return self._db.execute(sql, values).lastrowid or 0

    def write_many(self, sql: str, values: Iterable[Sequence[Any]]) -> None:
        self._begin()
        self._db.executemany(sql, values)

    def clear(self, *tables: str) -> None:
        """Everything in these tables of ours."""
        for table in tables:
            self.write(f"DELETE FROM {table}")  # noqa: S608 names from our own code

    async def committed(self) -> None:
        """Return once everything written so far survives the process."""
        if self._open:
            done = asyncio.get_running_loop().create_future()
            self._waiting.append(done)
            await done

    def commit(self) -> None:
        if self._flush_at:
            self._flush_at.cancel()
            self._flush_at = None
        waiting, self._waiting = self._waiting, []
        try:
            if self._open:
                self._db.execute("COMMIT")
                self._open = False
        except sqlite3.Error as error:  # a full disk: whoever waits must not answer "accepted"
            for done in waiting:
                if not done.done():
                    done.set_exception(error)
            return
        for done in waiting:
            if not done.done():
                done.set_result(None)

    def close(self) -> None:
        self.commit()
        self._db.close()

    def _grow(self) -> None:
        for table, columns in ADDED.items():
            known = {row["name"] for row in self._db.execute(f"PRAGMA table_info({table})")}
            for name, kind in columns.items():
                if known and name not in known:
                    self._db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")

    def _begin(self) -> None:
        if not self._open:
            self._db.execute("BEGIN")
            self._open = True
        if self._flush_at is None:
            with contextlib.suppress(RuntimeError):  # before the loop runs, whoever writes calls commit()
                self._flush_at = asyncio.get_running_loop().call_later(COMMIT_AFTER, self.commit)


DEFAULTS: dict[str, Any] = {
    "sent_delay": [0.05, 0.4],  # seconds, lowest and highest, from acceptance; each following one from the one before
    "delivered_delay": [0.1, 1.0],
    "read_delay": [0.3, 2.5],
    "review_delay": [2.0, 5.0],  # seconds until a new or edited template is approved or rejected
    "duplicate": 0.05,  # share of webhooks sent twice
    "shuffle": 0.05,  # share of messages whose statuses come in another order
    "statuses": True,
    "auto_read": True,  # a customer's phone opens each message by itself
    "online": True,  # for customers met from now on; POST /control/settings sets everybody's
    "read_receipts": True,
    "throughput_limit": True,
    "throughput": 80,  # messages a second and number (facts §9), or the channel's own when that is higher
    "pair_limit": True,
    "window_limit": True,
    "batch": 20,  # most updates in one webhook when more are due than connections are free; Meta's most is 1,000
    "connections": 16,
}


class Settings:
    """What can be changed while it runs. Kept, so that a restart changes nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._values = dict(DEFAULTS)
        for row in store.rows("SELECT key, value FROM setting"):
            if row["key"] in DEFAULTS:
                self._values[row["key"]] = json.loads(row["value"])

    def __getitem__(self, key: str) -> Any:
        return self._values[key]

    def all(self) -> dict[str, Any]:
        return dict(self._values)

    def change(self, changes: dict[str, Any]) -> None:
        """Raises ValueError on an unknown key or a value of another kind."""
        for key, value in changes.items():
            self._values[key] = _fitting(key, value)
            sql = "INSERT INTO setting VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
            self._store.write(sql, (key, json.dumps(self._values[key])))

    def reset(self) -> None:
        self._values = dict(DEFAULTS)
        self._store.write("DELETE FROM setting")


def _fitting(key: str, value: Any) -> Any:
    default = DEFAULTS.get(key)
    number = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
    if isinstance(default, bool) and isinstance(value, bool):
        return value
    if isinstance(default, int) and not isinstance(default, bool) and isinstance(value, int) and value > 0:
        return value
    if isinstance(default, float) and number and value <= 1:
        return float(value)
    if isinstance(default, list):
        low, high = (value, value) if number else value if isinstance(value, list) and len(value) == 2 else (-1, -1)
        if 0 <= low <= high:
            return [float(low), float(high)]
    raise ValueError(f"{key}: not a setting, or not a value for it")
