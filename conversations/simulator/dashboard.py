"""Business numbers as Meta's dashboard shows them: issued here, with what has to be copied into the desk."""

from __future__ import annotations

from typing import Any

from conversations.simulator.channels import Channel
from conversations.simulator.simulator import Simulator


def issue(simulator: Simulator, *, display_phone_number: str, name: str = "", waba_id: str = "") -> Channel:
    """A new number, neither verified nor registered, whose account nobody has subscribed to. Raises ValueError."""
    channel = simulator.channels.issue(display_phone_number=display_phone_number, name=name, waba_id=waba_id)
    simulator.numbers.issue(channel.phone_number_id)
    simulator.templates.seed(channel.waba_id)
    simulator.events.tell("numbers", dict)
    return channel


def dashboard(simulator: Simulator, channel: Channel) -> dict[str, Any]:
    """All that Meta shows to whoever owns the number. Of numbers the desk brought along the secrets are its own affair."""
    number = simulator.numbers.of(channel.phone_number_id)
    secrets = {name: getattr(channel, name) for name in ("access_token", "app_secret")} if channel.issued else {}
    return {
        "phone_number_id": channel.phone_number_id,
        "waba_id": channel.waba_id,
        "display_phone_number": channel.display_phone_number,
        "name": channel.name,
        "issued": bool(channel.issued),
        **secrets,
        "status": number.status,
        "code_verification_status": number.code_verification_status,
        "name_status": number.name_status,
        "quality_rating": number.quality_rating,
        "messaging_limit": number.messaging_limit,
        "throughput_level": number.throughput_level,
        "oba_status": number.oba_status,
        "is_on_biz_app": number.is_on_biz_app,
        "subscribed": number.subscribed,
        "callback": simulator.numbers.callback(channel.phone_number_id) or channel.webhook_url,
        "code": number.code,
        "code_sent_at": number.code_sent_at[-1] if number.code and number.code_sent_at else None,
    }
