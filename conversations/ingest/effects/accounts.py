"""Business accounts: violations, restrictions, bans, connection, review, alerts, tiers (fields account_*, facts §6)."""

from __future__ import annotations

from datetime import datetime

from conversations import clock
from conversations.actions import accounts, alarms, channels
from conversations.ingest.effects.told import META, Told
from conversations.models import AccountUpdate, Channel

BEGINNING, ANSWERING = "RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"
STOPS = {
    "disabled": "account_disabled",
    "deleted": "account_deleted",
    "offboarded": "account_offboarded",
    "partner_removed": "account_removed",
}
GOES_ON = {
    "reinstated": {"account_disabled", "account_restricted"},
    "reconnected": {"account_offboarded"},
    "partner_added": {"account_removed", "account_offboarded"},
}


def violation(told: Told) -> None:
    told.warn(told.key("violation"))


def restriction(told: Told) -> None:
    """Until its end conversations are not begun, or nothing is sent at all; other restrictions are only told."""
    until = accounts.from_unix(told.news.details.get("until"))
    if until is not None and until <= clock.now():
        alarms.clear_alarm(key=told.key(told.news.slot))
        return
    if told.kind == BEGINNING:
        accounts.bar_beginning(channel=told.channel, until=until)
    elif told.kind == ANSWERING:
        _stop(told, "account_restricted", until)
    told.warn(told.key(told.news.slot))


def ban(told: Told) -> None:
    matter = told.news.matter
    if matter == "disabled":
        _stop(told, STOPS[matter])
    elif matter == "disabling":
        told.warn(told.key("ban"))
    elif matter == "reinstated":
        alarms.clear_alarm(key=told.key("ban"))
        alarms.clear_alarm(key=told.key("violation"))
        _go_on(told)


def connection(told: Told) -> None:
    matter = told.news.matter
    if matter in STOPS:
        _stop(told, STOPS[matter])
    elif matter in GOES_ON:
        _go_on(told)
    if matter == "app_uninstalled":  # another app's, or ours: then the token is dead, and the next call says so
        told.warn(told.key("app"))
    elif matter in {"app_installed", "partner_added"}:
        alarms.clear_alarm(key=told.key("app"))


def review(told: Told) -> None:
    if told.kind == "REJECTED":
        told.warn(told.key("review"))
    elif told.kind == "APPROVED":
        alarms.clear_alarm(key=told.key("review"))


def verification(told: Told) -> None:
    if told.kind in {"FAILED", "REVOKED", "DISCARDED"}:
        told.warn(told.key("verification"))
    elif told.kind == "APPROVED":
        alarms.clear_alarm(key=told.key("verification"))


def alert(told: Told) -> None:
    """CRITICAL and WARNING ask for somebody; INFORMATIONAL, and what does not stand any more, for nobody."""
    details = told.news.details
    if told.kind == "OBA_APPROVED":  # of the number it names, where there are several
        accounts.note_setup(channel=told.channel, is_official=True)
    if details.get("stands") and details.get("severity") in {"CRITICAL", "WARNING"}:
        told.warn(told.key(told.news.slot))
    else:
        alarms.clear_alarm(key=told.key(told.news.slot))


def volume_tier(told: Told) -> AccountUpdate.Outcome:
    details = told.news.details
    names = {name: str(details[name]) for name in ("category", "region", "month", "tier")}
    learnt = accounts.learn_tier(waba_id=told.account, since=clock.from_unix(details["since"]), **names)
    return AccountUpdate.Outcome.APPLIED if learnt else AccountUpdate.Outcome.OUTDATED


def _stop(told: Told, code: str, until: datetime | None = None) -> None:
    channels.stop(channel=told.channel, by=META, code=code, until=until)


def _go_on(told: Told) -> None:
    """Only from a stop that this ends: one for another reason stands."""
    row = Channel.objects.get(pk=told.channel.pk)
    if row.status == Channel.Status.STOPPED and row.status_code in GOES_ON[told.news.matter]:
        channels.start(channel=row, by=META)
