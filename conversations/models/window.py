from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation


class Window(models.Model):
    """A span in which something may be sent, or costs something (C20). Rows with an absolute end, never one boolean."""

    class Kind(models.TextChoices):
        SERVICE = "service", _("Service window")  # 24 h from the customer's last message (Meta)
        ENTRY_POINT = "entry_point", _("Ad entry")  # 72 h free of charge after an answered ad click (Meta)
        PRICING = "pricing", _("Pricing window")  # the business's own 48 h, from the customer's last message (D25)

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="windows", verbose_name=_("conversation")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    opened_at = models.DateTimeField(_("opened"))
    expires_at = models.DateTimeField(_("ends"))
    free_form = models.BooleanField(_("free-form allowed"))
    priced = models.BooleanField(_("charged"))

    class Meta:
        verbose_name = _("window")
        verbose_name_plural = _("windows")
        constraints = [
            models.UniqueConstraint(fields=["conversation", "kind"], name="window_once"),
            models.CheckConstraint(
                condition=models.Q(expires_at__gte=models.F("opened_at")), name="window_ends_after_it_opens"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.conversation}"
