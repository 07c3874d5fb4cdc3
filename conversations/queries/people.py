"""Colleagues: who answers, where, and whether they are there."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db.models import Count, Prefetch, Q, QuerySet

from conversations.access.roles import Role
from conversations.models import Conversation, DepartmentMember

ANSWERING = (Role.ADMINISTRATOR.value, Role.EDITOR.value, Role.AGENT.value)


def agents() -> QuerySet[User]:
    """Active users who may answer customers, with `open_conversations`: the load that counts (D42)."""
    answering = Q(groups__name__in=ANSWERING) | Q(is_superuser=True)
    return (
        User.objects.filter(pk__in=User.objects.filter(answering, is_active=True).values("pk"))
        .select_related("presence")
        .prefetch_related(
            "groups",
            Prefetch(
                "memberships",
                queryset=DepartmentMember.objects.select_related("department").order_by("department__name"),
            ),
        )
        .annotate(
            open_conversations=Count(
                "assigned_conversations",
                filter=Q(assigned_conversations__status=Conversation.Status.OPEN),
                distinct=True,
            )
        )
    )


def shown_name(user: User | None) -> str:
    """First and last name, else the login."""
    return "" if user is None else (user.get_full_name() or user.get_username())
