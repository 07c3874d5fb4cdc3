from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.contact import Contact
from conversations.models.message import Message, MessageStatus


class Receipt(models.Model):
    """How far a message to a group got with one participant (facts §5, §7); each delivery is charged by itself."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="receipts", verbose_name=_("message"))
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", verbose_name=_("participant"))
    status = models.CharField(_("status"), max_length=12, choices=MessageStatus.choices)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    played_at = models.DateTimeField(_("played"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed"), null=True, blank=True)
    error_code = models.CharField(_("error"), max_length=40, blank=True)
    pricing = models.JSONField(_("pricing"), default=dict, blank=True)

    class Meta:
        verbose_name = _("receipt")
        verbose_name_plural = _("receipts")
        constraints = [models.UniqueConstraint(fields=["message", "contact"], name="receipt_once")]

    def __str__(self) -> str:
        return f"{self.message_id} · {self.contact_id}: {self.status}"
