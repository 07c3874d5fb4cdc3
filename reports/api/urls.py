"""Included under /api/v1/ (D19)."""

from __future__ import annotations

from rest_framework.routers import SimpleRouter

from reports.api.weekly import WeeklyReportViewSet

router = SimpleRouter()
router.register("reports/weekly", WeeklyReportViewSet, basename="weekly-report")

urlpatterns = router.urls
