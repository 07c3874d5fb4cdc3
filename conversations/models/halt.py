from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from conversations import clock
from conversations.models.channel import Channel


class HaltQuerySet(models.QuerySet["Halt"]):
    def standing(self, at: datetime) -> HaltQuerySet:
        return self.filter(starts_at__lte=at, lifted_at__isnull=True).filter(
            models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=at)
        )


class Halt(models.Model):
    """The kill switch: a scope in which nothing automatic leaves (A9, D5). Read as the last thing before each send."""

    class Scope(models.TextChoices):
        ALL = "all", _("Everything automatic")
        CHANNEL = "channel", _("One channel")
        TRIGGER = "trigger", _("One trigger")
        RULE = "rule", _("One rule")

    class Reason(models.TextChoices):
        OUTAGE = "outage", _("Outage")
        CRISIS = "crisis", _("Public crisis")
        OUTDATED = "outdated", _("Contents out of date")
        STAFFED = "staffed", _("Staffed event")
        OTHER = "other", _("Other")

    scope = models.CharField(_("scope"), max_length=8, choices=Scope.choices, default=Scope.ALL)
    channel = models.ForeignKey(
        Channel, on_delete=models.CASCADE, null=True, blank=True, related_name="halts", verbose_name=_("channel")
    )
    key = models.CharField(_("trigger or rule"), max_length=80, blank=True)
    reason = models.CharField(_("reason"), max_length=10, choices=Reason.choices, default=Reason.OTHER)
    remark = models.CharField(_("remark"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )
    starts_at = models.DateTimeField(_("since"))
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True, editable=False)

    objects = HaltQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("kill switch")
        verbose_name_plural = _("kill switches")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(scope="channel") | models.Q(channel__isnull=False),
                name="halt_names_its_channel",
                violation_error_message=_("Choose the channel."),
            ),
            models.CheckConstraint(
                condition=~models.Q(scope__in=["trigger", "rule"]) | ~models.Q(key=""),
                name="halt_names_its_key",
                violation_error_message=_("Name the trigger or the rule."),
            ),
        ]

    def __str__(self) -> str:
        return self.get_scope_display()

    def clean(self) -> None:
        """A kill switch that would stop something else than it seems to, or nothing, is refused."""
        wrong: dict[str, Any] = {}
        if self.channel_id and self.scope != Halt.Scope.CHANNEL:
            wrong["channel"] = _("Only the scope “One channel” takes a channel.")
        if self.key and self.scope in {Halt.Scope.ALL, Halt.Scope.CHANNEL}:
            wrong["key"] = _("This scope takes no trigger or rule.")
        if self.ends_at is not None and self.ends_at <= clock.now() and self.lifted_at is None:
            wrong["ends_at"] = _("This moment is over. Choose a later one, or none.")
        if wrong:
            raise ValidationError(wrong)

    def covers(self, *, channel_id: int, trigger: str, rule_key: str) -> bool:
        match self.scope:
            case Halt.Scope.ALL:
                return True
            case Halt.Scope.CHANNEL:
                return self.channel_id == channel_id
            case Halt.Scope.TRIGGER:
                return self.key == trigger
            case _:
                return self.key == rule_key
