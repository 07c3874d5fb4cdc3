from __future__ import annotations

import csv
import io
import random
import statistics
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from conversations import clock
from conversations.csv_cells import safe
from conversations.errors import Invalid
from conversations.models import Conversation, Message
from reports import actions
from reports.actions import build_due, build_week
from reports.exports import csv_file, files
from reports.metrics.catalogue import CATALOGUE
from reports.models import ConversationFact, ReportSchedule, WeeklyReport
from routing.models import Weekday
from tests.makers import make_agent, make_channel, make_department
from tests.reports.world import MONDAY, SYSTEM, keep_all, talk

pytestmark = pytest.mark.django_db
WEEK = date(2026, 11, 16)
AFTERWARDS = MONDAY + timedelta(days=10)


@pytest.fixture(autouse=True)
def place(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def a_week(**values: Any) -> Any:
    """Sixty conversations at random moments, some of them answered."""
    dice = random.Random(7)
    channel = make_channel(**values)
    orders, returns = make_department("=Orders"), make_department("Returns")
    agents = [make_agent("giulia", orders), make_agent("noor", returns)]
    for _number in range(60):
        side = dice.randrange(2)
        talk(
            channel,
            MONDAY + timedelta(seconds=dice.randrange(6 * 86400)),
            automatic_after=dice.choice([None, 1.5]),
            answer_after=dice.choice([None, dice.randrange(20, 900)]),
            resolved_after=dice.choice([None, 3600, 8 * 86400]),
            department=[orders, returns][side],
            agent=agents[side],
        )
    keep_all()
    return channel


def test_figures_equal_a_computation_from_the_raw_rows() -> None:
    channel = a_week()
    start, end = datetime(2026, 11, 15, 23, tzinfo=UTC), datetime(2026, 11, 22, 23, tzinfo=UTC)
    with clock.travel(AFTERWARDS):
        total = build_week(channel=channel, week=WEEK, by=SYSTEM).figures["total"]
    received = Conversation.objects.filter(channel=channel, opened_at__gte=start, opened_at__lt=end)
    waits = []
    for conversation in received:
        first = Message.objects.filter(conversation=conversation, direction="inbound").order_by("timestamp")[0]
        answer = Message.objects.filter(conversation=conversation, origin="agent").order_by("timestamp").first()
        if answer:
            waits.append((answer.timestamp - first.timestamp).total_seconds())
    assert total["received"] == received.count() == 60
    assert total["answered_by_person"] == len(waits) > 10
    assert total["first_response_median"] == statistics.median(waits)
    assert total["first_response_mean"] == pytest.approx(statistics.mean(waits), abs=0.001)
    assert total["first_response_p90"] == pytest.approx(statistics.quantiles(waits, n=10, method="inclusive")[8])
    assert total["resolved"] == Conversation.objects.filter(resolved_at__gte=start, resolved_at__lt=end).count() > 10
    sent = Message.objects.filter(direction="outbound")
    assert total["automatic_share"] == pytest.approx(sent.filter(origin="rule").count() / sent.count(), abs=1e-6)


def test_parts_add_up_to_the_whole() -> None:
    channel = a_week()
    with clock.travel(AFTERWARDS):
        figures = build_week(channel=channel, week=WEEK, by=SYSTEM).figures
    for part in ("days", "departments", "agents"):
        for key in ("received", "answered", "answered_by_person", "resolved", "messages_in"):
            assert sum(row["figures"][key] for row in figures[part]) == figures["total"][key], (part, key)
    assert set(figures["total"]) == set(CATALOGUE)


def test_the_week_in_which_the_clock_goes_back_has_every_hour_once() -> None:
    channel = make_channel()
    start = datetime(2026, 10, 18, 22, tzinfo=UTC)  # Monday 19 October 0:00 in Rome, summer time
    for hour in range(-1, 170):
        talk(channel, start + timedelta(hours=hour))
    keep_all()
    with clock.travel(AFTERWARDS):
        figures = build_week(channel=channel, week=date(2026, 10, 25), by=SYSTEM).figures
    assert figures["week"] == "2026-10-19"
    assert figures["total"]["received"] == 169
    assert [day["figures"]["received"] for day in figures["days"]] == [24, 24, 24, 24, 24, 24, 25]
    assert figures["before"]["received"] == 1


def test_the_same_week_gives_the_same_bytes(settings: Any, tmp_path: Path) -> None:
    channel = a_week()
    with clock.travel(AFTERWARDS):
        first = build_week(channel=channel, week=WEEK, by=SYSTEM)
    before = {extension: files.read(first, extension) for extension in files.RENDERERS}
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    with clock.travel(AFTERWARDS + timedelta(days=3)):
        again = build_week(channel=channel, week=WEEK, by=SYSTEM)
    assert again.pk == first.pk
    assert again.digest == first.digest
    assert {extension: files.read(again, extension) for extension in files.RENDERERS} == before


def test_new_data_replaces_the_files_and_leaves_no_old_ones(tmp_path: Path) -> None:
    channel = a_week()
    with clock.travel(AFTERWARDS):
        first = build_week(channel=channel, week=WEEK, by=SYSTEM)
        talk(channel, MONDAY + timedelta(days=1), answer_after=5)
        keep_all()
        second = build_week(channel=channel, week=WEEK, by=SYSTEM)
    assert second.digest != first.digest
    assert len(list(tmp_path.rglob("*.*"))) == 2


def test_a_lost_file_is_made_again_from_the_row(tmp_path: Path) -> None:
    channel = a_week()
    with clock.travel(AFTERWARDS):
        report = build_week(channel=channel, week=WEEK, by=SYSTEM)
    data = files.read(report, "xlsx")
    for file in tmp_path.rglob("*.*"):
        file.unlink()
    assert files.read(report, "xlsx") == data


def test_a_week_that_has_not_begun_is_refused() -> None:
    with clock.travel(MONDAY), pytest.raises(Invalid):
        build_week(channel=make_channel(), week=WEEK + timedelta(days=7), by=SYSTEM)


def test_the_csv_is_for_italian_excel_and_calculates_nothing() -> None:
    channel = a_week(name="@SUM(A1)")
    with clock.travel(AFTERWARDS):
        report = build_week(channel=channel, week=WEEK, by=SYSTEM)
    data = csv_file.render(report)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][:4] == ["Riga", "Nome", "Data", "Ricevute"]
    assert {len(row) for row in rows} == {3 + len(CATALOGUE)}
    departments = [row[1] for row in rows if row[0] == "Reparto"]
    assert departments == ["'=Orders", "Returns"]
    assert not [cell for row in rows for cell in row if cell[:1] in "=+@" and cell]
    assert rows[1][3] == "60"
    assert "," in rows[1][list(CATALOGUE).index("answer_rate") + 3]


