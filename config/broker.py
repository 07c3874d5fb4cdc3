"""Where doorbells hang: Redis, or a folder on a machine that has none (D30)."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def broker(redis_url: str, home: Path) -> tuple[str, dict[str, Any]]:
    """Celery's broker URL and transport options. Redis' socket is given as `unix:///path`, which Celery spells differently."""
    if redis_url:
        url = redis_url.replace("unix://", "redis+socket://", 1)
        # A bell needs no receipt: the sweep rings for what is lost (D23), and writing one to a Redis that has gone ends the worker.
        return url, {"ack_emulation": False, "socket_timeout": 5, "socket_connect_timeout": 2}
    queue = home / "queue"
    if not queue.is_dir():  # bin/start makes it, and only where there is no Redis; else nobody listens
        return "memory://", {}
    return "filesystem://", {
        "data_folder_in": str(queue),
        "data_folder_out": str(queue),
        "control_folder": str(queue / "control"),
        "polling_interval": 0.1,
    }
