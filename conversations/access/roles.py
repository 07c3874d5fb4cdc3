"""The one permission table (D6, R40). Groups are made from it, kept on upgrade; API, admin, media, stream ask `allows`.

supervisor is no role: it is the flag on a department membership; Administrators and Editors supervise everywhere.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from django.contrib.auth.models import AnonymousUser, Group, Permission, User
from django.db import transaction


class Role(StrEnum):
    ADMINISTRATOR = "Administrator"
    EDITOR = "Editor"
    AGENT = "Agent"
    ANALYST = "Analyst"


class Can(StrEnum):
    """What can be asked for. Names are `noun.verb`."""

    CONVERSATION_SEE = "conversation.see"  # which ones: access/visibility.py
    CONVERSATION_ANSWER = "conversation.answer"
    CONVERSATION_ASSIGN = "conversation.assign"
    MESSAGE_READ = "message.read"
    NOTE_ADD = "note.add"
    CONTACT_SEE = "contact.see"
    CONTACT_CHANGE = "contact.change"
    DIRECTORY_SEE = "directory.see"  # departments, agents, channels without secrets
    COST_SEE = "cost.see"  # the ledger, the month so far, budgets
    REPORT_SEE = "report.see"
    REPORT_BUILD = "report.build"
    REPLIES_MAINTAIN = "replies.maintain"  # replies, schedules, calendars
    CONFIGURE = "configure"
    OPERATE = "operate"  # replay deliveries, dead letters, alarms


A, E, G, N = Role.ADMINISTRATOR, Role.EDITOR, Role.AGENT, Role.ANALYST

TABLE: dict[Can, frozenset[Role]] = {
    Can.CONVERSATION_SEE: frozenset({A, E, G}),
    Can.CONVERSATION_ANSWER: frozenset({A, E, G}),
    Can.CONVERSATION_ASSIGN: frozenset({A, E, G}),
    Can.MESSAGE_READ: frozenset({A, E, G}),
    Can.NOTE_ADD: frozenset({A, E, G}),
    Can.CONTACT_SEE: frozenset({A, E, G}),
    Can.CONTACT_CHANGE: frozenset({A, E, G}),
    Can.DIRECTORY_SEE: frozenset({A, E, G, N}),
    Can.COST_SEE: frozenset({A, E, N}),
    Can.REPORT_SEE: frozenset({A, E, N}),
    Can.REPORT_BUILD: frozenset({A, E, N}),
    Can.REPLIES_MAINTAIN: frozenset({A, E}),
    Can.CONFIGURE: frozenset({A}),
    Can.OPERATE: frozenset({A}),
}

# Django admin: per app and model, the verbs of each role. "*": every other model. Editors delete nothing (R40).
ADMIN_TABLE: dict[Role, dict[str, dict[str, str]]] = {
    Role.ADMINISTRATOR: {
        app: {"*": "view add change delete"}
        for app in ("conversations", "routing", "autoreply", "crm_sync", "reports", "django_celery_beat", "auth")
    },
    Role.EDITOR: {
        "conversations": {"*": "view", "contact": "view change", "tag": "view add change"},
        "routing": {
            "*": "view",
            "calendar": "view add change",
            "interval": "view add change",
            "holiday": "view add change",
        },
        "autoreply": {"*": "view add change"},
        "reports": {"*": "view"},
    },
    Role.AGENT: {},
    Role.ANALYST: {"conversations": {"ledgerentry": "view"}, "reports": {"*": "view"}},
}


def roles_of(user: Any) -> frozenset[Role]:
    """The user's roles; a superuser is an Administrator. Kept on the user object for the request."""
    if isinstance(user, AnonymousUser) or not user.is_active:
        return frozenset()
    known: frozenset[Role] | None = getattr(user, "_desk_roles", None)
    if known is None:
        names = set(user.groups.values_list("name", flat=True))
        known = frozenset(role for role in Role if role in names)
        if user.is_superuser:
            known |= {Role.ADMINISTRATOR}
        user._desk_roles = known
    return known


def allows(user: Any, what: Can) -> bool:
    return bool(roles_of(user) & TABLE[what])


def supervises_everywhere(user: Any) -> bool:
    return bool(roles_of(user) & {Role.ADMINISTRATOR, Role.EDITOR})


def supervised_departments(user: Any) -> set[int]:
    """Ids of the departments this user supervises by membership (D6)."""
    if not isinstance(user, User):
        return set()
    return set(user.memberships.filter(is_supervisor=True).values_list("department_id", flat=True))


def sync_roles(sender: Any = None, using: str = "default", **_: Any) -> None:
    """Make the groups and their Django permissions as the tables say. Runs after every migrate; harmless to repeat."""
    if sender is not None and sender.name != "reports":  # once, after the last of our apps has its permissions
        return
    with transaction.atomic(using=using):
        for role, apps in ADMIN_TABLE.items():
            group, _created = Group.objects.using(using).get_or_create(name=role.value)
            wanted: set[int] = set()
            for app, models in apps.items():
                for permission in (
                    Permission.objects.using(using).filter(content_type__app_label=app).select_related("content_type")
                ):
                    verb, _sep, model = permission.codename.partition("_")
                    verbs = models.get(model.removeprefix("historical"), models.get("*", "")).split()
                    if model.startswith("historical"):
                        verbs = ["view"] if verbs else []
                    if verb in verbs:
                        wanted.add(permission.pk)
            group.permissions.set(wanted)
