"""What may be said of an exception, in logs and in the `problem` of a row (O3)."""

from __future__ import annotations

import django.db
import psycopg

DATABASES = (django.db.Error, psycopg.Error)
ABOUT_SERVER = (django.db.OperationalError, psycopg.OperationalError)


def say(problem: BaseException) -> str:
    """`Type: its words`. PostgreSQL quotes the row it refuses, which is a customer's, so of a database's error only type, SQLSTATE,
    table and constraint are said; its words only when no statement was answered (no connection, a locked SQLite file)."""
    name = type(problem).__name__
    cause = problem if isinstance(problem, psycopg.Error) else problem.__cause__
    answered = isinstance(cause, psycopg.Error) and cause.sqlstate
    if not isinstance(problem, DATABASES) or (isinstance(problem, ABOUT_SERVER) and not answered):
        return f"{name}: {problem}"
    if not isinstance(cause, psycopg.Error):
        return name
    known = [one for one in (cause.sqlstate, cause.diag.table_name, cause.diag.constraint_name) if one]
    return f"{name} ({', '.join(known)})" if known else name
