"""The nouns of routing. Import them from here."""

from routing.models.calendar import Calendar, Holiday, Interval, Weekday
from routing.models.keywords import KeywordMode, KeywordsField
from routing.models.plan import AgentPlan, DepartmentPlan, Turn
from routing.models.rule import RoutingRule

__all__ = [
    "AgentPlan",
    "Calendar",
    "DepartmentPlan",
    "Holiday",
    "Interval",
    "KeywordMode",
    "KeywordsField",
    "RoutingRule",
    "Turn",
    "Weekday",
]
