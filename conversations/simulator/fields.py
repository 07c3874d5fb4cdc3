"""Small checks of a request's fields, refusing in Meta's words. Pure."""

from __future__ import annotations

from typing import Any

from conversations.simulator.errors import GraphError

Fields = dict[str, Any]


def path(where: str, name: str) -> str:
    return f"{where}['{name}']" if where else name


def need(fields: Fields, name: str, kind: type, where: str) -> Any:
    value = fields.get(name)
    if value is None:
        raise GraphError(131008, f"Required parameter {path(where, name)} is missing.")
    if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
        raise GraphError(100, f"Param {path(where, name)} must be a {kind.__name__}.")
    return value


def text(fields: Fields, name: str, most: int, where: str, *, required: bool = True) -> str | None:
    value = fields.get(name)
    if value is None and not required:
        return None
    value = need(fields, name, str, where)
    if not value.strip() and required:
        raise GraphError(100, f"Param {path(where, name)} must be a non-empty string.")
    if len(value) > most:
        raise GraphError(100, f"Param {path(where, name)} must be at most {most} characters long.")
    return str(value)


def items(fields: Fields, name: str, least: int, most: int, where: str) -> list[Fields]:
    value = need(fields, name, list, where)
    if not least <= len(value) <= most:
        raise GraphError(131009, f"Param {path(where, name)} must have between {least} and {most} elements.")
    if not all(isinstance(item, dict) for item in value):
        raise GraphError(100, f"Param {path(where, name)} must be a list of objects.")
    return list(value)


def unique(values: list[str], what: str) -> None:
    if len(set(values)) != len(values):
        raise GraphError(131009, f"Duplicated {what} is not allowed.")


def one_of(value: object, known: tuple[str, ...], where: str) -> None:
    if value not in known:
        raise GraphError(131009, f"Param {where} must be one of {{{', '.join(known)}}}.")
