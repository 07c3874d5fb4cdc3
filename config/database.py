"""Database settings from a URL: PostgreSQL, or SQLite tuned for several processes (WAL, IMMEDIATE transactions)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ

SQLITE_OPTIONS: dict[str, Any] = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=20000;",
}


def database(url: str, *, pool: bool = False) -> dict[str, Any]:
    """Django's DATABASES entry for a URL. synchronous=FULL on SQLite, because an acknowledged message must survive a power cut (C11)."""
    settings: dict[str, Any] = dict(environ.Env.db_url_config(url))
    if settings["ENGINE"].endswith("sqlite3"):
        settings["OPTIONS"] = dict(SQLITE_OPTIONS)
        Path(settings["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        return settings
    options = dict(settings.get("OPTIONS", {}))
    options.setdefault("connect_timeout", 5)
    if pool:
        # Celery closes its connection after every task: with a pool that gives it back instead of dialling anew for the next.
        options["pool"] = {"min_size": 1, "max_size": 10, "timeout": 10}
        settings["CONN_HEALTH_CHECKS"] = True
    else:
        settings["CONN_MAX_AGE"] = 600
        settings["CONN_HEALTH_CHECKS"] = True
    settings["OPTIONS"] = options
    return settings
