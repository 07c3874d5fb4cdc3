from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.channel import Channel


class Template(models.Model):
    """A message pre-approved by Meta, the only thing that may be sent outside the service window (C23). A mirror, not configuration."""

    class Category(models.TextChoices):
        MARKETING = "MARKETING", _("Marketing")
        UTILITY = "UTILITY", _("Utility")
        AUTHENTICATION = "AUTHENTICATION", _("Authentication")

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="templates", verbose_name=_("channel"))
    meta_id = models.CharField(_("Meta's id"), max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=512)
    language = models.CharField(_("language"), max_length=16)
    category = models.CharField(_("category"), max_length=16, choices=Category.choices, default=Category.UTILITY)
    status = models.CharField(_("status"), max_length=24, default="PENDING")
    quality = models.CharField(_("quality"), max_length=12, default="UNKNOWN")
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    components = models.JSONField(_("components"), default=list, blank=True)
    synced_at = models.DateTimeField(_("synced"), null=True, blank=True)

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [models.UniqueConstraint(fields=["channel", "name", "language"], name="template_once")]

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
