"""Structured logs: one JSON object a line, with ids, never with texts, tokens or full phone numbers (O3)."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any

from config.request_id import current_request_id

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        if request_id := current_request_id():
            line["request_id"] = request_id
        line.update(
            {key: value for key, value in vars(record).items() if key not in STANDARD and not key.startswith("_")}
        )
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class PlainFormatter(logging.Formatter):
    """For people at a terminal: level, event, and what was given with it."""

    def format(self, record: logging.LogRecord) -> str:
        extra = " ".join(
            f"{key}={value}" for key, value in vars(record).items() if key not in STANDARD and not key.startswith("_")
        )
        line = f"{record.levelname.lower():7} {record.getMessage()} {extra}".rstrip()
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def logging_config(*, level: str, style: str) -> dict[str, Any]:
    """`style`: "json" (one object a line) or "plain"."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": JsonFormatter if style == "json" else PlainFormatter}},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["out"], "level": "WARNING"},
        "loggers": {
            "sportello": {"level": level},
            "django.request": {"level": "ERROR"},
            "celery": {"level": "WARNING"},
            "celery.apps.worker": {"level": "INFO"},  # "… ready.": bin/start waits for it
        },
    }
