from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from conversations.models.channel import time_zone_exists
from routing.models import Weekday


class ReportSchedule(models.Model):
    """When a report is built by itself: one row per kind (P5). The hour is that of each channel's own zone."""

    class Kind(models.TextChoices):
        SERVICE = "service", _("Weekly service report")

    kind = models.CharField(_("report"), max_length=16, choices=Kind.choices, default=Kind.SERVICE, unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices, default=Weekday.MONDAY)
    hour = models.PositiveSmallIntegerField(_("hour"), default=7, validators=[MaxValueValidator(23)])
    # One report over all channels has no channel to take these from.
    time_zone = models.CharField(
        _("time zone of the report over all channels"),
        max_length=64,
        default="Europe/Rome",
        validators=[time_zone_exists],
    )
    language = models.CharField(
        _("language of the report over all channels"),
        max_length=8,
        choices=[("it", _("Italian")), ("en", _("English"))],
        default="it",
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("timetable of a report")
        verbose_name_plural = _("timetables of reports")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_weekday_display()} {self.hour}:00"
