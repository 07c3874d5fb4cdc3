from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

ACTIVE_FOR = timedelta(minutes=5)  # R5, D9


class PresenceQuerySet(models.QuerySet["Presence"]):
    def online(self, at: datetime) -> PresenceQuerySet:
        """Available by hand, or active in the last five minutes and not away (D9)."""
        return self.filter(
            models.Q(state=Presence.State.AVAILABLE)
            | models.Q(state=Presence.State.AUTOMATIC, last_seen_at__gte=at - ACTIVE_FOR)
        )


class Presence(models.Model):
    """Whether an agent is there. `automatic` follows activity; `available` and `away` are set by hand and win."""

    class State(models.TextChoices):
        AUTOMATIC = "automatic", _("By activity")
        AVAILABLE = "available", _("Available")
        AWAY = "away", _("Away")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="presence", verbose_name=_("agent")
    )
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.AUTOMATIC)
    last_seen_at = models.DateTimeField(_("last active"), null=True, blank=True)

    objects = PresenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")

    def __str__(self) -> str:
        return f"{self.user}: {self.get_state_display()}"

    def is_online(self, at: datetime) -> bool:
        if self.state == self.State.AVAILABLE:
            return True
        seen = self.last_seen_at is not None and self.last_seen_at >= at - ACTIVE_FOR
        return self.state == self.State.AUTOMATIC and seen
