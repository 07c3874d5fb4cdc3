"""Admin's first page: four questions."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from config import checks
from conversations import clock, cost_words, heartbeat
from conversations.access.roles import Can, allows
from conversations.models import Delivery
from conversations.queries import home

SILENT = timedelta(seconds=60)
OUR_CHECKS = (checks.secrets_are_set, checks.production_is_production, checks.pages_of_wiring_resolve)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """UNFOLD's DASHBOARD_CALLBACK. Analysts have no business here and see the list of apps alone."""
    if not allows(request.user, Can.CONVERSATION_SEE):
        return context
    problems = [
        home.Trouble(str(found.msg), str(found.hint or found.id), tone="danger")
        for check in OUR_CHECKS
        for found in check()
    ]
    context.update(
        title=_("The desk today"),
        home_channels=list(home.channels()),
        home_processes=_processes(),
        home_backlog=Delivery.objects.filter(status=Delivery.Status.RECEIVED).count(),
        home_troubles=[*problems, *home.troubles()],
        home_waiting=home.waiting(),
        home_halts=list(home.halts()),
        home_costs=cost_words.shown(list(home.channels())),
        home_budgets=cost_words.budgets(),
        home_examples=cost_words.has_examples(),
        home_now=clock.now(),
        home_clock_moved=abs(clock.now() - clock.machine_now()) > timedelta(seconds=5),
    )
    return context


def _processes() -> list[dict[str, Any]]:
    """The clock and the workers: when they were last alive."""
    found = []
    for name, words in (("beat", _("Clock of jobs")), ("conversations.sweep", _("Workers"))):
        age = heartbeat.age(name)
        found.append(
            {
                "words": words,
                "alive": age is not None and age < SILENT,
                "at": clock.machine_now() - age if age else None,
            }
        )
    return found
