from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.channel import Channel


class Upload(models.Model):
    """A file that somebody chose to send, checked and made small enough, kept under the hash of its content (C34)."""

    sha256 = models.CharField(_("content hash"), max_length=64)
    kind = models.CharField(_("sent as"), max_length=12)  # image, sticker, audio, video, document
    content_type = models.CharField(_("type by content"), max_length=120)
    size = models.PositiveBigIntegerField(_("bytes"))
    filename = models.CharField(_("file name"), max_length=240, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("by")
    )
    created_at = models.DateTimeField(_("uploaded"))

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        indexes = [models.Index(fields=["sha256"], name="upload_hash")]  # is this content still used?

    def __str__(self) -> str:
        return self.filename or f"{self.kind} {self.pk}"


class MediaHandleQuerySet(models.QuerySet["MediaHandle"]):
    def valid(self, at: datetime) -> MediaHandleQuerySet:
        return self.filter(expires_at__gt=at)


class MediaHandle(models.Model):
    """Meta's id of a content on one channel: uploaded once, sent often, until it expires (facts §8: 30 days). Machine time."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+", verbose_name=_("channel"))
    sha256 = models.CharField(_("content hash"), max_length=64)
    content_type = models.CharField(_("uploaded as"), max_length=120)
    media_id = models.CharField(_("Meta's media id"), max_length=64)
    expires_at = models.DateTimeField(_("expires"))

    objects = MediaHandleQuerySet.as_manager()

    class Meta:
        verbose_name = _("uploaded file")
        verbose_name_plural = _("uploaded files")
        constraints = [models.UniqueConstraint(fields=["channel", "sha256", "content_type"], name="media_handle_once")]

    def __str__(self) -> str:
        return self.media_id
