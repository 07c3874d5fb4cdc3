from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.message import Message


class Attachment(models.Model):
    """A media file of a message, kept under the hash of its content (C14).

    pending -> stored
       |  (retried with backoff; Meta's links live five minutes, its ids seven days)
       v
     lost      refused (too large, or not what it claims to be)
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Being fetched")
        STORED = "stored", _("Stored")
        LOST = "lost", _("Lost")
        REFUSED = "refused", _("Refused")

    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="attachments", verbose_name=_("message")
    )
    media_id = models.CharField(_("Meta's media id"), max_length=64, blank=True)
    url = models.TextField(_("Meta's link"), blank=True)
    declared_type = models.CharField(_("declared type"), max_length=120, blank=True)
    declared_sha256 = models.CharField(_("declared hash"), max_length=64, blank=True)
    filename = models.CharField(_("file name"), max_length=240, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.PENDING)
    sha256 = models.CharField(_("content hash"), max_length=64, blank=True)
    content_type = models.CharField(_("type by content"), max_length=120, blank=True)
    size = models.PositiveBigIntegerField(_("bytes"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    due_at = models.DateTimeField(_("next try"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        indexes = [
            models.Index(fields=["due_at"], name="attachment_due", condition=models.Q(status="pending")),  # the fetcher
            models.Index(fields=["sha256"], name="attachment_hash"),  # is this content still used?
        ]

    def __str__(self) -> str:
        return self.filename or self.media_id or str(self.pk)
