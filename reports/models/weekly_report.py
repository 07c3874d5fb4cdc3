from __future__ import annotations

import zoneinfo
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models import Channel
from reports.metrics.weeks import week_bounds


class WeeklyReport(models.Model):
    """The service report of one week: a channel's, or that of all channels (P5).

        claimed (claimed_at) -> built (built_at) -> built again on demand, in place

    The row keeps the figures; files are made from them and from nothing else, so the same figures give the same bytes.
    """

    channel = models.ForeignKey(
        Channel,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        db_index=False,  # weekly_report_once serves
        related_name="+",
        verbose_name=_("channel"),
        help_text=_("Empty: all channels."),
    )
    week = models.DateField(_("week from Monday"))
    time_zone = models.CharField(_("time zone"), max_length=64)
    language = models.CharField(_("language"), max_length=8)
    claimed_at = models.DateTimeField(_("begun"), null=True, blank=True)  # machine time
    built_at = models.DateTimeField(_("built"), null=True, blank=True)  # business time
    built_by = models.CharField(_("built by"), max_length=80, blank=True)
    figures = models.JSONField(_("figures"), default=dict)
    digest = models.CharField(_("fingerprint"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("weekly report")
        verbose_name_plural = _("weekly reports")
        ordering = ["-week", "channel__name"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "week"],
                name="weekly_report_once",
                violation_error_message=_("This week's report exists."),
            ),
            models.UniqueConstraint(
                fields=["week"], condition=models.Q(channel__isnull=True), name="weekly_report_of_all_once"
            ),
        ]
        indexes = [models.Index(fields=["-week", "-id"], name="weekly_report_recent")]  # the list

    def __str__(self) -> str:
        return f"{self.week.isoformat()} · {self.channel or _('all channels')}"

    @property
    def ends_at(self) -> datetime:
        return week_bounds(self.week, zoneinfo.ZoneInfo(self.time_zone))[1]

    @property
    def is_complete(self) -> bool:
        """Built after its week was over."""
        return self.built_at is not None and self.built_at >= self.ends_at

    def file_name(self, extension: str) -> str:
        """What a person saves it as: sportello-2026-W47-3.xlsx (the channel's number, or "all")."""
        year, week, _day = self.week.isocalendar()
        return f"sportello-{year}-W{week:02}-{self.channel_id or 'all'}.{extension}"
