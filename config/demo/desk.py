"""Which channel the demo plays on, and where the running desk listens."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from conversations.models import Channel

SHOWN = (
    "phone_number_id",
    "waba_id",
    "display_phone_number",
    "name",
    "access_token",
    "app_secret",
    "verify_token",
    "throughput",
)


def simulated_channels() -> list[Channel]:
    """Channels whose Cloud API is our simulator, oldest first. A number that is really connected is never among them."""
    return list(Channel.objects.filter(kind=Channel.Kind.WHATSAPP, base_url=settings.SIMULATOR_URL).order_by("pk"))


def with_secrets(channel: Channel) -> dict[str, Any]:
    """What the simulator must know of a channel to play Meta for it."""
    return {name: getattr(channel, name) for name in SHOWN}


def webhook_url() -> str:
    return f"{settings.PUBLIC_URL}/webhooks/whatsapp/"
