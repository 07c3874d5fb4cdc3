"""API and admin: Analysts see and build reports, Agents do not."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from rest_framework.test import APIClient

from conversations import clock
from conversations.access.roles import sync_roles
from reports.actions import build_week
from reports.models import WeeklyReport
from tests.makers import make_channel, make_person
from tests.reports.world import MONDAY, SYSTEM, keep_all, talk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    sync_roles()


def signed_in(role: str) -> APIClient:
    client = APIClient()
    client.force_authenticate(make_person(role=role))
    return client


@pytest.fixture
def report() -> WeeklyReport:
    channel = make_channel()
    talk(channel, MONDAY, answer_after=60)
    keep_all()
    with clock.travel(MONDAY + timedelta(days=8)):
        return build_week(channel=channel, week=MONDAY.date(), by=SYSTEM)


def test_an_analyst_lists_reads_and_downloads(report: WeeklyReport) -> None:
    analyst = signed_in("Analyst")
    page = analyst.get("/api/v1/reports/weekly/").json()
    assert [row["id"] for row in page["results"]] == [report.pk]
    one = analyst.get(f"/api/v1/reports/weekly/{report.pk}/").json()
    assert one["figures"]["total"]["first_response_median"] == 60
    workbook = analyst.get(one["xlsx"])
    assert "2026-W47" in workbook["Content-Disposition"]
    openpyxl.load_workbook(io.BytesIO(workbook.content))
    assert analyst.get(one["csv"]).content.startswith(b"\xef\xbb\xbf")


def test_an_analyst_builds_any_week(report: WeeklyReport) -> None:
    answer = signed_in("Analyst").post("/api/v1/reports/weekly/", {"week": "2026-11-11", "channel": report.channel_id})
    assert answer.status_code == 201
    assert answer.json()["week"] == "2026-11-09"
    everything = signed_in("Analyst").post("/api/v1/reports/weekly/", {"week": "2026-11-18"})
    assert everything.json()["channel"] is None


def test_nonsense_is_refused_in_the_one_shape() -> None:
    answer = signed_in("Analyst").post("/api/v1/reports/weekly/", {"week": "soon"})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid"


@pytest.mark.parametrize("week", ["9999-12-31", "0001-01-01", "0001-01-09", "1999-12-31", "2101-01-01"])
def test_a_week_out_of_all_bounds_is_refused_at_both_doors(week: str) -> None:
    answer = signed_in("Analyst").post("/api/v1/reports/weekly/", {"week": week})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")
    page = in_admin("Analyst").post("/admin/reports/weeklyreport/build/", {"week": week})
    assert "between 2000 and 2100" in page.content.decode()


@pytest.mark.parametrize(
    ("method", "path"),
    [("get", ""), ("get", "{id}/"), ("get", "{id}/xlsx/"), ("get", "{id}/csv/"), ("post", "")],
)
def test_an_agent_may_not(report: WeeklyReport, method: str, path: str) -> None:
    url = "/api/v1/reports/weekly/" + path.format(id=report.pk)
    assert getattr(signed_in("Agent"), method)(url, {"week": "2026-11-16"}).status_code == 403
    assert getattr(APIClient(), method)(url).status_code == 401


def in_admin(role: str) -> Client:
    person = make_person(role=role)
    person.is_staff = True
    person.save(update_fields=["is_staff"])
    client = Client()
    client.force_login(person)
    return client


def test_an_analyst_sees_reports_and_nothing_else_in_admin(report: WeeklyReport) -> None:
    client = in_admin("Analyst")
    assert client.get("/admin/reports/weeklyreport/").status_code == 200
    assert client.get(f"/admin/reports/weeklyreport/{report.pk}/change/").status_code == 200
    assert client.get("/admin/reports/conversationfact/").status_code == 200
    download = client.get(f"/admin/reports/weeklyreport/{report.pk}/file/xlsx/")
    assert download.status_code == 200
    assert client.get("/admin/crm_sync/connection/").status_code == 403


def test_a_week_is_built_in_admin(report: WeeklyReport) -> None:
    client = in_admin("Analyst")
    assert client.get("/admin/reports/weeklyreport/build/").status_code == 200
    answer = client.post("/admin/reports/weeklyreport/build/", {"week": "2026-11-02", "channel": report.channel_id})
    assert answer.status_code == 302
    assert WeeklyReport.objects.filter(week="2026-11-02").exists()


def test_an_agent_with_staff_flag_builds_nothing(report: WeeklyReport) -> None:
    client = in_admin("Agent")
    assert client.get("/admin/reports/weeklyreport/build/").status_code == 403
    assert client.get(f"/admin/reports/weeklyreport/{report.pk}/file/csv/").status_code == 403
