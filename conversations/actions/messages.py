"""Putting messages into the outbox: the one door for agents, rules and tests alike (C30)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, models, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from conversations import clock, wake, window
from conversations.access.visibility import require_may_answer
from conversations.actions import costs, locks, uploads
from conversations.actor import Actor
from conversations.errors import (
    ChannelStopped,
    ConversationClosed,
    Invalid,
    KeyReused,
    Unconfirmed,
    WindowClosed,
)
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Attempt, Channel, Conversation, Direction, Lane, Message, MessageStatus, Origin
from conversations.outbox import caps, line
from conversations.queries import templates
from conversations.row_locks import lock_conversation
from conversations.transactions import joined
from conversations.whatsapp import outgoing

LANES = {Origin.AGENT: Lane.AGENT, Origin.SYSTEM: Lane.AGENT, Origin.RULE: Lane.AUTOMATIC, Origin.FLOW: Lane.AUTOMATIC}


def check_window(conversation: Conversation, type_: str) -> None:
    """Raises WindowClosed when a free-form message may not be sent now; a template always may (C20)."""
    margin = conversation.channel.window_margin_seconds
    if type_ != "template" and not window.may_send_free_form(conversation.window_ends_at, clock.now(), margin):
        raise WindowClosed(
            window_ended_at=conversation.window_ends_at.isoformat() if conversation.window_ends_at else None
        )


@transaction.atomic
def answer(
    *,
    conversation: Conversation,
    by: User,
    type_: str = "text",
    content: dict[str, Any],
    reply_to_wamid: str = "",
    client_key: str | None = None,
    not_before: datetime | None = None,
) -> Message:
    """A person answers. From the pool this takes the conversation (D43); a colleague's is refused.

    `content` is Meta's object of that type, such as {"body": "Ciao"} for text. Repeating `client_key` returns the first message (C32).
    Raises NotYours 403, Locked 423, ConversationClosed, ChannelStopped, WindowClosed, KeyReused 409, Invalid 400, TemplateRefused.
    """
    if client_key and (first := Message.objects.filter(sender_user=by, client_key=client_key).first()):
        if (first.conversation_id, first.type, first.payload) != (conversation.pk, type_, content):
            raise KeyReused
        return first
    row = lock_conversation(conversation)
    require_may_answer(by, row)
    if not row.is_active:
        raise ConversationClosed
    locks.hold(conversation=row, by=by)
    check_window(row, type_)
    actor = Actor.person(by)
    if row.assignee_id is None:
        import_string(settings.ASSIGNMENT)(conversation=row, by=by)
        row.refresh_from_db()
    return _queue(
        conversation=row,
        actor=actor,
        origin=Origin.AGENT,
        type_=type_,
        content=content,
        sender=by,
        reply_to_wamid=reply_to_wamid,
        client_key=client_key,
        not_before=not_before,
    )


@joined
def queue(
    *,
    conversation: Conversation,
    by: Actor,
    origin: str,
    type_: str = "text",
    content: dict[str, Any],
    trigger: str = "",
    rule_key: str = "",
    not_before: datetime | None = None,
) -> Message:
    """A rule, flow or the system writes to the customer: an outbox row in the caller's transaction.

    Raises WindowClosed, ChannelStopped, Invalid, TemplateRefused. Caps are the caller's; halts are read at delivery (D5).
    """
    row = lock_conversation(conversation)
    check_window(row, type_)
    return _queue(
        conversation=row,
        actor=by,
        origin=origin,
        type_=type_,
        content=content,
        trigger=trigger,
        rule_key=rule_key,
        not_before=not_before,
    )


def _queue(
    *,
    conversation: Conversation,
    actor: Actor,
    origin: str,
    type_: str,
    content: dict[str, Any],
    sender: User | None = None,
    trigger: str = "",
    rule_key: str = "",
    reply_to_wamid: str = "",
    client_key: str | None = None,
    not_before: datetime | None = None,
) -> Message:
    """The conversation's row must be locked."""
    if conversation.channel.status == Channel.Status.OFFLINE:
        raise ChannelStopped(_("This number is switched off."))
    if problem := outgoing.problem(type_, content):
        raise Invalid(problem)
    template, text = None, outgoing.words(type_, content)
    if type_ == "template":
        template, text = templates.require_usable(conversation.channel, content)
    now = clock.now()
    message = Message(
        conversation=conversation,
        channel_id=conversation.channel_id,
        direction=Direction.OUTBOUND,
        origin=origin,
        type=type_,
        status=MessageStatus.SCHEDULED
        if not_before and not_before > now + timedelta(seconds=5)
        else MessageStatus.QUEUED,
        text=text,
        payload=content,
        template=template,
        sender_user=sender,
        reply_to_wamid=reply_to_wamid,
        trigger=trigger,
        rule_key=rule_key,
        timestamp=now,
        created_at=now,
        lane=LANES.get(Origin(origin), Lane.BULK),
        not_before=not_before or now,
        turn=line.take_turn(conversation),
        client_key=client_key,
    )
    if (hold := caps.hold(conversation, message)) is not None:
        message.status, message.hold_code, message.not_before = MessageStatus.HELD, hold.code, hold.until
    if (first := _save(message)) is not None:
        return first
    uploads.attach(message)
    costs.record(message)
    conversation.last_message = message
    conversation.last_activity_at = now
    changed = ["last_message", "last_activity_at", "line_at"]
    if origin == Origin.AGENT:
        conversation.last_agent_at = now
        conversation.waiting_since = None
        conversation.unread = 0
        changed += ["last_agent_at", "waiting_since", "unread"]
        if conversation.first_response_at is None:
            conversation.first_response_at = now
            changed.append("first_response_at")
    conversation.save(update_fields=changed)
    record(
        Kind.MESSAGE_QUEUED,
        by=actor,
        conversation=conversation,
        message=message.pk,
        origin=origin,
        type=type_,
        rule=rule_key,
        trigger=trigger,
    )
    if hold is not None:
        record(Kind.MESSAGE_HELD, by=actor, conversation=conversation, message=message.pk, code=hold.code)
    wake.on_commit(wake.Bell.DELIVER)
    return message


