"""The checklist of one number: each step with its state and its words (C2). Reads only.

What a floor above knows of a step (automatic replies) comes from the functions that settings.SETUP_STEPS names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from conversations import clock
from conversations.models import Channel, ChannelProfile, ChannelSetup, StepAdvice, StepKey, Template
from conversations.onboarding.texts import TEXTS
from conversations.templates.sync import problem_of
from conversations.whatsapp.errors import describe

REPLIES_WITHIN = timedelta(hours=48)  # C2


class State(StrEnum):
    DONE = "done"
    TROUBLE = "trouble"  # Meta said no, or it is overdue
    WAITING = "waiting"  # for Meta, or for a customer
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Step:
    """`said`: what is so; `problem`: what is wrong, in words; the three texts are staff's or ours."""

    key: StepKey
    state: State
    said: str
    problem: str
    since: datetime | None
    usually: str
    trouble: str
    advice: str

    @property
    def title(self) -> str:
        return str(self.key.label)


Found = tuple[State, str, datetime | None]


def setup_of(channel: Channel) -> ChannelSetup:
    row, _created = ChannelSetup.objects.get_or_create(channel=channel, defaults={"started_at": clock.now()})
    return row


def profile_of(channel: Channel) -> ChannelProfile:
    row, _created = ChannelProfile.objects.get_or_create(channel=channel, defaults={"display_name": channel.name[:25]})
    return row


def checklist(channel: Channel) -> list[Step]:
    """All steps in order, in a fixed number of queries."""
    setup, profile = setup_of(channel), profile_of(channel)
    advice = {row.key: row for row in StepAdvice.objects.all()}
    above: dict[str, str] = import_string(settings.SETUP_STEPS)
    steps = []
    for key in StepKey:
        if key in above:
            state, said, since = import_string(above[key])(channel)
        else:
            state, said, since = OWN[key](channel, setup, profile)
        problem = _trouble(setup, key) if state != State.DONE else ""
        own, ships = advice.get(key), TEXTS[key]
        steps.append(
            Step(
                key=key,
                state=State.TROUBLE if problem else state,
                said=said,
                problem=problem,
                since=since,
                usually=(own and own.usually) or str(ships.usually),
                trouble=(own and own.trouble) or str(ships.trouble),
                advice=(own and own.advice) or str(ships.advice),
            )
        )
    return steps


def _trouble(setup: ChannelSetup, key: str) -> str:
    kept = setup.troubles.get(key)
    if not isinstance(kept, dict):
        return ""
    said = describe(str(kept.get("code", "")), str(kept.get("detail", "")))
    detail = str(kept.get("detail", ""))
    return f"{said} “{detail}”" if detail and detail not in said else said


def _done(at: datetime | None, said: str, otherwise: str = "", state: State = State.OPEN) -> Found:
    return (State.DONE, said, at) if at else (state, otherwise, None)


def _documents(_channel: Channel, setup: ChannelSetup, _profile: ChannelProfile) -> Found:
    if setup.document is None:
        return State.OPEN, _("No licence uploaded."), None
    if not setup.licence_name:
        return State.OPEN, _("The name on the licence is missing."), None
    return State.DONE, f"{setup.document.filename} · {setup.licence_name}", setup.document.created_at


def _review(_channel: Channel, setup: ChannelSetup, _profile: ChannelProfile) -> Found:
    if setup.reviewed_at:
        return State.DONE, _("Reviewed."), setup.reviewed_at
    if setup.review_sent_at:
        return State.WAITING, _("Sent; Meta is reviewing."), setup.review_sent_at
    return State.OPEN, _("Not sent yet."), None


def _access(channel: Channel, setup: ChannelSetup, _profile: ChannelProfile) -> Found:
    missing = [
        name
        for name, value in (
            (_("phone number id"), channel.phone_number_id),
            (_("account id"), channel.waba_id),
            (_("access token"), channel.access_token),
            (_("app secret"), channel.app_secret),
            (_("verify token"), channel.verify_token),
        )
        if not value
    ]
    if missing:
        return State.OPEN, _("Missing: %(names)s.") % {"names": ", ".join(missing)}, None
    return _done(
        setup.access_at, _("%(name)s answers.") % {"name": setup.verified_name or channel.name}, _("Not checked yet.")
    )


def _number(_channel: Channel, setup: ChannelSetup, _profile: ChannelProfile) -> Found:
    if setup.verified_at is None and setup.code_sent_at:
        return State.WAITING, _("A code was requested: enter it here."), setup.code_sent_at
    return _done(setup.verified_at, _("Verified."), _("No code requested."))


def _pin(_channel: Channel, setup: ChannelSetup, _profile: ChannelProfile) -> Found:
    return _done(setup.registered_at, _("Registered."), _("Not registered."))


def _webhook(_channel: Channel, setup: ChannelSetup, _profile: ChannelProfile) -> Found:
    return _done(setup.subscribed_at, _("Meta sends messages here."), _("Meta does not send messages here yet."))


def _profile(_channel: Channel, _setup: ChannelSetup, profile: ChannelProfile) -> Found:
    if missing := profile.missing:
        names = ", ".join(profile.words(name) for name in missing)
        return State.OPEN, _("Missing: %(names)s.") % {"names": names}, None
    return _done(profile.pushed_at, _("Complete, and at WhatsApp."), _("Complete; not pushed to WhatsApp yet."))


def _message(channel: Channel, _setup: ChannelSetup, _profile: ChannelProfile) -> Found:
    return _done(channel.last_inbound_at, _("Messages arrive."), _("None yet."), State.WAITING)


def _templates(channel: Channel, _setup: ChannelSetup, _profile: ChannelProfile) -> Found:
    if problem := problem_of(channel):
        return State.TROUBLE, problem, None
    rows = Template.objects.filter(channel__waba_id=channel.waba_id)
    newest = rows.order_by("-synced_at").exclude(synced_at=None).first()
    if newest is None:
        return State.OPEN, _("Not fetched yet."), None
    approved = rows.usable().values("name", "language").distinct().count()
    return State.DONE, _("%(count)s approved.") % {"count": approved}, newest.synced_at


def _active(channel: Channel, setup: ChannelSetup, _profile: ChannelProfile) -> Found:
    if channel.status == Channel.Status.ACTIVE:
        return State.DONE, _("It receives and sends."), setup.activated_at
    return State.OPEN, str(channel.get_status_display()), None


OWN: dict[str, Callable[[Channel, ChannelSetup, ChannelProfile], Found]] = {
    StepKey.DOCUMENTS: _documents,
    StepKey.REVIEW: _review,
    StepKey.ACCESS: _access,
    StepKey.NUMBER: _number,
    StepKey.PIN: _pin,
    StepKey.WEBHOOK: _webhook,
    StepKey.PROFILE: _profile,
    StepKey.MESSAGE: _message,
    StepKey.TEMPLATES: _templates,
    StepKey.ACTIVE: _active,
}


def unanswered_at_night(channel: Channel) -> bool:
    """In service for more than 48 hours without welcome and after-hours replies (C2)."""
    setup = setup_of(channel)
    if (
        channel.status != Channel.Status.ACTIVE
        or clock.now() - (setup.activated_at or setup.started_at) < REPLIES_WITHIN
    ):
        return False
    above: dict[str, Any] = import_string(settings.SETUP_STEPS)
    return bool(import_string(above[StepKey.REPLIES])(channel)[0] != State.DONE)
