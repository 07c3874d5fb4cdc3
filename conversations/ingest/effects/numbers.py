"""Numbers and portfolios: PIN, quality, throughput, limits, display name, username (facts §6)."""

from __future__ import annotations

from datetime import timedelta

from conversations.actions import accounts, alarms, channels
from conversations.ingest.effects.told import META, Told
from conversations.outbox import pacing
from conversations.whatsapp.error_rules import STOPS, Effect
from conversations.whatsapp.errors import rule_of


def pin(told: Told) -> None:
    """Somebody switches two-step verification off, or did: an administrator must know at once. A new PIN ends it."""
    if told.kind == "PIN_CHANGED":
        alarms.clear_alarm(key=told.own_key("pin"))
    else:
        told.warn(told.own_key("pin"))


def quality(told: Told) -> None:
    accounts.set_quality(channel=told.channel, quality=told.kind)


def limit(told: Told) -> None:
    """It is the portfolio's: all its numbers share it (facts §9)."""
    accounts.set_messaging_limit(portfolio=told.channel.portfolio, limit=told.news.details.get("count"))


def numbers(told: Told) -> None:
    accounts.set_number_limit(portfolio=told.channel.portfolio, count=int(told.news.details["count"]))


def throughput(told: Told) -> None:
    """What Meta allows; the pace stays what staff set."""
    accounts.note_setup(channel=told.channel, throughput_level=told.kind)


def name(told: Told) -> None:
    approved = {"verified_name": told.news.details["name"]} if told.kind == "APPROVED" else {}
    accounts.note_setup(channel=told.channel, name_status=told.kind[:40], **approved)
    if told.kind == "REJECTED":
        told.warn(told.own_key("name"))
    elif told.kind == "APPROVED":
        alarms.clear_alarm(key=told.own_key("name"))


def error(told: Told) -> None:
    """Told of the number itself, not of a message (`value.errors`): what stops or slows a channel does so here too."""
    rule = rule_of(told.kind)
    if rule is None:
        return
    if rule.effect in STOPS:
        until = told.at + timedelta(seconds=rule.first_wait) if rule.effect is Effect.CHANNEL_RESTRICTED else None
        channels.stop(channel=told.channel, by=META, code=told.kind, until=until)
    elif rule.effect is Effect.CHANNEL_SLOWED:
        pacing.slow_down(told.channel.pk)


def noted(told: Told) -> None:
    """The fact itself is all: the channel's page shows it."""
