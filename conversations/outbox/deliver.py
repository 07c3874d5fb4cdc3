"""Send what is queued: claim one, look at halts and window last, commit the attempt, call Meta, record (C30, D3, D5)."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, models, transaction

from conversations import clock, window
from conversations.actions import channels
from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Attempt, Channel, Halt, Identity, Message, MessageStatus, Origin
from conversations.models.message import MessageQuerySet
from conversations.outbox import pacing, receipts
from conversations.whatsapp import outgoing
from conversations.whatsapp.client import Accepted, Access, ApiError, CloudApi, NotSent, Unanswered
from conversations.whatsapp.errors import Class, GraphError

logger = logging.getLogger("sportello.outbox")

LONGEST_WAIT = 1.0  # seconds a drain waits for a token before it leaves the rest to the next ring
RECONNECT = timedelta(seconds=5)  # until the next try after Meta could not be reached
SYSTEM = Actor.system("delivery")


@dataclass(slots=True)
class Claimed:
    """A message this process alone may send now, with its committed attempt."""

    message: Message
    attempt: Attempt
    access: Access
    payload: dict[str, object]


def drain_outbox(*, limit: int = 500) -> int:
    """Send until nothing is due or `limit` is reached. Any number of threads and processes may run it. Returns how many calls were made."""
    done = 0
    while done < limit:
        before = done
        for channel in _channels_with_work():
            done += _drain_channel(channel, limit - done)
        if done == before:
            break
    return done


def _channels_with_work() -> list[Channel]:
    waiting = Message.objects.filter(status=MessageStatus.QUEUED).values("channel")
    return list(Channel.objects.sending().filter(pk__in=waiting))


def _drain_channel(channel: Channel, limit: int) -> int:
    """One token, one message, until the tokens or the messages end."""
    done = 0
    while done < limit:
        wait = pacing.take(channel.pk, channel.throughput)
        if wait > LONGEST_WAIT:
            break
        if wait > 0:
            time.sleep(wait)
            continue
        claimed = claim(channel)
        if claimed is None:
            pacing.give_back(channel.pk)
            if not _sendable(channel).exists():
                break
            continue
        send(claimed)
        done += 1
    return done


def _sendable(channel: Channel) -> MessageQuerySet:
    return Message.objects.filter(channel=channel, channel__status=Channel.Status.ACTIVE).sendable(
        business=clock.now(), machine=clock.machine_now()
    )


def claim(channel: Channel) -> Claimed | None:
    """The next message of a channel, moved to `sending` with its attempt in one commit; None when there is none, or it may not go."""
    skip = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        message = (
            _sendable(channel)
            .select_related("conversation__group")
            .select_for_update(of=("self",) if skip else (), skip_locked=skip)
            .first()
        )
        if message is None:
            return None
        message.channel = channel
        now = clock.machine_now()
        refused = _refusal(message, clock.now())
        try:
            payload = {} if refused else _payload(message)
        except (
            AttributeError,
            KeyError,
            TypeError,
            ValueError,
        ):  # a row that cannot be sent must not stand in the others' way
            logger.exception("send.unreadable", extra={"message_id": message.pk})
            refused, payload = "invalid", {}
        if refused or not payload:
            fail(message, code=refused or "no_address")
            return None
        message.status, message.claimed_at, message.tries = MessageStatus.SENDING, now, message.tries + 1
        changed = Message.objects.filter(pk=message.pk, status=MessageStatus.QUEUED).update(
            status=message.status, claimed_at=now, tries=message.tries
        )
        if changed != 1:
            return None
        # Numbered on from all before: a person's retry begins counting tries anew, not attempts.
        number = (message.attempts.aggregate(last=models.Max("number"))["last"] or 0) + 1
        attempt = Attempt.objects.create(message=message, number=number, started_at=now)
    return Claimed(message, attempt, access_to(channel), payload)


def access_to(channel: Channel) -> Access:
    return Access(channel.base_url, channel.api_version, channel.phone_number_id, channel.waba_id, channel.access_token)


def _refusal(message: Message, now: datetime) -> str:
    """The last look before the call: our error code, or ""."""
    conversation = message.conversation
    margin = message.channel.window_margin_seconds
    if message.type != "template" and not window.may_send_free_form(conversation.window_ends_at, now, margin):
        return "window_closed"
    if message.origin in {Origin.RULE, Origin.FLOW, Origin.CAMPAIGN}:
        for halt in Halt.objects.standing(now):
            if halt.covers(channel_id=message.channel_id, trigger=message.trigger, rule_key=message.rule_key):
                return "halted"
    return ""


def _payload(message: Message) -> dict[str, object]:
    conversation = message.conversation
    if conversation.group_id is not None and conversation.group is not None:
        return outgoing.request(
            type_=message.type, content=message.payload, group_id=conversation.group.group_id,
            reply_to=message.reply_to_wamid, opaque=message.opaque,
        )  # fmt: skip
    known = {
        identity.kind: identity.value
        for identity in Identity.objects.current().filter(
            contact=conversation.contact_id, portfolio=message.channel.portfolio_id
        )
    }
    wa_id = known.get(Identity.Kind.WA_ID) or known.get(Identity.Kind.PHONE) or ""
    user_id = known.get(Identity.Kind.BSUID) or ""
    if not (wa_id or user_id):
        return {}
    return outgoing.request(
        type_=message.type, content=message.payload, wa_id=wa_id, user_id=user_id,
        reply_to=message.reply_to_wamid, opaque=message.opaque,
    )  # fmt: skip


def send(claimed: Claimed) -> None:
    """The call itself, outside any transaction, and what came of it."""
    try:
        accepted = CloudApi(claimed.access).send(claimed.payload)
    except ApiError as problem:
        _refused(claimed, problem.error)
    except NotSent as problem:
        _again(claimed, code="network", detail=str(problem), wait=RECONNECT)
    except Unanswered as problem:
        _unconfirmed(claimed, str(problem))
    except Exception as problem:  # a fault of ours in the middle of a call: Meta may have it
        logger.exception("send.failed", extra={"message_id": claimed.message.pk})
        _unconfirmed(claimed, type(problem).__name__)
    else:
        _accepted(claimed, accepted)


def _end(claimed: Claimed, *, http_status: int | None = None, code: str = "", detail: str = "") -> None:
    claimed.attempt.ended_at = clock.machine_now()
    claimed.attempt.http_status, claimed.attempt.error_code, claimed.attempt.detail = http_status, code, detail[:500]
    claimed.attempt.save(update_fields=["ended_at", "http_status", "error_code", "detail"])


def _accepted(claimed: Claimed, accepted: Accepted) -> None:
    """A status webhook may have been faster: then only what it could not know is added."""
    message, now = claimed.message, clock.now()
    with transaction.atomic():
        _end(claimed, http_status=200)
        moved = Message.objects.filter(
            pk=message.pk, status__in=[MessageStatus.SENDING, MessageStatus.UNCONFIRMED]
        ).update(status=MessageStatus.SENT, sent_at=now, wamid=accepted.wamid)
        if moved:
            record(Kind.MESSAGE_SENT, by=SYSTEM, conversation=message.conversation, message=message.pk)
        else:
            Message.objects.filter(pk=message.pk, wamid__isnull=True).update(wamid=accepted.wamid)
    receipts.apply_early([accepted.wamid])


def _refused(claimed: Claimed, error: GraphError) -> None:
    rule, message = error.rule, claimed.message
    detail = error.details or error.message
    logger.info("send.refused", extra={"message_id": message.pk, "code": error.code, "class": rule.what.value})
    if rule.what is Class.ALARM:
        channels.stop(channel=message.channel, by=SYSTEM, code=str(error.code), reason=rule.sentence)
        _again(claimed, code=str(error.code), detail=detail, wait=timedelta(0), http_status=error.http_status)
    elif rule.what in {Class.RETRY, Class.WAIT} and message.tries < rule.tries:
        wait = timedelta(seconds=error.wait(message.tries))
        _again(claimed, code=str(error.code), detail=detail, wait=wait, http_status=error.http_status)
    else:
        with transaction.atomic():
            _end(claimed, http_status=error.http_status, code=str(error.code), detail=detail)
            fail(message, code=str(error.code), detail=detail)


def _again(claimed: Claimed, *, code: str, detail: str, wait: timedelta, http_status: int | None = None) -> None:
    """Back into the queue: Meta has not taken it."""
    with transaction.atomic():
        _end(claimed, http_status=http_status, code=code, detail=detail)
        Message.objects.filter(pk=claimed.message.pk, status=MessageStatus.SENDING).update(
            status=MessageStatus.QUEUED, retry_at=clock.machine_now() + wait, error_code=code, error_detail=detail[:500]
        )


def _unconfirmed(claimed: Claimed, detail: str) -> None:
    with transaction.atomic():
        _end(claimed, code="unconfirmed", detail=detail)
        mark_unconfirmed(claimed.message)


def mark_unconfirmed(message: Message) -> bool:
    """Meta may have it: only a status, or D4, settles it."""
    moved = Message.objects.filter(pk=message.pk, status=MessageStatus.SENDING).update(
        status=MessageStatus.UNCONFIRMED, error_code="unconfirmed"
    )
    if moved:
        record(Kind.MESSAGE_UNCONFIRMED, by=SYSTEM, conversation=message.conversation, message=message.pk)
    return bool(moved)


def fail(message: Message, *, code: str, detail: str = "") -> None:
    """It will not go unchanged. Says so in the journal; the effects on the contact are by code (facts §10)."""
    moved = Message.objects.filter(
        pk=message.pk, status__in=[MessageStatus.QUEUED, MessageStatus.SENDING, MessageStatus.UNCONFIRMED]
    ).update(status=MessageStatus.FAILED, failed_at=clock.now(), error_code=code, error_detail=detail[:500])
    if moved:
        receipts.after_failure(message, code)
