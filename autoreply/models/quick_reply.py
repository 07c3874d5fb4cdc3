from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Coalesce, Lower
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from autoreply.checks import check_wording
from autoreply.wording import LIMIT
from conversations.models import Channel, Department

PER_CHANNEL = 50  # A20


class QuickReply(models.Model):
    """A saved answer an agent inserts with a slash shortcut (A20). Synonyms, chains and usage come with the inbox."""

    shortcut = models.CharField(
        _("shortcut"),
        max_length=25,
        validators=[
            RegexValidator(r"^/[A-Za-z0-9_]{1,24}$", _("A slash and 1 to 24 letters, digits or underscores: /reso."))
        ],
        help_text=_("A slash and 1 to 24 letters; 3 to 8 are advised."),
    )
    title = models.CharField(_("title"), max_length=80)
    text = models.CharField(
        _("text"), max_length=LIMIT, validators=[check_wording], help_text=_("At most 256 characters.")
    )
    channel = models.ForeignKey(
        Channel,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="quick_replies",
        verbose_name=_("channel"),
        help_text=_("Empty: every channel."),
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="quick_replies",
        verbose_name=_("department"),
        help_text=_("Empty: every department."),
    )
    is_active = models.BooleanField(_("active"), default=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("quick reply")
        verbose_name_plural = _("quick replies")
        ordering = ["shortcut"]
        constraints = [
            models.UniqueConstraint(
                Lower("shortcut"),
                Coalesce("channel", models.Value(0)),
                Coalesce("department", models.Value(0)),
                name="shortcut_once",
                violation_error_message=_("This shortcut exists already for the same channel and department."),
            )
        ]

    def __str__(self) -> str:
        return self.shortcut

    def clean(self) -> None:
        others = QuickReply.objects.filter(channel=self.channel_id).exclude(pk=self.pk)
        if others.count() >= PER_CHANNEL:
            raise ValidationError(_("A channel has at most 50 quick replies."))
