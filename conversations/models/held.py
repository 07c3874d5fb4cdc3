from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from conversations.models.message import Message


class HeldMessage(Message):
    """A message that a cap holds back (C24), for a page of its own in admin."""

    class Meta:
        proxy = True
        verbose_name = _("message held back")
        verbose_name_plural = _("messages held back")
