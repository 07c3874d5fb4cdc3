from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation


class Notification(models.Model):
    """Something one person should know (D10). The words come from `kind` and `data` when it is shown, in their language."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications", verbose_name=_("for")
    )
    kind = models.CharField(_("kind"), max_length=40)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("conversation")
    )
    data = models.JSONField(_("details"), default=dict, blank=True)
    at = models.DateTimeField(_("at"))
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        indexes = [models.Index(fields=["user", "-at"], name="notification_list")]  # one's own list

    def __str__(self) -> str:
        return f"{self.kind} → {self.user}"


class SavedView(models.Model):
    """Filters and sorting kept under a name: one's own, a department's, or everyone's (C40)."""

    name = models.CharField(_("name"), max_length=80)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views", verbose_name=_("owner")
    )
    department = models.ForeignKey(
        "conversations.Department",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("department"),
    )
    is_shared = models.BooleanField(_("for everyone"), default=False)
    query = models.JSONField(_("filters"), default=dict)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name
