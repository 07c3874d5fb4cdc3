"""Signatures of Standard Webhooks, symmetric (v1): HMAC-SHA256 over `id.timestamp.body`. Pure: the receiver uses it too.

Source: github.com/standard-webhooks, "Signature scheme"; the secret is `whsec_` and 24 to 64 random bytes in base64.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

PREFIX = "whsec_"
TOLERANCE = timedelta(minutes=5)  # how far a message's time may be from the receiver's clock


class BadSignature(Exception):
    """Why a message is not believed, in a word: missing, time, signature."""


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The key's bytes. Raises ValueError when `secret` is no Standard Webhooks secret."""
    if not secret.startswith(PREFIX):
        raise ValueError("a secret starts with whsec_")
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as problem:
        raise ValueError("what follows whsec_ is not base64") from problem
    if not 24 <= len(key) <= 64:
        raise ValueError("a secret has 24 to 64 bytes")
    return key


def sign(*, secret: str, webhook_id: str, at: datetime, body: bytes) -> str:
    """`v1,<base64>` for a message sent at `at` (whole seconds count)."""
    text = f"{webhook_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key_of(secret), text, hashlib.sha256).digest()).decode()


def headers(*, secrets_: list[str], webhook_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The three headers. Several secrets while one is being replaced: any of the signatures will do for the receiver."""
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(sign(secret=one, webhook_id=webhook_id, at=at, body=body) for one in secrets_),
    }


def verify(*, secret: str, given: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The webhook-id of a message that is genuine and fresh. Raises BadSignature; compares in constant time."""
    lower = {name.lower(): value for name, value in given.items()}
    webhook_id, stamp, signatures = (lower.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not webhook_id or not stamp.isascii() or not stamp.isdigit() or not signatures:
        raise BadSignature("missing")
    if abs(now.timestamp() - int(stamp)) > TOLERANCE.total_seconds():
        raise BadSignature("time")
    text = f"{webhook_id}.{stamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key_of(secret), text, hashlib.sha256).digest())
    given_ones = [one.removeprefix("v1,").encode() for one in signatures.split(" ") if one.startswith("v1,")]
    if not any(hmac.compare_digest(expected, one) for one in given_ones):
        raise BadSignature("signature")
    return webhook_id
