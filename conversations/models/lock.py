from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation


class Lock(models.Model):
    """A time-limited exclusive right of one agent to answer one conversation (C42, D9). Times are machine times."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, related_name="lock", verbose_name=_("conversation")
    )
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="locks", verbose_name=_("holder")
    )
    taken_at = models.DateTimeField(_("taken"))
    active_at = models.DateTimeField(_("last activity"))
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("lock")
        verbose_name_plural = _("locks")
        indexes = [models.Index(fields=["until"], name="lock_expiry")]  # the sweep that frees lapsed ones

    def __str__(self) -> str:
        return f"{self.conversation}: {self.holder}"

    def stands(self, at: datetime) -> bool:
        return self.until > at
