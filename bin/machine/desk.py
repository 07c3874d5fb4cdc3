"""One copy of the desk on this machine: its data folder, ports, keys, and whether its database is ready."""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from machine import ROOT, Trouble
from machine.packages import PYTHON
from machine.servers import is_free

GENERATED = ("SPORTELLO_SECRET_KEY", "SPORTELLO_FIELD_KEYS", "SPORTELLO_DEMO_TOKEN")


@dataclass(frozen=True)
class Desk:
    """Where this copy lives. `database_url` and `redis_url` are "" when not given: then both are embedded."""

    home: Path
    bind: str
    port: int
    simulator_port: int
    database_url: str
    redis_url: str

    @classmethod
    def of_environment(cls) -> Desk:
        """From PORT, SIMULATOR_PORT, BIND, SPORTELLO_HOME, DATABASE_URL and REDIS_URL. Raises Trouble."""
        port = _port("PORT", 8000)
        return cls(
            home=Path(os.environ.get("SPORTELLO_HOME") or ROOT / "var").expanduser().resolve(),
            bind=os.environ.get("BIND") or "127.0.0.1",
            port=port,
            simulator_port=_port("SIMULATOR_PORT", port + 1),
            database_url=os.environ.get("DATABASE_URL", ""),
            redis_url=os.environ.get("REDIS_URL", ""),
        )

    @property
    def host(self) -> str:
        """The host by which a browser on this machine reaches us, as a URL writes it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.bind, self.bind)  # noqa: S104
        return f"[{host}]" if ":" in host else host

    @property
    def demo_password(self) -> str:
        return os.environ.get("SPORTELLO_DEMO_PASSWORD") or "sportello"

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    @property
    def simulator_url(self) -> str:
        return f"http://{self.host}:{self.simulator_port}"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the data folder for this copy. The kernel lets go of it however we end. Raises Trouble."""
        self.home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.home, os.O_RDONLY)  # the folder itself: no lock file to leave behind
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise Trouble(
                f"Another copy of Sportello runs on the data folder {self.home}. "
                "Stop it, or choose another folder: SPORTELLO_HOME=… PORT=… bin/start"
            ) from None
        try:
            yield
        finally:
            os.close(descriptor)

    def check_ports(self) -> None:
        """Raises Trouble when somebody listens on one of our ports."""
        for name, port in (("PORT", self.port), ("SIMULATOR_PORT", self.simulator_port)):
            if not is_free(self.bind, port):
                raise Trouble(f"{name} {port} on {self.bind} is taken. Choose another: {name}={port + 10} bin/start")

    def environment(self, redis_url: str) -> dict[str, str]:
        """What every process of this copy gets. Keys are generated on the first start and kept in local.env."""
        known = _read(self.home / "local.env")
        made = {
            "SPORTELLO_SECRET_KEY": secrets.token_urlsafe(48),
            "SPORTELLO_FIELD_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "SPORTELLO_DEMO_TOKEN": secrets.token_urlsafe(24),
        }
        kept = {name: os.environ.get(name) or known.get(name) or made[name] for name in GENERATED}
        now = {
            "BIND": self.bind,
            "PORT": str(self.port),
            "SIMULATOR_PORT": str(self.simulator_port),
            "REDIS_URL": redis_url,
            "SPORTELLO_PUBLIC_URL": os.environ.get("SPORTELLO_PUBLIC_URL") or self.url,
            "SPORTELLO_SIMULATOR_URL": os.environ.get("SPORTELLO_SIMULATOR_URL") or self.simulator_url,
        }
        if self.database_url:
            now["DATABASE_URL"] = self.database_url
        _write(self.home / "local.env", kept | now)
        fixed = {
            "DJANGO_SETTINGS_MODULE": "config.settings.local",
            "PYTHONUNBUFFERED": "1",
            "SPORTELLO_HOME": str(self.home),
            "SPORTELLO_SIMULATOR": "on",
        }
        defaults = {"SPORTELLO_LOG_FORMAT": "plain"}
        return defaults | os.environ | kept | now | fixed

    def is_prepared(self) -> bool:
        """Whether this database was migrated by these very migrations and seeded with this password: skip both."""
        return _read_json(self.home / "prepared.json") == self._preparation()

    def note_prepared(self) -> None:
        (self.home / "prepared.json").write_text(json.dumps(self._preparation()))

    def _preparation(self) -> dict[str, str]:
        wanted = hashlib.sha256((ROOT / "requirements.txt").read_bytes())  # other people's migrations come with it
        for path in sorted(ROOT.glob("*/migrations/*.py")):
            wanted.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
        wanted.update(self.demo_password.encode())
        wanted.update(str(self.simulator_port).encode())  # the demo channel's base URL names it
        return {"wanted": wanted.hexdigest(), "database": self._database_born() or secrets.token_hex()}

    def _database_born(self) -> str:
        """When the database's first migration was applied: tells a new database of the same name from the old one."""
        question = "SELECT min(applied) FROM django_migrations"
        if not self.database_url:
            path = self.home / "db.sqlite3"
            if not path.exists():
                return ""
            try:
                with closing(sqlite3.connect(path)) as connection:
                    return str(connection.execute(question).fetchone()[0])
            except sqlite3.Error:
                return ""
        program = "import psycopg, sys; print(psycopg.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])"
        url = self.database_url.replace("psql://", "postgres://").replace("pgsql://", "postgres://")
        found = subprocess.run([str(PYTHON), "-c", program, url, question], capture_output=True, text=True, check=False)
        return found.stdout.strip()


def _port(name: str, default: int) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Trouble(f"{name} is to be a number between 1 and 65535, not {text!r}.")
    return int(text)


def _read(path: Path) -> dict[str, str]:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def _write(path: Path, values: dict[str, str]) -> None:
    """Written beside and renamed, so that a manage.py that starts meanwhile reads the old file or the new one."""
    beside = path.with_suffix(".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(
            "# Written by bin/start at each start; holds this copy's generated keys. Keep it secret, keep it safe.\n"
        )
        file.writelines(f"{name}={value}\n" for name, value in values.items())
    beside.replace(path)


def _read_json(path: Path) -> object:
    try:
        return json.loads(path.read_text())
    except (OSError, ValueError):
        return None
