"""Configuration kept in memory, read anew when its stamp grows (D18): rules and calendars are looked at for every message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import models

from conversations import clock
from conversations.models.stamp import Stamp

Value = TypeVar("Value")
LOOK_EVERY = 1.0  # seconds between two looks at the stamp


def touch(name: str) -> None:
    """A piece of configuration of this kind has changed. Call it in the transaction of the change."""
    changed = Stamp.objects.filter(name=name).update(version=models.F("version") + 1)
    if not changed:
        Stamp.objects.get_or_create(name=name, defaults={"version": 1})


class Kept(Generic[Value]):
    """`KEPT = Kept("routing", load)`; `KEPT.get()` returns what `load()` made, at most a second behind the stamp."""

    _all: list[Kept[object]] = []

    def __init__(self, name: str, load: Callable[[], Value]) -> None:
        self.name, self.load = name, load
        self._value: Value | None = None
        self._version: int | None = None
        self._looked_at = -1e9
        Kept._all.append(self)  # type: ignore[arg-type]

    def get(self) -> Value:
        now = clock.monotonic()
        if self._value is not None and now - self._looked_at < LOOK_EVERY:
            return self._value
        version = Stamp.objects.filter(name=self.name).values_list("version", flat=True).first() or 0
        if self._value is None or version != self._version:
            self._value, self._version = self.load(), version
        self._looked_at = now
        return self._value

    def forget(self) -> None:
        self._value, self._looked_at = None, -1e9


def forget_all() -> None:
    """Drop everything kept in this process (between tests, after a restore)."""
    for kept in Kept._all:
        kept.forget()
