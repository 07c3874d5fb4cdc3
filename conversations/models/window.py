from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation


class Window(models.Model):
    """A span in which something may be sent, or costs something (C20). Rows with an absolute end, never one boolean."""

    class Kind(models.TextChoices):
        SERVICE = "service", _("Service window")  # 24 h from the customer's last message (Meta)
        ENTRY_OFFER = (
            "entry_offer",
            _("Ad click to answer"),
        )  # 24 h from a click: an answer opens the free window (Meta)
        ENTRY_POINT = "entry_point", _("Free after an ad")  # 72 h free of charge, from that answer (Meta)
        PRICING = "pricing", _("Pricing window")  # the business's own 48 h, from the customer's last message (D25)

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="windows", verbose_name=_("conversation")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    opened_at = models.DateTimeField(_("opened"))
    expires_at = models.DateTimeField(_("ends"))
    free_form = models.BooleanField(_("free-form allowed"))
    priced = models.BooleanField(_("charged"))
    # Of a free window: what Meta's statuses said of it; empty before they did.
    confirmed = models.BooleanField(_("confirmed by WhatsApp"), null=True)

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
