"""Admin pages of reports."""

from reports.admin.facts import ConversationFactAdmin
from reports.admin.weekly_reports import ReportScheduleAdmin, WeeklyReportAdmin

__all__ = ["ConversationFactAdmin", "ReportScheduleAdmin", "WeeklyReportAdmin"]
