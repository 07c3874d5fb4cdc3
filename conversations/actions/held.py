"""Letting a message go that a cap holds back (C24): a person answers for it."""

from __future__ import annotations

from django.db import transaction

from conversations import clock, wake
from conversations.access.roles import supervised_departments, supervises_everywhere
from conversations.actor import Actor
from conversations.errors import CapStands, NotAllowed
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Conversation, Message, MessageStatus
from conversations.outbox.caps.words import RELEASABLE, sentence
from conversations.row_locks import lock_conversation


@transaction.atomic
def release(*, message: Message, by: Actor) -> bool:
    """It goes next, and is counted all the same. True when it was held.

    For those who supervise the conversation, and only where the cap is the business's own on its own pace: what protects a customer
    who has not opted in, and WhatsApp's limit, stand. Raises NotAllowed 403, CapStands 409.
    """
    conversation = lock_conversation(message.conversation_id)
    if by.user is not None and not _supervises(by, conversation):
        raise NotAllowed
    row = Message.objects.select_for_update().filter(pk=message.pk, status=MessageStatus.HELD).first()
    if row is None:
        return False
    if row.hold_code not in RELEASABLE:
        raise CapStands(sentence(row.hold_code))
    code, row.hold_code = row.hold_code, ""
    row.status, row.not_before, row.released = MessageStatus.QUEUED, clock.now(), True
    row.save(update_fields=["status", "not_before", "hold_code", "released"])
    record(Kind.MESSAGE_RELEASED, by=by, conversation=conversation, message=row.pk, code=code)
    wake.on_commit(wake.Bell.DELIVER)
    return True


def _supervises(by: Actor, conversation: Conversation) -> bool:
    return supervises_everywhere(by.user) or conversation.department_id in supervised_departments(by.user)
