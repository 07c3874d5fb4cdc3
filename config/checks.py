"""System checks: what is missing or unsafe, each with an id (docs/reference/checks.md has a line per id).

`sportello.E…` stops the start; production refuses demo data, DEBUG, a default key and the simulator.
"""

from __future__ import annotations

from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning
from django.db import DatabaseError, connection
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from config import env

DEFAULT_KEYS = {"insecure-local-key-written-by-nobody", "test-key-of-no-deployment", "", "changeme"}
# config/settings/local.py and test.py have these, and so has everybody who can read.
PUBLIC_FIELD_KEYS = {
    "bG9jYWwtbG9jYWwtbG9jYWwtbG9jYWwtbG9jYWwtMTI=",
    "dGVzdC10ZXN0LXRlc3QtdGVzdC10ZXN0LXRlc3QtMTI=",
}
LEAST_KEY = 32
DEMO_LOGINS = ("admin", "editor", "giulia", "noor", "luca", "analyst")


def is_production() -> bool:
    return settings.SETTINGS_MODULE == "config.settings.production"


@register(Tags.security)
def secrets_are_set(**_options: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = []
    if is_production() and (env.SECRET_KEY in DEFAULT_KEYS or len(env.SECRET_KEY) < LEAST_KEY):
        found.append(
            Error(
                _("SPORTELLO_SECRET_KEY is missing, short or a default."),
                hint=_("Set 50 random characters."),
                id="sportello.E001",
            )
        )
    if not settings.FIELD_KEYS:
        found.append(
            Error(
                _("SPORTELLO_FIELD_KEYS is empty: channel secrets cannot be stored."),
                hint=_("Set one Fernet key."),
                id="sportello.E002",
            )
        )
    if is_production() and PUBLIC_FIELD_KEYS & set(settings.FIELD_KEYS):
        found.append(
            Error(
                _("SPORTELLO_FIELD_KEYS holds a key that stands in the source."),
                hint=_("Make one."),
                id="sportello.E004",
            )
        )
    for key in settings.FIELD_KEYS:
        try:
            Fernet(key)
        except ValueError:
            found.append(Error(_("A key of SPORTELLO_FIELD_KEYS is no Fernet key."), id="sportello.E003"))
    return found


@register(Tags.security)
def production_is_production(**_options: Any) -> list[CheckMessage]:
    if not is_production():
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error(_("DEBUG is on in production."), id="sportello.E010"))
    if settings.SIMULATOR or env.SIMULATOR:
        found.append(
            Error(_("The simulator is on in production."), hint=_("Unset SPORTELLO_SIMULATOR."), id="sportello.E011")
        )
    if not settings.ALLOWED_HOSTS:
        found.append(Error(_("SPORTELLO_ALLOWED_HOSTS is empty."), id="sportello.E012"))
    if connection.vendor == "sqlite":
        found.append(
            CheckWarning(
                _("Production runs on SQLite."), hint=_("Set DATABASE_URL to PostgreSQL."), id="sportello.W013"
            )
        )
    if not settings.REDIS_URL:
        found.append(Error(_("REDIS_URL is empty: workers cannot be woken."), id="sportello.E014"))
    return found


@register(Tags.database)
def no_demo_people_in_production(**_options: Any) -> list[CheckMessage]:
    """Demo accounts with the demo password exist in the embedded mode only."""
    if not is_production():
        return []
    try:
        people = list(get_user_model().objects.filter(username__in=DEMO_LOGINS, is_active=True))
    except DatabaseError:  # not migrated yet
        return []
    bad = [
        person.username
        for person in people
        if person.check_password(env.DEMO_PASSWORD) or person.check_password("sportello")
    ]
    if not bad:
        return []
    return [
        Error(
            _("Demo accounts are active: %s.") % ", ".join(bad),
            hint=_("Delete them or set passwords."),
            id="sportello.E020",
        )
    ]


@register
def pages_of_wiring_resolve(**_options: Any) -> list[CheckMessage]:
    """Every step, reader and hook named in config/ exists."""
    found: list[CheckMessage] = []
    steps: list[str] = import_string(settings.INBOUND_PIPELINE)
    readers: dict[str, str] = import_string(settings.JOURNAL_READERS)
    for path in [*steps, *readers.values(), settings.ASSIGNMENT]:
        try:
            import_string(path)
        except ImportError as problem:
            found.append(
                Error(
                    _("%(path)s cannot be imported: %(problem)s") % {"path": path, "problem": problem},
                    id="sportello.E030",
                )
            )
    if settings.SPORTELLO_ROLE not in {"all", "web", "live", "door"}:
        found.append(Error(_("SPORTELLO_ROLE is not one of all, web, live, door."), id="sportello.E031"))
    return found
