"""Row locks have names and one order: contact, then conversation, then message (STYLE habit 10).

Taken as FOR NO KEY UPDATE, so that inserting a row that refers to a locked one does not wait.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from conversations.models.contact import Contact
from conversations.models.conversation import Conversation
from conversations.models.message import Message


def lock_contact(pk: int) -> Contact:
    return Contact.objects.select_for_update(no_key=_no_key()).get(pk=pk)


def lock_conversation(pk: int) -> Conversation:
    return Conversation.objects.select_for_update(no_key=_no_key()).get(pk=pk)


def lock_conversations(pks: Iterable[int]) -> dict[int, Conversation]:
    rows = Conversation.objects.select_for_update(no_key=_no_key()).filter(pk__in=list(pks)).order_by("pk")
    return {row.pk: row for row in rows}


def lock_conversation_if_free(pk: int) -> Conversation | None:
    """None when another worker holds it."""
    skip = connection.features.has_select_for_update_skip_locked
    return Conversation.objects.select_for_update(no_key=_no_key(), skip_locked=skip).filter(pk=pk).first()


def lock_message(pk: int) -> Message:
    return Message.objects.select_for_update(no_key=_no_key()).get(pk=pk)


def _no_key() -> bool:
    return connection.features.has_select_for_no_key_update
