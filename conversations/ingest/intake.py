"""Which deliveries are let in: signature and size, before anything is parsed (C10, D20)."""

from __future__ import annotations

import hmac
import logging
from dataclasses import dataclass, field

from django.db import connection

from conversations import clock
from conversations.models.channel import Channel
from conversations.models.delivery import Delivery
from conversations.whatsapp.signature import is_signed

logger = logging.getLogger("sportello.intake")

MAX_BYTES = 4 * 1024 * 1024  # Meta sends at most 3 MB (facts §1); 413 above this (D20)
LOOK_EVERY = 5.0  # seconds between two looks at the channels' secrets
LOOK_AGAIN = 1.0  # after a signature that fits none: a channel may have been added a moment ago
LOG_EVERY = 10.0


@dataclass(slots=True)
class Secrets:
    """The active channels' distinct secrets, kept for a few seconds."""

    app_secrets: tuple[str, ...] = ()
    verify_tokens: tuple[str, ...] = ()
    read_at: float = -1e9  # of the monotonic clock; below 0: never

    def stale(self, seconds: float) -> bool:
        return clock.monotonic() - self.read_at > seconds

    def read(self) -> None:
        """Ask the database. Called from a worker thread by the door, directly by everybody else."""
        rows = list(Channel.objects.filter(kind=Channel.Kind.WHATSAPP).only("app_secret", "verify_token"))
        self.app_secrets = tuple({row.app_secret for row in rows if row.app_secret})
        self.verify_tokens = tuple({row.verify_token for row in rows if row.verify_token})
        self.read_at = clock.monotonic()

    def read_in_thread(self) -> None:
        """The door's loop has no database connection of its own: use one of the thread, and let it go again."""
        try:
            self.read()
        finally:
            connection.close()


@dataclass(slots=True)
class Refusals:
    """Bad signatures leave a counted, rate-limited log line and nothing else (C10)."""

    count: int = 0
    logged_at: float = field(default=-1e9)

    def add(self) -> None:
        self.count += 1
        if clock.monotonic() - self.logged_at > LOG_EVERY:
            logger.warning("webhook.refused", extra={"count": self.count})
            self.logged_at = clock.monotonic()
            self.count = 0


def signed(body: bytes, header: str, secrets: Secrets) -> bool:
    return is_signed(body, header, secrets.app_secrets)


def answer_to_handshake(query: dict[str, str], secrets: Secrets) -> str | None:
    """The challenge to send back, or None when the token is not ours (facts §1)."""
    token = query.get("hub.verify_token", "").encode()
    known = False
    for ours in secrets.verify_tokens:
        known |= hmac.compare_digest(ours.encode(), token)
    if query.get("hub.mode") != "subscribe" or not known:
        return None
    return query.get("hub.challenge", "")[:256]


def receive(body: bytes, header: str) -> Delivery | None:
    """The whole intake in one call, without HTTP: for the seeder and for processes that have a database connection.

    None when the signature fits no channel.
    """
    secrets = Secrets()
    secrets.read()
    if not signed(body, header, secrets):
        return None
    now = clock.machine_now()
    return Delivery.objects.create(body=body, received_at=now, due_at=now)
