"""Which conversations a person sees: one rule for lists, search, API, stream, media and exports (law 7, D43)."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from conversations.access.roles import Can, Role, allows, roles_of, supervised_departments, supervises_everywhere
from conversations.errors import NotAllowed, NotYours
from conversations.models.contact import Contact
from conversations.models.conversation import Conversation
from conversations.models.message import Message


def visible_conversations(user: Any, among: QuerySet[Conversation] | None = None) -> QuerySet[Conversation]:
    """Administrators and Editors: all. Analysts: none. Agents: theirs, the pool of their departments, their colleagues'
    there (unless the department keeps them apart), and all of the departments they supervise."""
    rows = among if among is not None else Conversation.objects.all()
    if not allows(user, Can.CONVERSATION_SEE):
        return rows.none()
    if supervises_everywhere(user):
        return rows
    pool: set[int] = set()
    whole: set[int] = set()
    for department, shared, supervises in user.memberships.values_list(
        "department_id", "department__shares_conversations", "is_supervisor"
    ):
        (whole if shared or supervises else pool).add(department)
    return rows.filter(Q(assignee=user) | Q(department__in=whole) | Q(assignee__isnull=True, department__in=pool))


def visible_messages(user: Any) -> QuerySet[Message]:
    if not allows(user, Can.MESSAGE_READ):
        return Message.objects.none()
    if supervises_everywhere(user):
        return Message.objects.all()
    return Message.objects.filter(conversation__in=visible_conversations(user).values("pk"))


def visible_contacts(user: Any) -> QuerySet[Contact]:
    """Those one has a visible conversation with; Administrators and Editors see all."""
    present = Contact.objects.present()
    if not allows(user, Can.CONTACT_SEE):
        return present.none()
    if supervises_everywhere(user):
        return present
    return present.filter(pk__in=visible_conversations(user).values("contact_id"))


def may_answer(user: Any, conversation: Conversation) -> bool:
    """Theirs, or from a pool of theirs; a colleague's only for its supervisors (D43). Locks and windows come on top."""
    if not allows(user, Can.CONVERSATION_ANSWER):
        return False
    if conversation.assignee_id == user.pk or supervises_everywhere(user):
        return True
    if conversation.assignee_id is None:
        return (
            conversation.department_id is not None
            and user.memberships.filter(department=conversation.department_id).exists()
        )
    return conversation.department_id in supervised_departments(user)


def require_may_answer(user: Any, conversation: Conversation) -> None:
    """Raises NotYours for a colleague's conversation, NotAllowed where the role or the department is wrong."""
    if not may_answer(user, conversation):
        raise NotYours() if conversation.assignee_id else NotAllowed()


def is_agent(user: Any) -> bool:
    return bool(roles_of(user) & {Role.AGENT, Role.EDITOR, Role.ADMINISTRATOR})
