"""How much a number may send: the business's own caps (C24) and Meta's pace (C30), as columns of the channel."""

from __future__ import annotations

from datetime import time

from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Binds(models.TextChoices):
    """Whose messages wait when a cap is reached. All of them are counted."""

    ALL = "all", _("All messages, agents' answers too")
    AUTOMATIC = "automatic", _("Automatic replies and campaigns")
    BULK = "bulk", _("Campaigns only")


def _between(least: int, most: int) -> list[BaseValidator]:
    return [MinValueValidator(least), MaxValueValidator(most)]


class ChannelCaps(models.Model):
    """An empty cap is none. Meta's own limits (the portfolio's messaging limit, the pair rate) are no choice and bind everybody."""

    # C30: 12 a second for a new number.
    throughput = models.PositiveSmallIntegerField(
        _("messages per second"), default=12, validators=_between(1, 1000), help_text=_("How fast this desk sends.")
    )
    meta_throughput = models.PositiveSmallIntegerField(
        _("WhatsApp's limit per second"),
        default=80,
        validators=_between(1, 1000),
        help_text=_("In and out together: 80; 20 for a number of the business app; 1,000 after the upgrade."),
    )
    daily_cap = models.PositiveIntegerField(
        _("messages a day"),
        null=True,
        blank=True,
        default=1000,
        validators=_between(1, 1_000_000),
        help_text=_("In a day of the channel's time zone. Empty: no cap."),
    )
    daily_cap_binds = models.CharField(
        _("the day's cap holds back"), max_length=10, choices=Binds.choices, default=Binds.AUTOMATIC
    )
    resume_at = models.TimeField(
        _("goes on the next day at"),
        default=time(9),
        help_text=_("What was held back for the day's cap leaves then, not at midnight."),
    )
    new_customer_cap = models.PositiveSmallIntegerField(
        _("messages a minute to a new customer"),
        null=True,
        blank=True,
        default=5,
        validators=_between(1, 60),
        help_text=_("Empty: no cap. To a known customer there is none."),
    )
    new_customer_hours = models.PositiveSmallIntegerField(
        _("a customer is new for (hours)"),
        default=24,
        validators=_between(1, 720),
        help_text=_("Counted from when they were first seen. Who has never written here is new, too."),
    )
    new_customer_binds = models.CharField(
        _("the new customer's cap holds back"), max_length=10, choices=Binds.choices, default=Binds.ALL
    )
    initiated_cap = models.PositiveSmallIntegerField(
        _("messages in 24 h that we begin"),
        null=True,
        blank=True,
        default=1,
        validators=_between(1, 10),
        help_text=_("To one customer who has not opted in, outside the service window. Empty: no cap."),
    )
    initiated_binds = models.CharField(
        _("the cap on what we begin holds back"), max_length=10, choices=Binds.choices, default=Binds.ALL
    )
    messages_per_customer = models.PositiveSmallIntegerField(
        _("messages expected per customer"),
        default=3,
        validators=_between(1, 50),
        help_text=_("The day's volume is forecast as customers × this."),
    )
    batch_percent = models.PositiveSmallIntegerField(
        _("batches above (% of a limit)"),
        default=80,
        validators=_between(10, 100),
        help_text=_(
            "When more than this is expected, campaigns are spread over the rest of the day, and staff are told."
        ),
    )
    batch_minutes = models.PositiveSmallIntegerField(
        _("a batch each (minutes)"), default=10, validators=_between(1, 120)
    )
    batch_until = models.TimeField(_("batches until"), default=time(20), help_text=_("In the channel's time zone."))

    class Meta:
        abstract = True