@pytest.mark.parametrize("text", ["=1+1", "+39", "-2", "@a", "\t=1", " =1", "＝1"])
def test_formulas_are_made_harmless(text: str) -> None:
    assert safe(text).startswith("'")


def test_the_workbook_says_what_the_row_says() -> None:
    channel = a_week(language="en")
    with clock.travel(AFTERWARDS):
        report = build_week(channel=channel, week=WEEK, by=SYSTEM)
    book = openpyxl.load_workbook(io.BytesIO(files.read(report, "xlsx")))
    assert book.sheetnames == ["Week", "Days", "Departments", "Agents"]
    week = {row[0].value: row for row in book["Week"].iter_rows(min_row=5, max_row=4 + len(CATALOGUE))}
    assert week["Received"][1].value == 60
    shown = week["First response, median"][1].value
    assert shown == (datetime.min + timedelta(seconds=report.figures["total"]["first_response_median"])).time()
    assert len(getattr(book["Week"], "_charts")) == 2  # noqa: B009  openpyxl has no public name for them
    departments = book["Departments"]
    assert departments["A5"].value == "=Orders"
    assert departments["A5"].data_type == "s", "a name is text, never a formula"
    assert departments.auto_filter.ref
    assert departments.freeze_panes == "B5"


def test_a_week_without_anything_still_makes_a_report() -> None:
    with clock.travel(AFTERWARDS):
        report = build_week(channel=make_channel(), week=WEEK, by=SYSTEM)
    assert report.figures["total"]["received"] == 0
    assert report.figures["total"]["first_response_median"] is None
    openpyxl.load_workbook(io.BytesIO(files.read(report, "xlsx")))


