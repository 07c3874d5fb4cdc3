"""The desk's side of the simulator's control API (D28)."""

from __future__ import annotations

from typing import Any

import requests
from django.conf import settings

TIMEOUT = 10  # seconds


class SimulatorAway(Exception):
    """Nobody answers at the simulator's address, or it says no; the sentence says which."""


class Control:
    """`Control().post("heard", {…})`. One connection, kept: the seeder calls hundreds of times."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.headers["X-Demo-Token"] = settings.DEMO_TOKEN

    def get(self, path: str) -> dict[str, Any]:
        return self._ask("GET", path, None)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._ask("POST", path, body)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
        url = f"{settings.SIMULATOR_URL}/control/{path}"
        try:
            answer = self.session.request(method, url, json=body, timeout=TIMEOUT)
        except requests.RequestException as problem:
            raise SimulatorAway(
                f"The simulator does not answer at {settings.SIMULATOR_URL}. Start the desk with bin/start, "
                "and give this command the same PORT and SPORTELLO_HOME."
            ) from problem
        if not answer.ok:
            raise SimulatorAway(
                f"The simulator at {settings.SIMULATOR_URL} says {answer.status_code}: {answer.text[:200]}"
            )
        return dict(answer.json())
