"""Why a text goes where it goes: for the try-it page, and for staff who ask (R2)."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from conversations.models import Channel
from conversations.reasons import sentence
from routing.configuration import Configuration, load
from routing.decision import Decision, decide
from routing.matching import Finding
from routing.models import RoutingRule


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule and what became of it, in a sentence."""

    rule: RoutingRule
    won: bool
    why: str


@dataclass(frozen=True, slots=True)
class Explanation:
    decision: Decision
    asked: tuple[Asked, ...]

    @property
    def sentence(self) -> str:
        return sentence(self.decision.reason_code, self.decision.reason_data)


def explain(text: str, channel: Channel) -> Explanation:
    """Every active rule in order, with the winner and why the others did not win. Reads the configuration as it is
    now; writes nothing."""
    configuration = load()
    decision = decide(configuration, text, channel)
    findings = configuration.matcher.find(text)
    asked, winner_seen = [], False
    for number, rule in enumerate(configuration.rules):
        won = decision.rule is not None and rule.pk == decision.rule.pk
        asked.append(Asked(rule, won, _why(configuration, rule, findings.get(number), channel, won, winner_seen)))
        winner_seen = winner_seen or won
    return Explanation(decision, tuple(asked))


def _why(
    configuration: Configuration,
    rule: RoutingRule,
    finding: Finding | None,
    channel: Channel,
    won: bool,
    too_late: bool,
) -> str:
    found = ", ".join(f"“{keyword}”" for keyword in finding.keywords) if finding else ""
    if won:
        return (
            _("Wins: found %(keywords)s.") % {"keywords": found}
            if found
            else _("Wins: it takes every message of this channel.")
        )
    if rule.channel_id not in (None, channel.pk):
        return _("Is for another channel.")
    if finding is None or (rule.keywords and not finding.keywords):
        return _("None of its keywords is in the text.")
    if finding.excluded:
        return _("The text holds “%(keyword)s”, which it excludes.") % {"keyword": finding.excluded[0]}
    if not finding.wins:
        missing = ", ".join(f"“{keyword}”" for keyword in finding.missing)
        return _("Needs all keywords; missing: %(keywords)s.") % {"keywords": missing}
    if rule.department_id not in configuration.teams:
        return _("Its department does not exist any more.")
    return _("Would fit too, but a rule before it won.") if too_late else _("Did not win.")
