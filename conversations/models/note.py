from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation


class Note(models.Model):
    """An internal remark on a conversation, never sent to the customer; at most 300 characters (C43)."""

    LIMIT = 300

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="notes", verbose_name=_("conversation")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("author")
    )
    text = models.CharField(_("text"), max_length=LIMIT)
    mentions = models.ManyToManyField(
        settings.AUTH_USER_MODEL, blank=True, related_name="mentions", verbose_name=_("mentions")
    )
    created_at = models.DateTimeField(_("written"))
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [models.Index(fields=["conversation", "created_at"], name="note_thread")]  # the thread

    def __str__(self) -> str:
        return f"{self.conversation} · {self.pk}"
