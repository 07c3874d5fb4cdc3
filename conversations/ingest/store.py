"""Commit raw deliveries in groups: many waiting POSTs, one INSERT, one fsync, then all their 200s (C11).

Its own connection, without the ORM: acknowledging is the one place where Python's own time is the wall.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, Protocol

import psycopg
from django.db import connections

from conversations import clock

logger = logging.getLogger("sportello.intake")

GROUP = 500


class Writer(Protocol):
    async def write(self, bodies: Sequence[bytes], at: datetime) -> None: ...

    async def close(self) -> None: ...


class PostgresWriter:
    SQL = (
        "INSERT INTO conversations_delivery (received_at, body, status, due_at, tries, problem) "
        "SELECT %(at)s, body, 'received', %(at)s, 0, '' FROM unnest(%(bodies)s::bytea[]) AS body"
    )

    def __init__(self, parameters: dict[str, Any]) -> None:
        self.parameters = parameters
        self.connection: psycopg.AsyncConnection[Any] | None = None

    async def write(self, bodies: Sequence[bytes], at: datetime) -> None:
        if self.connection is None or self.connection.closed:
            self.connection = await psycopg.AsyncConnection.connect(**self.parameters, autocommit=True)
        try:
            await self.connection.execute(self.SQL, {"at": at, "bodies": list(bodies)}, prepare=True)
        except psycopg.Error:
            await self.close()
            raise

    async def close(self) -> None:
        if self.connection is not None:
            await self.connection.close()
            self.connection = None


class SqliteWriter:
    SQL = (
        "INSERT INTO conversations_delivery (received_at, body, status, due_at, tries, problem) "
        "VALUES (?, ?, 'received', ?, 0, '')"
    )

    def __init__(self, path: str) -> None:
        self.path = path
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="door-sqlite")
        self.connection: sqlite3.Connection | None = None

    async def write(self, bodies: Sequence[bytes], at: datetime) -> None:
        await asyncio.get_running_loop().run_in_executor(self.thread, self._write, list(bodies), at)

    def _write(self, bodies: list[bytes], at: datetime) -> None:
        if self.connection is None:
            self.connection = sqlite3.connect(
                self.path, timeout=20, isolation_level=None, uri=self.path.startswith("file:")
            )
            self.connection.execute("PRAGMA journal_mode=WAL")
            self.connection.execute("PRAGMA synchronous=FULL")
        stamp = at.replace(tzinfo=None).isoformat(sep=" ")  # as Django writes it
        self.connection.execute("BEGIN IMMEDIATE")
        try:
            self.connection.executemany(self.SQL, [(stamp, body, stamp) for body in bodies])
            self.connection.execute("COMMIT")
        except BaseException:
            self.connection.execute("ROLLBACK")
            raise

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self.thread, self._close)
        self.thread.shutdown(wait=False)

    def _close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def writer_for_default_database() -> Writer:
    wrapper = connections["default"]
    if wrapper.vendor == "postgresql":
        parameters = dict(wrapper.get_connection_params())
        for name in ("cursor_factory", "context", "prepare_threshold"):
            parameters.pop(name, None)
        return PostgresWriter(parameters)
    return SqliteWriter(str(wrapper.settings_dict["NAME"]))


class Store:
    """`await put(body)` returns once the row is committed, and raises when it is not."""

    def __init__(self, writer: Writer, ring: Callable[[], object] | None = None) -> None:
        self.writer, self.ring = writer, ring
        self.waiting: list[tuple[bytes, asyncio.Future[None]]] = []
        self.running: asyncio.Task[None] | None = None

    async def put(self, body: bytes) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.waiting.append((body, done))
        if self.running is None:
            self.running = asyncio.create_task(self._drain())
        await done

    async def _drain(self) -> None:
        """While one group is being committed, the next gathers: the busier it is, the larger the groups."""
        try:
            while self.waiting:
                group, self.waiting = self.waiting[:GROUP], self.waiting[GROUP:]
                try:
                    await self.writer.write([body for body, _ in group], clock.machine_now())
                except Exception as problem:  # each POST gets its own 503, and Meta sends it again
                    logger.warning(
                        "webhook.store_failed", extra={"problem": type(problem).__name__, "count": len(group)}
                    )
                    for _body, done in group:
                        if not done.done():
                            done.set_exception(StoreFailed(str(problem)))
                else:
                    for _body, done in group:
                        if not done.done():
                            done.set_result(None)
                    if self.ring is not None:
                        self.ring()
        finally:
            self.running = None


class StoreFailed(Exception):
    """Nothing was committed; the sender must not be told 200."""
