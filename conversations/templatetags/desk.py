"""What templates of the desk ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import template
from django.utils.safestring import SafeString

from conversations import channel_trouble, clock, times
from conversations import money as wording
from conversations.models import Channel, Halt
from conversations.models.pricing import CATEGORIES
from conversations.onboarding.words import said

register = template.Library()


@register.simple_tag
def halts_standing() -> list[Halt]:
    """The kill switches that stand now: shown top right on every page of admin."""
    return list(Halt.objects.standing(clock.now()).select_related("channel", "by").order_by("starts_at")[:5])


@register.filter
def when(at: Any) -> SafeString | str:
    return times.when(at)


@register.filter
def machine_when(at: Any) -> SafeString | str:
    return times.machine_when(at)


@register.filter
def trouble(channel: Channel) -> str:
    return channel_trouble.sentence(channel)


@register.filter
def meta_word(word: str) -> str:
    return said(word)


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    return wording.money(amount, currency)


@register.filter
def plain(amount: Decimal | None) -> str:
    """Without its currency, which stands above."""
    return wording.money(amount, "").strip()


@register.filter
def category(code: str) -> str:
    """Of messages, as Meta charges them; its own word where it is none we know."""
    return str(dict(CATEGORIES).get(code, code))


@register.filter
def signed(amount: Decimal, currency: str) -> str:
    return wording.signed(amount, currency)
