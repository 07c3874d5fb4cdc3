"""A text column encrypted at rest (C1, O4): Fernet, first key encrypts, all keys decrypt, so keys can be rotated."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models


@lru_cache(maxsize=4)
def _fernet(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured("SPORTELLO_FIELD_KEYS is empty: secrets cannot be stored.")
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(text: str) -> str:
    return _fernet(tuple(settings.FIELD_KEYS)).encrypt(text.encode()).decode()


class Sealed(str):
    """A secret that no key of ours opens: reads as "", and is written back as it was, so that nothing is lost by saving the row."""

    __slots__ = ("token",)
    token: str

    def __new__(cls, token: str) -> Sealed:
        sealed = super().__new__(cls, "")
        sealed.token = token
        return sealed


def decrypt(token: str) -> str:
    """The plain text, or a Sealed one when no key fits (a lost key must not take every page down with it)."""
    try:
        return _fernet(tuple(settings.FIELD_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken:
        return Sealed(token)


class SecretField(models.TextField):  # type: ignore[type-arg]
    """Plain text in Python, ciphertext in the database. Never filter by it."""

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Sealed):
            return value.token
        value = super().get_prep_value(value)
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value
