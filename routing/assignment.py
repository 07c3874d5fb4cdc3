"""The one way of assigning (R5, D7): by rule, from the pool, by hand. Everything else asks here; only this calls
conversations' bare door.

Two conversations at once never share an agent's last free place: the agent's Turn row is locked, and the load
counted anew under
that lock. Locks go conversation first, then turn. (SQLite has one writer at a time and needs no more.)
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from conversations import clock
from conversations.access.roles import Can, allows, supervised_departments, supervises_everywhere
from conversations.access.visibility import is_agent, visible_conversations
from conversations.actions import assign as door
from conversations.actions import locks
from conversations.actor import Actor
from conversations.errors import ConversationClosed, Invalid, Locked, NotAllowed, NotFound, NotYours
from conversations.models import Conversation, Department, Lock, Priority
from conversations.row_locks import lock_conversation
from conversations.transactions import joined
from routing.models import Turn
from routing.picking import pick_agent, shown


@joined
def route_to(
    *,
    conversation: Conversation,
    department: Department | None,
    by: Actor,
    reason_code: str,
    reason_data: dict[str, Any] | None = None,
    priority: Priority | None = None,
) -> Conversation:
    """Give a conversation to a department, and to an agent of it when one is free. The conversation's row must be
    locked."""
    data = dict(reason_data or {})
    agent: User | None = None
    if department is not None:
        pick = pick_agent(department)
        agent = pick.agent
        _append(data, {"code": pick.reason_code, **pick.reason_data})
    return door.assign(
        conversation=conversation,
        department=department,
        assignee=agent,
        by=by,
        reason_code=reason_code,
        reason_data=data,
        priority=None if priority is None else int(priority),
    )


@joined
def take(*, conversation: Conversation, by: User) -> Conversation:
    """Somebody answers from the pool: it is theirs (settings.ASSIGNMENT, D43). The conversation's row must be locked.

    Whether they may is asked by the answering itself. A supervisor of everywhere may take what has no department yet.
    """
    Turn.objects.update_or_create(user=by, defaults={"last_at": clock.now()})
    return door.assign(
        conversation=conversation,
        department=conversation.department,
        assignee=by,
        by=Actor.person(by),
        reason_code="taken",
        reason_data={"agent": shown(by)},
    )


@transaction.atomic
def assign_by_hand(
    *, conversation: Conversation, by: User, department: Department | None = None, assignee: User | None = None
) -> Conversation:
    """A person decides. Without `department` it stays where it is; without `assignee` it goes to that department's
    pool.

    Who may: an agent what is theirs or in a pool of theirs, a supervisor what is in their departments, Editors and
    Administrators all.
    Raises NotFound 404 (not visible), NotAllowed 403, NotYours 403, Locked 423, ConversationClosed 409, Invalid 400.
    """
    row = lock_conversation(conversation)
    _check_may_assign(row, by)
    target = department or row.department
    if target is None:
        raise Invalid(_("Choose a department."))
    if not target.is_active:
        raise Invalid(_("The department “%(department)s” is not active.") % {"department": target.name})
    if assignee is not None:
        _check_can_take(assignee, target)
    released = assignee is None and target.pk == row.department_id
    lock = Lock.objects.filter(conversation=row).first()
    if lock is not None and (assignee is None or lock.holder_id != assignee.pk):
        locks.release(conversation=row, by=Actor.person(by))
    if assignee is not None:
        Turn.objects.update_or_create(user=assignee, defaults={"last_at": clock.now()})
    done = door.assign(
        conversation=row,
        department=target,
        assignee=assignee,
        by=Actor.person(by),
        reason_code="released" if released else "by_hand",
        reason_data={"by": shown(by)},
    )
    conversation.department, conversation.assignee = done.department, done.assignee
    return done


def _check_may_assign(row: Conversation, by: User) -> None:
    if not allows(by, Can.CONVERSATION_ASSIGN):
        raise NotAllowed
    if not visible_conversations(by).filter(pk=row.pk).exists():
        raise NotFound
    if not row.is_active:
        raise ConversationClosed
    if supervises_everywhere(by) or row.department_id in supervised_departments(by):
        return
    if row.assignee_id not in (None, by.pk):
        raise NotYours
    lock = Lock.objects.select_related("holder").filter(conversation=row).first()
    if lock is not None and lock.stands(clock.machine_now()) and lock.holder_id != by.pk:
        raise Locked(holder=lock.holder.get_username(), until=lock.until.isoformat())


def _check_can_take(assignee: User, department: Department) -> None:
    member = assignee.is_active and is_agent(assignee)
    if not member or not (
        supervises_everywhere(assignee) or assignee.memberships.filter(department=department).exists()
    ):
        raise Invalid(
            _("%(agent)s is not an agent of “%(department)s”.")
            % {"agent": shown(assignee), "department": department.name}
        )


def _append(data: dict[str, Any], reason: dict[str, Any]) -> None:
    """Say one more reason after the last: reasons hang on each other by "also"."""
    last = data
    while isinstance(last.get("also"), dict):
        last["also"] = last = dict(last["also"])
    last["also"] = reason
