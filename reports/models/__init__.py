"""The nouns of reports. Import them from here."""

from reports.models.conversation_fact import ConversationFact
from reports.models.report_schedule import ReportSchedule
from reports.models.weekly_report import WeeklyReport

__all__ = ["ConversationFact", "ReportSchedule", "WeeklyReport"]
