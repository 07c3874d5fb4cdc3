"""What has been sent, counted where a cap asks for it (C24): one row to lock instead of messages to count."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.channel import Channel
from conversations.models.contact import Contact
from conversations.models.portfolio import Portfolio


class DayTally(models.Model):
    """One day of a channel, in its own time zone: what it sent, what is expected, and whether campaigns go in batches."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="tallies", verbose_name=_("channel"))
    day = models.DateField(_("day"))
    sent = models.PositiveIntegerField(_("sent"), default=0)
    expected = models.PositiveIntegerField(_("expected"), default=0)
    batching_since = models.DateTimeField(_("in batches since"), null=True, blank=True)

    class Meta:
        verbose_name = _("day's tally")
        verbose_name_plural = _("days' tallies")
        constraints = [models.UniqueConstraint(fields=["channel", "day"], name="tally_once_a_day")]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.day}: {self.sent}"


class ReachTally(models.Model):
    """How many customers of a portfolio count against Meta's messaging limit now: the number of its `Reached` rows."""

    portfolio = models.OneToOneField(
        Portfolio, on_delete=models.CASCADE, related_name="reach", primary_key=True, verbose_name=_("portfolio")
    )
    reached = models.PositiveIntegerField(_("customers reached"), default=0)

    class Meta:
        verbose_name = _("reach")
        verbose_name_plural = _("reach")

    def __str__(self) -> str:
        return f"{self.portfolio_id}: {self.reached}"


class Reached(models.Model):
    """A customer to whom we wrote outside a window, and when last: counts for 24 hours against the limit (facts §9)."""

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="+", verbose_name=_("portfolio"))
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, db_index=False, related_name="+", verbose_name=_("contact")
    )
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("customer reached")
        verbose_name_plural = _("customers reached")
        constraints = [models.UniqueConstraint(fields=["contact", "portfolio"], name="reached_once")]
        indexes = [models.Index(fields=["portfolio", "at"], name="reached_oldest")]  # whose 24 hours are over

    def __str__(self) -> str:
        return f"{self.contact_id} {self.at:%Y-%m-%d %H:%M}"
