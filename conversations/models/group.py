from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.channel import Channel


class Group(models.Model):
    """A WhatsApp group of the official Groups API: at most eight participants, joined by invite link (facts §7)."""

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="groups", verbose_name=_("channel"))
    group_id = models.CharField(_("group id"), max_length=128)
    subject = models.CharField(_("subject"), max_length=128, blank=True)
    description = models.TextField(_("description"), blank=True)
    invite_link = models.URLField(_("invite link"), blank=True)
    is_suspended = models.BooleanField(_("suspended"), default=False)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [models.UniqueConstraint(fields=["channel", "group_id"], name="group_once")]

    def __str__(self) -> str:
        return self.subject or self.group_id
