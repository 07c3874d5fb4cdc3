"""Verbs of reports: building, and building in time."""

from __future__ import annotations

import hashlib
import json
import logging
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from conversations import clock
from conversations.actor import Actor
from conversations.errors import Invalid
from conversations.models import Channel
from reports.exports import files
from reports.metrics.weeks import last_due, monday, week_bounds
from reports.models import ConversationFact, ReportSchedule, WeeklyReport
from reports.queries.weekly import week_figures

logger = logging.getLogger("sportello.reports")

YEARS = range(2000, 2101)  # beyond them calendars and time zones give out
STALE = timedelta(minutes=10)  # a build that began longer ago than this has lost its worker


def build_week(*, channel: Channel | None, week: date, by: Actor) -> WeeklyReport:
    """Compute the report of the week that `week` lies in, and its files. Building it again replaces it: same data, same bytes.

    `channel` None: all channels. Raises Invalid for a week that has not begun, or outside YEARS.
    """
    if week.year not in YEARS:
        raise Invalid(_("A report is of a week between 2000 and 2100."))
    week = monday(week)
    zone, language = _zone_and_language(channel)
    now = clock.now()
    if week_bounds(week, zone)[0] > now:
        raise Invalid(_("This week has not begun."))
    figures = week_figures(channel=channel, week=week, zone=zone)
    with transaction.atomic():
        report, _created = WeeklyReport.objects.get_or_create(
            channel=channel, week=week, defaults={"time_zone": zone.key, "language": language}
        )
        former = files.path(report) if report.digest else None
        report.time_zone, report.language, report.figures = zone.key, language, figures
        report.digest = _digest(figures, language)
        report.built_at, report.built_by, report.claimed_at = now, by.label, None
        report.save(update_fields=["time_zone", "language", "figures", "digest", "built_at", "built_by", "claimed_at"])
    files.write(report)
    if former and former != files.path(report):
        files.remove(former)
    logger.info("report.built", extra={"report": report.pk, "week": week.isoformat(), "channel": report.channel_id})
    return report


def build_due(*, by: Actor) -> list[WeeklyReport]:
    """Build last week's report for each channel (and over all, where there are several) once its hour has come (P5).

    Claimed by its unique row, so two beats build it once; a claim whose worker died lapses after ten minutes. A report that
    somebody built before its week was over is built anew.
    """
    schedule, _created = ReportSchedule.objects.get_or_create(kind=ReportSchedule.Kind.SERVICE)
    if not schedule.is_active:
        return []
    channels: list[Channel | None] = list(Channel.objects.order_by("pk"))
    if len(channels) > 1:
        channels.append(None)
    built = []
    for channel in channels:
        zone, language = _zone_and_language(channel, schedule)
        week = last_due(clock.now(), weekday=schedule.weekday, hour=schedule.hour, zone=zone)
        _start, end = week_bounds(week, zone)
        if not ConversationFact.objects.of_channel(channel).filter(opened_at__lt=end).exists():
            continue  # nothing had happened yet: a new channel gets no empty report
        if _claim(channel, week, {"time_zone": zone.key, "language": language}):
            built.append(build_week(channel=channel, week=week, by=by))
    return built


def _claim(channel: Channel | None, week: date, values: dict[str, Any]) -> bool:
    """Whether this worker is to build it."""
    now = clock.machine_now()
    report, created = WeeklyReport.objects.get_or_create(
        channel=channel, week=week, defaults={**values, "claimed_at": now}
    )
    if created:
        return True
    if report.is_complete or (report.claimed_at and report.claimed_at > now - STALE):
        return False
    mine = WeeklyReport.objects.filter(pk=report.pk, claimed_at=report.claimed_at, built_at=report.built_at)
    return bool(mine.update(claimed_at=now))


def _zone_and_language(channel: Channel | None, schedule: ReportSchedule | None = None) -> tuple[ZoneInfo, str]:
    if channel is not None:
        return channel.zone, channel.language
    schedule = schedule or ReportSchedule.objects.filter(kind=ReportSchedule.Kind.SERVICE).first() or ReportSchedule()
    return ZoneInfo(schedule.time_zone), schedule.language


def _digest(figures: dict[str, Any], language: str) -> str:
    text = json.dumps([figures, language], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
