from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from conversations.models.channel import Channel
from conversations.models.message import Message


class Rate(models.Model):
    """One line of a dated rate card: category × market from a day on (C20). Meta's rules change; none is in code."""

    category = models.CharField(_("category"), max_length=32)
    market = models.CharField(_("market"), max_length=40, help_text=_("Country code, region, or * for the rest."))
    valid_from = models.DateField(_("valid from"))
    price = models.DecimalField(_("price per message"), max_digits=10, decimal_places=6)
    currency = models.CharField(_("currency"), max_length=3, default="USD")
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rate")
        verbose_name_plural = _("rate card")
        constraints = [
            models.UniqueConstraint(fields=["category", "market", "currency", "valid_from"], name="rate_once"),
            models.CheckConstraint(condition=models.Q(price__gte=0), name="rate_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.market} {self.valid_from}"


class LedgerEntry(models.Model):
    """What one message cost: estimated before sending, actual from the status webhook (C22)."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="cost", verbose_name=_("message"))
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+", verbose_name=_("channel"))
    at = models.DateTimeField(_("at"))
    currency = models.CharField(_("currency"), max_length=3)
    estimated_category = models.CharField(_("estimated category"), max_length=32, blank=True)
    estimated = models.DecimalField(_("estimated"), max_digits=10, decimal_places=6, null=True, blank=True)
    actual_category = models.CharField(_("actual category"), max_length=32, blank=True)
    actual = models.DecimalField(_("actual"), max_digits=10, decimal_places=6, null=True, blank=True)
    surcharge = models.DecimalField(_("surcharge"), max_digits=10, decimal_places=6, default=0)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger")
        indexes = [models.Index(fields=["channel", "at"], name="ledger_month")]  # the month's meter

    def __str__(self) -> str:
        return f"{self.message_id}"