def test_on_monday_at_seven_last_weeks_report_is_built_once() -> None:
    channel = a_week()
    seven = datetime(2026, 11, 23, 6, tzinfo=UTC)  # 7:00 in Rome
    with clock.travel(seven - timedelta(minutes=1)):
        assert WEEK not in {report.week for report in build_due(by=SYSTEM)}
    with clock.travel(seven):
        assert [(report.channel, report.week) for report in build_due(by=SYSTEM)] == [(channel, WEEK)]
        assert build_due(by=SYSTEM) == []


def test_several_channels_get_one_over_all_too() -> None:
    first, second = make_channel(time_zone="Europe/Rome"), make_channel(time_zone="America/New_York")
    for channel in (first, second):
        talk(channel, MONDAY)
    keep_all()
    with clock.travel(datetime(2026, 11, 23, 6, tzinfo=UTC)):
        assert {report.channel for report in build_due(by=SYSTEM)} == {first, None}, "in New York it is still night"
    with clock.travel(datetime(2026, 11, 23, 12, tzinfo=UTC)):
        assert [report.channel for report in build_due(by=SYSTEM)] == [second]
    assert WeeklyReport.objects.get(channel=None, week=WEEK).figures["total"]["received"] == 2


def test_a_build_that_died_is_taken_up_and_an_early_one_built_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    channel = a_week()
    due = datetime(2026, 11, 23, 7, tzinfo=UTC)
    with clock.travel(MONDAY + timedelta(days=2)):
        build_week(channel=channel, week=WEEK, by=SYSTEM)
    with clock.travel(due):
        with monkeypatch.context() as patch:
            patch.setattr(actions, "build_week", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt()))
            with pytest.raises(KeyboardInterrupt):
                build_due(by=SYSTEM)
        assert build_due(by=SYSTEM) == [], "claimed a moment ago"
        WeeklyReport.objects.update(claimed_at=clock.machine_now() - timedelta(minutes=11))
        assert [report.week for report in build_due(by=SYSTEM)] == [WEEK]
    assert WeeklyReport.objects.get().is_complete


def test_staff_choose_the_day_and_may_switch_it_off() -> None:
    a_week()
    ReportSchedule.objects.create(weekday=Weekday.WEDNESDAY, hour=9)
    with clock.travel(datetime(2026, 11, 25, 7, 59, tzinfo=UTC)):
        assert WEEK not in {report.week for report in build_due(by=SYSTEM)}
    with clock.travel(datetime(2026, 11, 25, 8, 0, tzinfo=UTC)):
        assert WEEK in {report.week for report in build_due(by=SYSTEM)}
    ReportSchedule.objects.update(is_active=False)
    with clock.travel(datetime(2026, 12, 25, tzinfo=UTC)):
        assert build_due(by=SYSTEM) == []


def test_merged_conversations_count_once() -> None:
    channel = make_channel()
    kept = talk(channel, MONDAY)
    talk(channel, MONDAY, merged_into=kept)
    keep_all()
    assert ConversationFact.objects.count() == 2
    with clock.travel(AFTERWARDS):
        assert build_week(channel=channel, week=WEEK, by=SYSTEM).figures["total"]["received"] == 1
