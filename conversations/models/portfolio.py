from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Portfolio(models.Model):
    """Meta's business portfolio: owner of channels; user ids and messaging limits are its (facts §4, §9)."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    meta_id = models.CharField(_("Meta business id"), max_length=64, blank=True)
    messaging_limit = models.PositiveIntegerField(
        _("messaging limit"),
        null=True,
        blank=True,
        help_text=_("Unique customers in 24 h outside windows; empty: unlimited."),
    )
    number_limit = models.PositiveIntegerField(
        _("numbers allowed"), null=True, blank=True, editable=False, help_text=_("As WhatsApp tells it.")
    )
    history = HistoricalRecords(excluded_fields=["number_limit"])

    class Meta:
        verbose_name = _("portfolio")
        verbose_name_plural = _("portfolios")

    def __str__(self) -> str:
        return self.name
