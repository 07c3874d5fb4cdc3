"""How a channel is reached: its own base URL, or the backup while its health says so (C33)."""

from __future__ import annotations

from conversations.models import Channel
from conversations.whatsapp.transport import Access


def access_to(channel: Channel, *, base_url: str = "") -> Access:
    """`base_url`: this address whatever the health says."""
    health = getattr(channel, "health", None)
    if not base_url:
        base_url = channel.backup_base_url if health and health.backup_since else channel.base_url
    return Access(
        base_url or channel.base_url,
        channel.api_version,
        channel.phone_number_id,
        channel.waba_id,
        channel.access_token,
    )
