"""Says what actions/signals.py noted: "read" and "typing…", once each, never again when it fails (C34)."""

from __future__ import annotations

import logging

from conversations import clock
from conversations.actions import channels
from conversations.actor import Actor
from conversations.models import Channel, Message, Signal
from conversations.reach import access_to
from conversations.whatsapp.client import CloudApi
from conversations.whatsapp.error_rules import Class
from conversations.whatsapp.transport import ApiError, NotSent, Unanswered

logger = logging.getLogger("sportello.outbox")
BY = Actor.system("signals")


def send_due(*, limit: int = 100) -> int:
    """Each is claimed by conditional update before its call, so that two workers never tell the same one. Returns how many were told."""
    due = Signal.objects.due(clock.machine_now()).order_by("due_at")
    told = 0
    for row in due.select_related("conversation__channel__health")[:limit]:
        claimed = Signal.objects.filter(pk=row.pk, due_at=row.due_at).update(due_at=None, typing=False)
        told += bool(claimed) and _tell(row)
    return told


def _tell(row: Signal) -> bool:
    channel = row.conversation.channel
    wamid = _newest(row)
    if not wamid or channel.status != Channel.Status.ACTIVE or (wamid == row.told_wamid and not row.typing):
        return False
    try:
        CloudApi(access_to(channel)).mark_read(wamid, typing=row.typing)
    except ApiError as problem:
        logger.info("signal.refused", extra={"conversation": row.conversation_id, "code": problem.error.code})
        if problem.error.rule.what is Class.ALARM:
            channels.stop(channel=channel, by=BY, code=problem.error.label, detail=problem.error.details)
        return False
    except (NotSent, Unanswered) as problem:
        logger.info("signal.lost", extra={"conversation": row.conversation_id, "problem": str(problem)[:100]})
        return False
    now = clock.machine_now()
    Signal.objects.filter(pk=row.pk).update(told_wamid=wamid, **({"typing_at": now} if row.typing else {}))
    return True


def _newest(row: Signal) -> str:
    """The customer's last message: marking it read marks the earlier ones too (facts §8)."""
    found = Message.objects.inbound().filter(conversation=row.conversation_id, wamid__isnull=False)
    return str(found.order_by("-timestamp", "-pk").values_list("wamid", flat=True).first() or "")
