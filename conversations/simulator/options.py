"""Where the simulator listens, keeps its file and finds the desk."""

from __future__ import annotations

import argparse
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Options:
    port: int
    home: Path
    desk_url: str  # without a slash at the end
    token: str = ""  # shared with the desk's demo door; "" leaves the control API open (tests)
    bind: str = "127.0.0.1"

    @property
    def database(self) -> Path:
        return self.home / "simulator.sqlite3"

    @property
    def media(self) -> Path:
        return self.home / "simulator-media"


def read_local_env(home: Path) -> dict[str, str]:
    """KEY=VALUE lines of `$SPORTELLO_HOME/local.env`, written by bin/start; {} when there is none."""
    try:
        lines = (home / "local.env").read_text().splitlines()
    except FileNotFoundError:
        return {}
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {key.strip(): value.strip().strip("\"'") for key, value in pairs}


def read_options(argv: Sequence[str], environ: Mapping[str, str] = os.environ) -> Options:
    """Arguments win over the environment, the environment over local.env."""
    parser = argparse.ArgumentParser(prog="python -m conversations.simulator", description=__doc__)
    parser.add_argument("--port", type=int)
    parser.add_argument("--bind")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--desk-url")
    parser.add_argument("--token")
    given = parser.parse_args(argv)
    home = given.home or Path(environ.get("SPORTELLO_HOME") or PROJECT / "var")
    env = {**read_local_env(home), **environ}
    desk_port = int(env.get("PORT") or 8000)
    return Options(
        port=given.port or int(env.get("SIMULATOR_PORT") or desk_port + 1),
        home=home,
        desk_url=(given.desk_url or env.get("SPORTELLO_PUBLIC_URL") or f"http://127.0.0.1:{desk_port}").rstrip("/"),
        token=given.token if given.token is not None else env.get("SPORTELLO_DEMO_TOKEN", ""),
        bind=given.bind or env.get("BIND") or "127.0.0.1",
    )
