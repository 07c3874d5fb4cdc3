"""Structured logs: one JSON object a line, with ids, never with texts, tokens or full phone numbers (O3)."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from typing import Any

from config.request_id import current_request_id
from conversations.problem_text import say

STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class QuietFormatter(logging.Formatter):
    """Exceptions with their frames, but without the rows that a database's error quotes."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  logging's name
        chain: list[BaseException] = []
        problem: BaseException | None = ei[1]
        while problem is not None and problem not in chain:
            chain.insert(0, problem)
            problem = problem.__cause__ or (None if problem.__suppress_context__ else problem.__context__)
        told = ["".join(traceback.format_tb(one.__traceback__)) + say(one) for one in chain]
        return "\nand from there:\n".join(told)


class TaskSentences(logging.Filter):
    """Celery's sentence of a failed task repeats the exception and the arguments: the task's name and id are enough."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == "celery.app.trace" and vars(record).pop("data", None):
            record.msg = "Task %(name)s[%(id)s] %(description)s"
        return True


class JsonFormatter(QuietFormatter):
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


class PlainFormatter(QuietFormatter):
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
        "filters": {"tasks": {"()": TaskSentences}},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tasks"]}},
        "root": {"handlers": ["out"], "level": "WARNING"},
        "loggers": {
            "sportello": {"level": level},
            "django.request": {"level": "ERROR"},
            "celery": {"level": "WARNING"},
            "celery.apps.worker": {"level": "INFO"},  # "… ready.": bin/start waits for it
        },
    }
