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


def lock_conversation(conversation: Conversation | int) -> Conversation:
    """The row, locked until the transaction ends. One that this very transaction locked already is given back as it is,
    with what was changed on it: verbs that call verbs share one instance and one look-up."""
    if isinstance(conversation, Conversation):
        if is_held(conversation):
            return conversation
        pk = int(conversation.pk)
    else:
        pk = conversation
    return _held(Conversation.objects.select_for_update(no_key=_no_key()).get(pk=pk))


def is_held(conversation: Conversation) -> bool:
    """Whether the running transaction holds this row's lock. Django keeps one list of commit hooks per transaction and
    replaces it at its end and at a rollback to a savepoint: the list itself is the transaction's token."""
    token = getattr(conversation, "_locked_under", None)
    return connection.in_atomic_block and token is not None and token is connection.run_on_commit


def _held(conversation: Conversation) -> Conversation:
    conversation._locked_under = connection.run_on_commit  # type: ignore[attr-defined]
    return conversation


def lock_conversations(pks: Iterable[int]) -> dict[int, Conversation]:
    rows = Conversation.objects.select_for_update(no_key=_no_key()).filter(pk__in=list(pks)).order_by("pk")
    return {row.pk: _held(row) for row in rows}


def lock_free_conversations(pks: Iterable[int]) -> list[Conversation]:
    """Those that no other worker holds."""
    skip = connection.features.has_select_for_update_skip_locked
    rows = Conversation.objects.select_for_update(no_key=_no_key(), skip_locked=skip).filter(pk__in=list(pks))
    return [_held(row) for row in rows.order_by("pk")]


def lock_message(pk: int) -> Message:
    return Message.objects.select_for_update(no_key=_no_key()).get(pk=pk)


def _no_key() -> bool:
    return connection.features.has_select_for_no_key_update
