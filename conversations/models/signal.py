from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation


class SignalQuerySet(models.QuerySet["Signal"]):
    def due(self, machine: datetime) -> SignalQuerySet:
        return self.filter(due_at__lte=machine)


class Signal(models.Model):
    """What a customer is shown besides messages: blue ticks, "typing…" (C34). One row per conversation; machine times.

    `due_at` empty: nothing to tell. A signal that is lost is told with the next one, so it is tried once and never again.
    """

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, related_name="signal", verbose_name=_("conversation")
    )
    typing = models.BooleanField(_("typing"), default=False)
    due_at = models.DateTimeField(_("to be told"), null=True, blank=True)
    told_wamid = models.CharField(_("told as read up to"), max_length=200, blank=True)
    typing_at = models.DateTimeField(_("typing told"), null=True, blank=True)

    objects = SignalQuerySet.as_manager()

    class Meta:
        verbose_name = _("signal to a customer")
        verbose_name_plural = _("signals to customers")
        indexes = [models.Index(fields=["due_at"], name="signal_due", condition=models.Q(due_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.conversation_id}"
