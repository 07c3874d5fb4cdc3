from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from autoreply.checks import check_wording
from autoreply.wording import LIMIT
from conversations.models import Channel
from routing.models import KeywordsField


class Policy(models.Model):
    """The limits of automation on one channel (A5, A6). A channel without one keeps to the values below."""

    channel = models.OneToOneField(
        Channel, on_delete=models.CASCADE, related_name="reply_policy", verbose_name=_("channel")
    )
    is_on = models.BooleanField(_("automatic replies on"), default=True)
    cap = models.PositiveSmallIntegerField(
        _("automatic messages in 24 hours"),
        default=3,
        validators=[MaxValueValidator(50)],
        help_text=_("To one customer; then a person takes over."),
    )
    min_interval_hours = models.PositiveSmallIntegerField(
        _("hours before a rule answers the same customer again"), default=6, validators=[MaxValueValidator(720)]
    )
    quiet_minutes = models.PositiveSmallIntegerField(
        _("silent after an agent’s answer (minutes)"),
        default=15,
        validators=[MinValueValidator(0), MaxValueValidator(1440)],
    )
    handover_words = KeywordsField(
        _("words that ask for a person"),
        help_text=_("One a line. They always hand over, and stop automation for that conversation. Empty: ours."),
    )
    handover_text = models.CharField(
        _("answer to them"), max_length=LIMIT, blank=True, validators=[check_wording], help_text=_("Empty: ours.")
    )
    person_button = models.CharField(
        _("button “talk to a person”"),
        max_length=20,
        blank=True,
        help_text=_("Added by itself from the second automatic message on. Empty: ours."),
    )
    list_button = models.CharField(
        _("button that opens a list"),
        max_length=20,
        blank=True,
        help_text=_("Shown when there are more than three choices."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("policy of automatic replies")
        verbose_name_plural = _("policies of automatic replies")

    def __str__(self) -> str:
        return str(self.channel)
