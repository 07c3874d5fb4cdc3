"""The demo shop's number as it stands after its set-up: known to the stand-in, with profile, catalogue and keep-alive template."""

from __future__ import annotations

from config.demo.people import SEEDER
from conversations.actions import catalogue, onboarding
from conversations.models import Channel, ChannelProfile
from conversations.onboarding.steps import profile_of, setup_of

PROFILE = {
    "display_name": "Bottega Tramontana",
    "about": "Tazze, teiere e vasi fatti a mano",
    "description": "Una piccola bottega di ceramica, inventata per provare Sportello.",
    "category": ChannelProfile.Vertical.RETAIL,
    "address": "Via dei Venti 1, 50100 Firenze",
    "website": "https://bottega-tramontana.example",
    "email": "ciao@bottega-tramontana.example",
    "telephone": "+39 055 000 1122",
}
KEEPS_OPEN = "reopen_talk"


def set_up(channel: Channel) -> int:
    """Safe to repeat: what staff chose stays. Returns how many products the catalogue has. Raises MetaRefused, MetaAway."""
    if setup_of(channel).access_at is None:
        onboarding.check_access(channel=channel, by=SEEDER)
    profile = profile_of(channel)
    if profile.pushed_at is None and not profile.about:
        for name, value in PROFILE.items():
            setattr(profile, name, value)
        profile.save(update_fields=list(PROFILE))
        onboarding.push_profile(channel=channel, by=SEEDER)
    if channel.keep_alive_template is None:
        template = channel.templates.filter(name=KEEPS_OPEN, language=channel.language).first()
        if template is not None:
            channel.keep_alive_template = template
            channel.save(update_fields=["keep_alive_template"])
    return catalogue.connect(channel=channel)
