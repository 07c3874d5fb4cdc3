"""Who did it: every verb is told (STYLE habit 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a rule, the customer, or the system. `label` is what the journal keeps: "user:giulia", "rule:welcome"."""

    label: str
    user: User | None = None

    @classmethod
    def person(cls, user: Any) -> Actor:
        return cls(f"user:{user.get_username()}", user)

    @classmethod
    def rule(cls, key: str) -> Actor:
        return cls(f"rule:{key}"[:80])

    @classmethod
    def system(cls, name: str) -> Actor:
        return cls(f"system:{name}"[:80])

    @classmethod
    def customer(cls) -> Actor:
        return cls("customer")
