from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stamp(models.Model):
    """A version number per kind of configuration: processes keep rules in memory and read anew when it grows (D18)."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    version = models.PositiveBigIntegerField(_("version"), default=0)

    class Meta:
        verbose_name = _("version stamp")
        verbose_name_plural = _("version stamps")

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Heartbeat(models.Model):
    """When a process or a periodic job last ran: what /readyz and the watchdog look at (O3, O9). Machine time."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    at = models.DateTimeField(_("at"))
    seconds = models.FloatField(_("seconds it took"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name


class Alarm(models.Model):
    """Something an administrator must look at; one open row per key, closed when it is over (O9)."""

    key = models.CharField(_("key"), max_length=120)
    code = models.CharField(_("code"), max_length=40)
    data = models.JSONField(_("details"), default=dict, blank=True)
    raised_at = models.DateTimeField(_("raised"))
    cleared_at = models.DateTimeField(_("cleared"), null=True, blank=True)

    class Meta:
        verbose_name = _("alarm")
        verbose_name_plural = _("alarms")
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=models.Q(cleared_at__isnull=True), name="one_open_alarm")
        ]

    def __str__(self) -> str:
        return self.key
