"""Rules, departments and calendars as kept in memory: no message reads them from the database (D18)."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.db.models import Count, Q

from conversations.models import Department, Priority
from conversations.stamps import Kept
from routing.hours import Hours, by_day
from routing.matching import Matcher
from routing.models import Calendar, DepartmentPlan, RoutingRule


@dataclass(frozen=True, slots=True)
class Team:
    """A department with its plan. `department` is shared between messages: read it, never change it."""

    department: Department
    hours: Hours | None
    fallback_id: int | None
    priority: Priority
    has_members: bool

    @property
    def can_take(self) -> bool:
        return self.department.is_active and self.has_members


@dataclass(frozen=True, slots=True)
class Configuration:
    """`matcher` numbers its queries as `rules` are ordered."""

    rules: tuple[RoutingRule, ...]
    matcher: Matcher
    teams: dict[int, Team]
    hours: dict[int, Hours]

    def hours_of(self, department_id: int | None, zone: ZoneInfo) -> Hours:
        """The department's calendar, else 8:00–22:00 in the zone (A7)."""
        team = self.teams.get(department_id) if department_id else None
        return (team.hours if team else None) or by_day(zone)


def load() -> Configuration:
    calendars = {row.pk: row.hours() for row in Calendar.objects.prefetch_related("intervals", "holidays")}
    plans = {plan.department_id: plan for plan in DepartmentPlan.objects.all()}
    members = Count("memberships", filter=Q(memberships__user__in=User.objects.filter(is_active=True)))
    teams: dict[int, Team] = {}
    for row in Department.objects.annotate(people=members):
        plan = plans.get(row.pk)
        teams[row.pk] = Team(
            department=row,
            hours=calendars.get(plan.calendar_id) if plan and plan.calendar_id else None,
            fallback_id=plan.fallback_id if plan else None,
            priority=Priority(plan.priority) if plan else Priority.NORMAL,
            has_members=bool(row.people),
        )
    rules = tuple(RoutingRule.objects.filter(is_active=True))
    return Configuration(rules, Matcher([rule.query for rule in rules]), teams, calendars)


KEPT = Kept("routing", load)
