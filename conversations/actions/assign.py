"""The bare door of assignment. Only routing/assignment calls it (D7): every way of assigning goes through there."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User

from conversations.actor import Actor
from conversations.journal.kinds import Kind
from conversations.journal.record import record
from conversations.models import Conversation, Department
from conversations.row_locks import lock_conversation
from conversations.transactions import joined


@joined
def assign(
    *,
    conversation: Conversation,
    department: Department | None,
    assignee: User | None,
    by: Actor,
    reason_code: str,
    reason_data: dict[str, Any] | None = None,
    priority: int | None = None,
) -> Conversation:
    """Bind a conversation to a department and perhaps an agent, with the reason. Changes nothing when all is so already.

    The caller may hold the row's lock; it is taken again, which costs nothing.
    """
    row = lock_conversation(conversation)
    data = reason_data or {}
    before = (row.department_id, row.assignee_id, row.priority, row.reason_code)
    row.department, row.assignee = department, assignee
    if priority is not None:
        row.priority = priority
    row.reason_code, row.reason_data = reason_code, data
    after = (row.department_id, row.assignee_id, row.priority, row.reason_code)
    if before == after:
        return row
    row.save(update_fields=["department", "assignee", "priority", "reason_code", "reason_data"])
    codes: dict[str, Any] = {"reason": reason_code, "department": row.department_id, "assignee": row.assignee_id}
    if before[0] != after[0]:
        record(Kind.CONVERSATION_ROUTED, by=by, conversation=row, was=before[0], priority=row.priority, **codes)
    if before[1] != after[1]:
        kind = Kind.CONVERSATION_ASSIGNED if row.assignee_id else Kind.CONVERSATION_RELEASED
        record(kind, by=by, conversation=row, was=before[1], **codes)
    if before[2] != after[2]:
        record(Kind.CONVERSATION_PRIORITISED, by=by, conversation=row, was=before[2], priority=row.priority)
    if conversation is not row:
        for name in ("department", "assignee", "priority", "reason_code", "reason_data"):
            setattr(conversation, name, getattr(row, name))
    return row
