from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.channel import Channel


class ChannelHealthQuerySet(models.QuerySet["ChannelHealth"]):
    def due(self, machine: datetime) -> ChannelHealthQuerySet:
        return self.filter(due_at__lte=machine)


class ChannelHealth(models.Model):
    """How quickly WhatsApp answers for one channel, and over which address (C33). Machine times; written by its action only."""

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="health", verbose_name=_("channel"))
    due_at = models.DateTimeField(_("next check"))
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    milliseconds = models.PositiveIntegerField(_("answered within (ms)"), null=True, blank=True)  # empty: no answer
    slow_in_a_row = models.PositiveSmallIntegerField(_("slow in a row"), default=0)
    backup_since = models.DateTimeField(_("on the backup since"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=300, blank=True)

    objects = ChannelHealthQuerySet.as_manager()

    class Meta:
        verbose_name = _("health of a channel")
        verbose_name_plural = _("health of channels")

    def __str__(self) -> str:
        return f"{self.channel_id}"
