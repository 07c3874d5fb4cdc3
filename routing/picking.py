"""Which agent of a department gets a conversation (R5, D45).

Two conversations at once never share an agent's last free place: the agent's Turn row is locked, and the load counted anew under that
lock. Locks go conversation first, then turn. (SQLite has one writer at a time and needs no more.)
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, User
from django.db import connection, transaction
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from conversations import clock
from conversations.access.roles import Role
from conversations.models import Conversation, Department, Presence
from routing.models import AgentPlan, Turn


@dataclass(frozen=True, slots=True)
class Pick:
    """Who gets it, or nobody; and why, as a code of conversations/reasons.py with its words."""

    agent: User | None
    reason_code: str
    reason_data: dict[str, Any]


@dataclass(slots=True)
class _Candidate:
    user: User
    load: int
    places: int
    last_at: datetime | None
    has_turn: bool

    @property
    def rank(self) -> tuple[int, float, int]:
        """Least loaded first, then longest idle."""
        return (self.load, self.last_at.timestamp() if self.last_at else 0.0, self.user.pk)


@dataclass(slots=True)
class _Seen:
    """What one transaction has read and holds: the pipeline places several conversations in each."""

    transaction: object
    candidates: dict[int, list[_Candidate]] = field(default_factory=dict)  # by department
    held: dict[int, int] = field(default_factory=dict)  # agents whose turn we hold -> their load


class _Local(threading.local):
    seen: _Seen | None = None


class _Full(Exception):
    """Undoes the claim's savepoint, and with it the lock on the turn."""


_local = _Local()


def pick_agent(department: Department) -> Pick:
    """The online member with the fewest open conversations among those with a free place; then the longest idle.

    Runs in the caller's transaction; the Turn of the picked agent stays locked until it ends, so that the place is theirs.
    """
    seen = _seen()
    if department.pk not in seen.candidates:
        seen.candidates[department.pk] = _candidates(department)
    candidates = seen.candidates[department.pk]
    words = {"department": department.name}
    if not candidates:
        return Pick(None, "nobody_online", words)
    for candidate in candidates:
        candidate.load = seen.held.get(candidate.user.pk, candidate.load)
    free = sorted((one for one in candidates if one.load < one.places), key=lambda one: one.rank)
    busy: list[_Candidate] = []  # being given another conversation at this moment
    for wait in (False, True):
        for candidate in list(busy) if wait else free:
            claimed = _claim(candidate, seen, wait=wait)
            if claimed:
                agent = candidate.user
                return Pick(agent, "least_loaded", {**words, "agent": shown(agent), "agent_id": agent.pk})
            if claimed is None:
                busy.append(candidate)
    return Pick(None, "everybody_full", words)


def shown(user: User) -> str:
    return user.get_full_name() or user.get_username()


def _seen() -> _Seen:
    """Django replaces the list of commit hooks when a transaction ends or is rolled back to a savepoint: it tells us when to forget."""
    token = connection.run_on_commit
    if _local.seen is None or _local.seen.transaction is not token:
        _local.seen = _Seen(token)
    return _local.seen


def _candidates(department: Department) -> list[_Candidate]:
    """Online members who may answer. One query."""
    answering = Group.objects.filter(user=OuterRef("pk"), name__in=[Role.AGENT, Role.EDITOR, Role.ADMINISTRATOR])
    load = (
        Conversation.objects.open()
        .filter(assignee=OuterRef("pk"))
        .order_by()
        .values("assignee")
        .annotate(load=Count("pk"))
        .values("load")
    )
    rows = (
        User.objects.filter(
            Exists(answering),
            is_active=True,
            memberships__department=department,
            presence__in=Presence.objects.online(clock.machine_now()),
        )
        .annotate(
            load=Coalesce(Subquery(load, output_field=IntegerField()), 0),
            places=Coalesce(F("agent_plan__capacity"), AgentPlan.CAPACITY),
            turn_at=F("turn__last_at"),
            has_turn=F("turn__pk"),
        )
        .only("username", "first_name", "last_name")
    )
    return [_Candidate(row, row.load, row.places, row.turn_at, row.has_turn is not None) for row in rows]


def _claim(candidate: _Candidate, seen: _Seen, *, wait: bool) -> bool | None:
    """Lock the agent's turn, count again, and make it theirs. False: full by now. None: held by another conversation's claim."""
    user, now = candidate.user, clock.now()
    if user.pk not in seen.held:
        load = _lock_turn(candidate, wait=wait)
        if load is None:
            return None
        if load < 0:
            return False
        seen = _seen()  # a savepoint was kept or given back meanwhile
        seen.held[user.pk] = load
    seen.held[user.pk] += 1
    candidate.load, candidate.last_at, candidate.has_turn = seen.held[user.pk], now, True
    Turn.objects.filter(user=user).update(last_at=now)
    return True


def _lock_turn(candidate: _Candidate, *, wait: bool) -> int | None:
    """The agent's load now, under the lock; -1: no free place, and the lock is let go; None: another has the lock."""
    skip = not wait and connection.features.has_select_for_update_skip_locked
    no_key = connection.features.has_select_for_no_key_update
    try:
        with transaction.atomic():
            if not candidate.has_turn:
                Turn.objects.bulk_create([Turn(user=candidate.user)], ignore_conflicts=True)
            turns = Turn.objects.select_for_update(skip_locked=skip, no_key=no_key).filter(user=candidate.user)
            if not turns.values_list("pk", flat=True):
                return None
            load = Conversation.objects.open().filter(assignee=candidate.user).count()
            if load >= candidate.places:
                raise _Full
            return load
    except _Full:
        return -1
