"""Which department a text is for, and why: rules in order, else the channel's default, else its fallback (R1, R2).
Reads memory only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conversations.models import Channel, Department, Priority
from routing.configuration import Configuration, Team
from routing.matching import Finding
from routing.models import RoutingRule


@dataclass(frozen=True, slots=True)
class Decision:
    """`department` None: nobody claims it. The reason is a code of conversations/reasons.py with its words."""

    department: Department | None
    priority: Priority
    reason_code: str
    reason_data: dict[str, Any]
    rule: RoutingRule | None = None


def decide(configuration: Configuration, text: str, channel: Channel) -> Decision:
    rule, finding = winner(configuration, text, channel)
    default = configuration.teams.get(channel.default_department_id) if channel.default_department_id else None
    if rule is not None and finding is not None:
        code = "keyword" if finding.keywords else "rule"
        data = {"rule": rule.name, "rule_id": rule.pk, **({"keyword": finding.keywords[0]} if finding.keywords else {})}
        return _settled(configuration, configuration.teams[rule.department_id], code, data, rule, default)
    if default is None:
        return Decision(None, Priority.NORMAL, "no_department", {})
    return _settled(configuration, default, "default_department", {"department": default.department.name})


def winner(configuration: Configuration, text: str, channel: Channel) -> tuple[RoutingRule | None, Finding | None]:
    for number, finding in configuration.matcher.find(text).items():
        rule = configuration.rules[number]
        if finding.wins and rule.channel_id in (None, channel.pk) and rule.department_id in configuration.teams:
            return rule, finding
    return None, None


def stand_in(configuration: Configuration, team: Team) -> Team:
    """The first along the fallbacks that is active and has members; the team itself when none is."""
    seen, current = {team.department.pk}, team
    while not current.can_take:
        following = configuration.teams.get(current.fallback_id) if current.fallback_id else None
        if following is None or following.department.pk in seen:
            return team
        seen.add(following.department.pk)
        current = following
    return current


def _settled(
    configuration: Configuration,
    team: Team,
    code: str,
    data: dict[str, Any],
    rule: RoutingRule | None = None,
    default: Team | None = None,
) -> Decision:
    taken_by = stand_in(configuration, team)
    if not taken_by.department.is_active and default is not None and default.can_take:
        taken_by = default
    priority = Priority(rule.priority) if rule is not None and rule.priority is not None else taken_by.priority
    if taken_by is not team:
        data = {**data, "also": {"code": "fallback", "department": team.department.name}}
    return Decision(taken_by.department, priority, code, data, rule)
