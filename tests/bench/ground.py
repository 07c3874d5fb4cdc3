"""Where a bench runs: a scratch database, a Redis database of its own, free ports, a folder that goes away."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis as redis_client
from psycopg import sql

from machine import ROOT, Trouble, servers
from tests.bench.bodies import Number
from tests.bench.children import Child, Children
from tests.bench.load import Wish

PYTHON = sys.executable
STANDARD_REDIS = "redis://127.0.0.1:6379/0"


@dataclass(frozen=True)
class Ground:
    home: Path
    environment: dict[str, str]
    database: str  # URL, of PostgreSQL or SQLite
    redis: str
    port: int
    simulator_port: int
    token: str

    @property
    def database_name(self) -> str:
        return urlsplit(self.database).path.lstrip("/")

    def run(self, *command: str) -> str:
        """What a Python program of ours prints. Raises Trouble when it fails."""
        done = subprocess.run(
            [PYTHON, *command], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Trouble(f"{' '.join(command)} failed:\n{done.stderr[-3000:]}")
        return done.stdout

    def prepare(self, **shop: Any) -> dict[str, Any]:
        """Migrate, and set up the bench's shop; its channel (see shop.py)."""
        self.run("manage.py", "migrate", "--skip-checks", "--no-input", "--verbosity", "0")
        channel: dict[str, Any] = json.loads(self.run("-m", "tests.bench.shop", json.dumps(shop)))
        return channel


def number_of(channel: dict[str, Any]) -> Number:
    names = ("phone_number_id", "waba_id", "display_phone_number", "app_secret")
    return Number(**{name: channel[name] for name in names})


@contextmanager
def ground(bench: str, *, sqlite: bool = False) -> Iterator[Ground]:
    """Everything is gone at the end, whatever happens."""
    home = Path(tempfile.mkdtemp(prefix=f"sportello-bench-{bench}-"))
    try:
        with _redis(home) as redis_url, _database(bench, home, sqlite=sqlite) as database_url:
            port, simulator_port, token = servers.free_port(), servers.free_port(), secrets.token_urlsafe(16)
            environment = {
                **{name: value for name, value in os.environ.items() if not name.startswith("SPORTELLO_")},
                "PYTHONPATH": f"{ROOT}:{ROOT / 'bin'}",
                "PYTHONUNBUFFERED": "1",
                "DJANGO_SETTINGS_MODULE": "config.settings.local",
                "SPORTELLO_HOME": str(home),
                "SPORTELLO_LOG_LEVEL": "WARNING",
                "SPORTELLO_DATABASE_POOL": "on",  # Celery closes a plain connection after every task
                "SPORTELLO_SECRET_KEY": secrets.token_urlsafe(48),
                "SPORTELLO_DEMO_TOKEN": token,
                "DATABASE_URL": database_url,
                "REDIS_URL": redis_url,
                "BIND": "127.0.0.1",
                "PORT": str(port),
                "SIMULATOR_PORT": str(simulator_port),
            }
            yield Ground(home, environment, database_url, redis_url, port, simulator_port, token)
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _database(bench: str, home: Path, *, sqlite: bool) -> Iterator[str]:
    if sqlite:
        yield f"sqlite:///{home / 'db.sqlite3'}"
        return
    name = f"sportello_bench_{bench}_{os.getpid()}"
    with servers.postgresql(name) as url:
        parts = urlsplit(url.replace("psql://", "postgres://").replace("pgsql://", "postgres://"))
        server = urlunsplit((parts.scheme, parts.netloc, "/postgres", parts.query, ""))
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))
        finally:
            with psycopg.connect(server, autocommit=True) as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _redis(home: Path) -> Iterator[str]:
    """An empty database of the Redis that is there, emptied again at the end; else a server of our own."""
    given = os.environ.get("REDIS_URL", "") or STANDARD_REDIS
    parts = urlsplit(given)
    if parts.scheme not in {"redis", "rediss"} or not servers.answers(parts.hostname or "", parts.port or 6379):
        with servers.own_redis(str(home)) as url:
            yield url
        return
    for number in range(15, 0, -1):
        url = urlunsplit((parts.scheme, parts.netloc, f"/{number}", parts.query, ""))
        client: Any = redis_client.Redis.from_url(url)
        if client.dbsize() == 0:
            break
    else:
        raise Trouble(f"None of the databases 1 to 15 of {parts.hostname}'s Redis is empty.")
    client.set("sportello:bench", os.getpid())  # taken: a second bench looks for another
    try:
        yield url
    finally:
        client.flushdb()


@contextmanager
def load(place: Ground, **wish: Any) -> Iterator[subprocess.Popen[str]]:
    """A load generator that has made its requests and waits for `begin`; killed at the end if it still runs."""
    given = dict(wish)
    number: Number = given["number"]
    given["number"] = {name: getattr(number, name) for name in Number.__dataclass_fields__}
    Wish.read(json.dumps(given))  # a wrong name is said here
    process = subprocess.Popen(
        [PYTHON, "-m", "tests.bench.load", json.dumps(given)],
        cwd=ROOT,
        env=place.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        if process.stdout.readline().strip() != "ready":
            raise Trouble("The load generator did not start.")
        yield process
    finally:
        process.kill()
        process.wait()


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin
    process.stdin.write("go\n")
    process.stdin.flush()


def result(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Waits for the end of the load."""
    assert process.stdout
    found: dict[str, Any] = json.loads(process.stdout.read())
    return found


def granian(
    children: Children, name: str, application: str, port: int, *, interface: str, workers: int, **environment: str
) -> Child:
    options = f"--interface {interface} --host 127.0.0.1 --port {port} --workers {workers} --no-ws --log-level warning"
    care = "--respawn-failed-workers --workers-kill-timeout 2"
    command = [PYTHON, "-m", "granian", *options.split(), *care.split(), application]
    child = children.start(name, command, **environment)
    children.wait_until(lambda: servers.answers("127.0.0.1", port), f"{name} did not come up", seconds=30)
    return child
