"""Ready for the verified badge? (C5)"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _

from conversations import clock
from conversations.models import Channel, Message
from conversations.onboarding.steps import profile_of, setup_of

MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Wanted:
    words: str
    is_met: bool


def readiness(channel: Channel) -> list[Wanted]:
    """What Meta asks for, each with whether it is so: messages in the month, the name of the licence, every field of the profile."""
    sent = Message.objects.outbound().filter(channel=channel, sent_at__gte=clock.now() - MONTH)
    least = channel.badge_messages
    count = sent[:least].count()
    setup, profile = setup_of(channel), profile_of(channel)
    same = bool(setup.licence_name) and setup.licence_name.casefold() == setup.verified_name.casefold()
    return [
        Wanted(
            _("%(least)s messages sent in 30 days (%(count)s so far).") % {"least": least, "count": count},
            count >= least,
        ),
        Wanted(_("The name on the licence is the one registered at WhatsApp."), same),
        Wanted(_("Every field of the profile is filled in."), not profile.missing),
    ]
