"""API tokens: 40 random characters shown once, kept as a SHA-256 hash, with scopes (O4, D44)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import User
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from conversations import clock
from conversations.models.token import ApiToken

USED_EVERY = timedelta(minutes=1)  # how exact `last_used_at` is: a write per request would be too dear


def digest(key: str) -> str:
    """A long random key needs no slow hash: nobody can guess 200 bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def issue(*, user: User, scopes: list[str], name: str = "", expires_in: timedelta | None = None) -> str:
    """Make a token and return its key, for the only time."""
    key = secrets.token_hex(20)
    now = clock.machine_now()
    ApiToken.objects.create(
        user=user,
        name=name,
        digest=digest(key),
        scopes=sorted(set(scopes)),
        created_at=now,
        expires_at=now + expires_in if expires_in else None,
    )
    return key


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token <key>`"""

    keyword = "Token"

    def authenticate(self, request: Request) -> tuple[Any, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != self.keyword.lower().encode():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(_("Send the header as “Authorization: Token KEY”."))
        now = clock.machine_now()
        token = ApiToken.objects.select_related("user").filter(digest=digest(parts[1].decode("latin-1"))).first()
        if token is None or not token.user.is_active or (token.expires_at and token.expires_at <= now):
            raise AuthenticationFailed(_("This token is not known or no longer valid."))
        if token.last_used_at is None or now - token.last_used_at > USED_EVERY:
            ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return self.keyword
