"""Putting messages into the outbox: the one door for agents, rules and tests alike (C30)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.module_loading import import_string

from conversations import clock, gate, wake
from conversations.access.visibility import require_may_answer
from conversations.actions import costs, locks, reactions, signals, uploads
from conversations.actor import Actor
from conversations.errors import KeyReused
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Conversation, Direction, Lane, Message, MessageStatus, Origin
from conversations.outbox import caps, line
from conversations.row_locks import lock_conversation
from conversations.transactions import joined

LANES = {Origin.AGENT: Lane.AGENT, Origin.SYSTEM: Lane.AGENT, Origin.RULE: Lane.AUTOMATIC, Origin.FLOW: Lane.AUTOMATIC}


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
    Raises NotYours 403, Locked 423, ConversationClosed and KeyReused 409, what the gate raises, OptedOut.
    """
    if client_key and (first := Message.objects.filter(sender_user=by, client_key=client_key).first()):
        return _same(first, conversation, type_, content, reply_to_wamid, not_before)
    row = lock_conversation(conversation)
    require_may_answer(by, row)
    gate.require_active(row)
    locks.hold(conversation=row, by=by)
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
    sender: User | None = None,
    trigger: str = "",
    rule_key: str = "",
    not_before: datetime | None = None,
) -> Message:
    """A rule, flow or the system writes to the customer: an outbox row in the caller's transaction. `sender`: who pressed the button.

    Raises what the gate raises, OptedOut and CapReached. Halts are read at delivery (D5).
    """
    return _queue(
        conversation=lock_conversation(conversation),
        actor=by,
        origin=origin,
        type_=type_,
        content=content,
        sender=sender,
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
    now = clock.now()
    template, text = gate.require_sendable(conversation, type_=type_, content=content, at=now)
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
        scheduled_for=not_before,
        not_before=not_before or now,
        turn=line.take_turn(conversation),
        client_key=client_key,
    )
    if (hold := caps.hold(conversation, message)) is not None:
        message.status, message.hold_code, message.not_before = MessageStatus.HELD, hold.code, hold.until
    if (first := _save(message)) is not None:
        return _same(first, conversation, type_, content, reply_to_wamid, not_before)
    uploads.attach(message)
    costs.record(message)
    if type_ == "reaction":  # shown on its target: no answer, and nothing new in the list
        reactions.keep(message)
        changed = ["line_at"]
    else:
        conversation.last_message = message
        conversation.last_activity_at = now
        changed = ["last_message", "last_activity_at", "line_at"]
    if origin == Origin.AGENT and type_ != "reaction":
        signals.answered(conversation)
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


def _same(
    first: Message,
    conversation: Conversation,
    type_: str,
    content: dict[str, Any],
    reply_to_wamid: str,
    scheduled_for: datetime | None,
) -> Message:
    """The first message under this key. Raises KeyReused unless it was asked for by the very same request (C32)."""
    asked = (conversation.pk, type_, content, reply_to_wamid, scheduled_for)
    if (first.conversation_id, first.type, first.payload, first.reply_to_wamid, first.scheduled_for) != asked:
        raise KeyReused
    return first


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