def _save(message: Message) -> Message | None:
    """Insert it; the first message under the same sender's key when there is one already (two requests at once)."""
    if message.client_key is None:
        message.save(force_insert=True)
        return None
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        first = Message.objects.filter(sender_user=message.sender_user, client_key=message.client_key).first()
        if first is None:
            raise
        return first
    return None


@transaction.atomic
def cancel(*, message: Message, by: Actor) -> bool:
    """Take back a message that has not left: True when it had not (conditional update: delivery may be taking it this moment)."""
    waiting = [MessageStatus.SCHEDULED, MessageStatus.HELD, MessageStatus.QUEUED]
    conversation = lock_conversation(message.conversation_id)
    done = Message.objects.filter(pk=message.pk, status__in=waiting).update(status=MessageStatus.CANCELLED)
    if done:
        record(Kind.MESSAGE_CANCELLED, by=by, conversation=conversation, message=message.pk)
        if message.origin == Origin.AGENT:
            wait_again(conversation.pk)
    return bool(done)


@transaction.atomic
def wait_again(conversation_id: int) -> None:
    """An agent's answer did not reach the customer after all: unless another one did or will, they still wait."""
    row = lock_conversation(conversation_id)
    if not row.is_active or row.waiting_since is not None or row.last_inbound_at is None:
        return
    answers = Message.objects.outbound().filter(
        conversation=row, origin__in=[Origin.AGENT, Origin.PHONE], timestamp__gte=row.last_inbound_at
    )
    if not answers.exclude(status__in=[MessageStatus.FAILED, MessageStatus.CANCELLED]).exists():
        row.waiting_since = row.last_inbound_at
        row.save(update_fields=["waiting_since"])


@transaction.atomic
def retry(*, message: Message, by: Actor, force: bool = False) -> bool:
    """Queue a failed or unconfirmed message again because a person asked (C31, D4): as good as an answer, with its conditions.

    `force`: although an earlier attempt may have reached the customer, so that two may arrive. Attempts keep their ids: a late status
    still settles the one that it is about. Raises NotYours 403, NotAllowed 403, Locked 423, Unconfirmed 409, ConversationClosed,
    WindowClosed.
    """
    conversation = lock_conversation(message.conversation_id)
    if by.user is not None:
        require_may_answer(by.user, conversation)
    if not conversation.is_active:
        raise ConversationClosed
    if by.user is not None:
        locks.hold(conversation=conversation, by=by.user)
    check_window(conversation, message.type)
    stuck = [MessageStatus.FAILED, MessageStatus.UNCONFIRMED]
    if not force and is_unconfirmed(message):
        raise Unconfirmed
    done = Message.objects.filter(pk=message.pk, status__in=stuck).update(
        status=MessageStatus.QUEUED,
        not_before=clock.now(),
        wamid=None,
        error_code="",
        error_detail="",
        failed_at=None,
        retry_at=None,
        tries=0,
        requeued=False,
    )
    if done:
        record(Kind.MESSAGE_REQUEUED, by=by, conversation=conversation, message=message.pk, forced=force)
        _waits_no_longer(conversation, message)
        wake.on_commit(wake.Bell.DELIVER)
    return bool(done)


def is_unconfirmed(message: Message) -> bool:
    """Whether one of its attempts may have reached the customer without anybody knowing."""
    stuck = Message.objects.filter(pk=message.pk, status__in=[MessageStatus.FAILED, MessageStatus.UNCONFIRMED])
    unknown = models.Exists(Attempt.objects.unknown().filter(message=models.OuterRef("pk")))
    return stuck.filter(models.Q(status=MessageStatus.UNCONFIRMED) | unknown).exists()


def _waits_no_longer(conversation: Conversation, answer: Message) -> None:
    """Unless the customer has written since that answer."""
    wrote = conversation.last_inbound_at
    if answer.origin == Origin.AGENT and conversation.waiting_since and (wrote is None or wrote <= answer.timestamp):
        conversation.waiting_since = None
        conversation.save(update_fields=["waiting_since"])
