"""Reading a business account's templates from Meta: hourly, by a button, and when a webhook names one that nobody has heard of (C23)."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db.models import Q

from conversations import clock
from conversations.actions import template_lists
from conversations.models import Channel, TemplateSync
from conversations.reach import access_to
from conversations.whatsapp.errors import describe
from conversations.whatsapp.management import Management
from conversations.whatsapp.transport import ApiError, NotSent, Unanswered

logger = logging.getLogger("sportello.templates")

FRESH = timedelta(minutes=50)  # what was read, or tried, since then waits for the next hour


def sync_due() -> int:
    """Every account whose turn it is. Returns how many templates changed."""
    now = clock.machine_now()
    asked_for = Q(template_sync__due_at__lte=now)
    tried = Q(template_sync__synced_at__gt=now - FRESH) | Q(template_sync__failed_at__gt=now - FRESH)
    due = Channel.objects.filter(kind=Channel.Kind.WHATSAPP).filter(asked_for | ~tried).exclude(waba_id="")
    return sum(sync_account(waba_id) for waba_id in sorted(set(due.values_list("waba_id", flat=True))))


def sync_account(waba_id: str) -> int:
    """Read the list once, with the token of the first of the account's channels that may, and write it down for each of them.

    A failure is kept with the channels, and what was known stays. Returns how many templates changed.
    """
    channels = Channel.objects.filter(waba_id=waba_id, kind=Channel.Kind.WHATSAPP).order_by("pk")
    able = sorted((one for one in channels if one.access_token), key=lambda one: one.status != Channel.Status.ACTIVE)
    code, detail, asked = "", "", set()
    for reader in able:
        if (reader.base_url, reader.access_token) in asked:
            continue
        asked.add((reader.base_url, reader.access_token))
        at = clock.now()
        try:
            listed = Management(access_to(reader)).templates()
        except ApiError as refusal:
            code, detail = str(refusal.error.code), refusal.error.details or refusal.error.message
        except (NotSent, Unanswered) as problem:
            code, detail = "network", str(problem)
        else:
            return sum(template_lists.store(channel=channel, listed=listed, at=at) for channel in channels)
    for channel in able:
        template_lists.failed(channel=channel, code=code, detail=detail)
    if able:
        logger.warning("templates.unread", extra={"channel_id": able[0].pk, "code": code})
    return 0


def problem_of(channel: Channel) -> str:
    """Why the last synchronisation failed, in words; "" when it did not."""
    row = TemplateSync.objects.filter(channel=channel).first()
    return describe(row.problem_code) if row is not None and row.problem_code else ""
