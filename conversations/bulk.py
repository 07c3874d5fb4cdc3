"""Write many rows' changed columns in one statement. Django's bulk_update builds a CASE per cell, which costs more than the batch saves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, models


def update_rows(rows: Iterable[models.Model], columns: list[str]) -> None:
    """Save `columns` of `rows`, all of one model, in the caller's transaction. On PostgreSQL one UPDATE … FROM unnest(…)."""
    given = sorted(rows, key=lambda row: row.pk)
    if not given:
        return
    model = type(given[0])
    fields: list[Any] = [model._meta.get_field(name) for name in columns]
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    key: Any = model._meta.pk

    def values(field: Any) -> list[Any]:
        return [field.get_db_prep_save(getattr(row, field.attname), connection=connection) for row in given]

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            wanted = [key, *fields]
            arrays = ", ".join(
                f"%s::{field.rel_db_type(connection) if field is key else field.db_type(connection)}[]"
                for field in wanted
            )
            names = ", ".join(quote(field.column) for field in wanted)
            sets = ", ".join(f"{quote(field.column)} = changed.{quote(field.column)}" for field in fields)
            cursor.execute(
                f"UPDATE {table} SET {sets} FROM unnest({arrays}) AS changed({names}) "  # noqa: S608  names of our own columns
                f"WHERE {table}.{quote(key.column)} = changed.{quote(key.column)}",
                [values(field) for field in wanted],
            )
            return
        sets = ", ".join(f"{quote(field.column)} = %s" for field in fields)
        cells = zip(*(values(field) for field in [*fields, key]), strict=True)
        cursor.executemany(f"UPDATE {table} SET {sets} WHERE {quote(key.column)} = %s", list(cells))  # noqa: S608
