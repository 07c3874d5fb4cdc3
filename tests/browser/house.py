"""A whole desk as people run it, bin/start with all its processes, on ports and a data folder of its own."""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from machine import ROOT
from machine.servers import free_port

PASSWORD = "sportello"
START_SECONDS = 120  # on a machine that is busy with other things
Json = dict[str, Any]


class House:
    """`with_desk` in conftest.py starts one for the whole run; tests reach it over HTTP alone."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.port, self.simulator_port = free_port(), free_port()
        self.url, self.phone_url = f"http://127.0.0.1:{self.port}", f"http://127.0.0.1:{self.simulator_port}"
        self.token = secrets.token_urlsafe(16)
        self.log = home / "log.txt"
        self.process: subprocess.Popen[bytes] | None = None
        self.prepared: Json = {}
        self.cookies: dict[str, Any] = {}

    def start(self) -> None:
        self.prepared = json.loads(self._run(sys.executable, "-m", "tests.browser.prepare", "admin", "luca"))
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "bin/start"], cwd=ROOT, env=self._environment(), stdout=log, stderr=log
            )
        self.wait_until(self._is_ready, "the desk did not start", seconds=START_SECONDS)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    def api(self, method: str, path: str, *, by: str = "admin", **body: Any) -> requests.Response:
        """One call of the REST API as this person."""
        headers = {"Authorization": f"Token {self.prepared['tokens'][by]}"}
        return requests.request(method, f"{self.url}/api/v1/{path}", json=body or None, headers=headers, timeout=10)

    def conversation(self, search: str) -> Json:
        """The newest conversation that this text or name finds; waits for the workers to have routed it."""
        found: list[Json] = []

        def is_there() -> bool:
            found[:] = self.api("GET", f"conversations/?search={search}").json()["results"]
            return bool(found and found[0]["department"])

        self.wait_until(is_there, f"no conversation with {search}")
        return found[0]

    def clock(self, **move: Any) -> Json:
        """Business time; moved as the phone page does, when told so by one of advance_seconds, set, rate, reset."""
        if not move:
            return self._demo("clock/")
        answer = requests.post(f"{self.phone_url}/phone/clock", json=move, timeout=10)
        assert answer.ok, answer.text
        return dict(answer.json())

    def open_the_shop(self) -> None:
        """Move business time to an opening hour, two hours from closing at least."""
        for _ in range(5):
            hours = self._demo(f"hours/?phone_number_id={self.prepared['phone_number_id']}")
            until, now = datetime.fromisoformat(hours["until"]), datetime.fromisoformat(self.clock()["now"])
            if hours["open"] and until - now > timedelta(hours=1):
                return
            self.clock(set=(until + timedelta(minutes=10)).isoformat())
        raise AssertionError("the shop does not open")

    def wait_until(self, condition: Callable[[], bool], trouble: str, *, seconds: float = 15) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if condition():
                return
            time.sleep(0.1)
        raise AssertionError(f"{trouble}\n{self.log.read_text()[-3000:] if self.log.exists() else ''}")

    def _demo(self, path: str) -> Json:
        answer = requests.get(f"{self.url}/demo/{path}", headers={"X-Demo-Token": self.token}, timeout=10)
        assert answer.ok, answer.text
        return dict(answer.json())

    def _is_ready(self) -> bool:
        assert self.process
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        return "Sportello is ready" in self.log.read_text()

    def _run(self, *command: str) -> str:
        done = subprocess.run(command, cwd=ROOT, env=self._environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def _environment(self) -> dict[str, str]:
        """Nothing of the tests' own desk: an embedded one, on SQLite and on its own Redis."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SPORTELLO_")}
        for name in ("DATABASE_URL", "REDIS_URL", "BIND"):
            kept.pop(name, None)
        if not hasattr(self, "_keys"):
            field_key = base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
            self._keys = {"SPORTELLO_SECRET_KEY": secrets.token_urlsafe(48), "SPORTELLO_FIELD_KEYS": field_key}
        return (
            kept
            | self._keys
            | {
                "DJANGO_SETTINGS_MODULE": "config.settings.local",
                "PYTHONPATH": str(ROOT / "bin"),
                "SPORTELLO_HOME": str(self.home),
                "SPORTELLO_DEMO_TOKEN": self.token,
                "SPORTELLO_DEMO_PASSWORD": PASSWORD,
                "SPORTELLO_SIMULATOR": "on",
                "PORT": str(self.port),
                "SIMULATOR_PORT": str(self.simulator_port),
            }
        )
