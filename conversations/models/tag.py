from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Tag(models.Model):
    """A label on contacts and conversations, with an emoji shown before the name (C50)."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    emoji = models.CharField(_("emoji"), max_length=8, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.emoji} {self.name}".strip()
