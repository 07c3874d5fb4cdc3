"""What the checklist of a number asks of automatic replies (C2)."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from autoreply.models import Rule, Trigger
from conversations.models import Channel
from conversations.onboarding.steps import State

ASKED = (Trigger.FIRST_CONTACT, Trigger.AFTER_HOURS)


def replies(channel: Channel) -> tuple[State, str, datetime | None]:
    """Whether a welcome and an after-hours reply stand for this number."""
    rows = Rule.objects.filter(Q(channel=channel) | Q(channel=None), is_active=True, trigger__in=ASKED)
    standing = set(rows.values_list("trigger", flat=True))
    missing = [str(trigger.label) for trigger in ASKED if trigger not in standing]
    if missing:
        return State.OPEN, _("Not switched on: %(names)s.") % {"names": ", ".join(missing)}, None
    return State.DONE, _("Both are switched on."), None
