"""No customer's data in a log, not even in an exception's words (O3)."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from celery.app import trace
from django.db import DataError, IntegrityError, OperationalError
from psycopg import errors

from config.logs import JsonFormatter, PlainFormatter, TaskSentences
from conversations.problem_text import say

DETAIL = "duplicate key value violates unique constraint\nDETAIL:  Key (value)=(393331234567) already exists."


def refused() -> IntegrityError:
    try:
        try:
            raise errors.UniqueViolation(DETAIL)
        except errors.UniqueViolation as cause:
            raise IntegrityError(*cause.args) from cause
    except IntegrityError as problem:
        return problem


def record(problem: BaseException, **extra: Any) -> logging.LogRecord:
    info = (type(problem), problem, problem.__traceback__)
    return logging.getLogger("sportello.ingest").makeRecord(
        "sportello.ingest", logging.ERROR, __file__, 1, "ingest.delivery_failed", (), info, extra=extra
    )


def test_of_a_databases_error_only_its_kind_is_said() -> None:
    assert say(refused()) == "IntegrityError (23505)"
    assert say(errors.UniqueViolation(DETAIL)) == "UniqueViolation (23505)"
    assert say(DataError("invalid input syntax: 393331234567")) == "DataError"
    assert say(OperationalError("database is locked")) == "OperationalError: database is locked"
    assert say(ValueError("no such step")) == "ValueError: no such step"


@pytest.mark.parametrize("formatter", [JsonFormatter(), PlainFormatter()])
def test_an_exception_has_its_frames_but_not_the_rows_words(formatter: logging.Formatter) -> None:
    line = formatter.format(record(refused(), delivery=7))
    assert "393331234567" not in line
    assert "IntegrityError (23505)" in line
    assert "UniqueViolation (23505)" in line, "what it came of too"
    assert "in refused" in line


def test_what_was_raised_while_handling_one_keeps_them_apart() -> None:
    try:
        try:
            raise refused()
        except IntegrityError:
            raise LookupError("no step")  # noqa: B904  the context is the test
    except LookupError:
        info = sys.exc_info()
    assert info[1] is not None
    line = json.loads(JsonFormatter().format(record(info[1])))["exception"]
    assert "393331234567" not in line
    assert line.splitlines()[-1] == "LookupError: no step"


def test_celerys_sentence_of_a_failed_task_names_the_task_only() -> None:
    context = {"id": "t1", "name": "conversations.sweep", "exc": repr(refused()), "traceback": DETAIL}
    context |= {"description": "raised unexpected", "args": "[]", "kwargs": "{}", "internal": ""}
    words = "Task %(name)s[%(id)s] %(description)s: %(exc)s"
    made = trace.logger.makeRecord(
        trace.logger.name, logging.ERROR, __file__, 1, words, (context,), None, extra={"data": context}
    )
    assert TaskSentences().filter(made)
    line = json.loads(JsonFormatter().format(made))
    assert line["event"] == "Task conversations.sweep[t1] raised unexpected"
    assert "393331234567" not in json.dumps(line)
