"""Meta's webhook signature: HMAC-SHA256 over the raw body with the app secret (facts §1; C10)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

PREFIX = "sha256="


def sign(body: bytes, secret: str) -> str:
    """The value of X-Hub-Signature-256."""
    return PREFIX + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def is_signed(body: bytes, header: str, secrets: Iterable[str]) -> bool:
    """True when `header` fits the raw bytes under any of the secrets. All are tried, each in constant time (D20)."""
    if not header.startswith(PREFIX):
        return False
    given = header.encode("utf-8", "replace")
    fits = False
    for secret in secrets:
        fits |= hmac.compare_digest(sign(body, secret).encode(), given)
    return fits
