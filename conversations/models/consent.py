from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.contact import Contact


class Consent(models.Model):
    """One append-only line of the consent log: what the customer allowed or refused, when, and from where (C53)."""

    class State(models.TextChoices):
        OPT_IN = "opt_in", _("Opted in")
        OPT_OUT = "opt_out", _("Opted out")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="consents", verbose_name=_("contact"))
    topic = models.CharField(_("topic"), max_length=40, default="marketing")
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    source = models.CharField(_("source"), max_length=40)
    text = models.CharField(_("wording"), max_length=500, blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes = [models.Index(fields=["contact", "topic", "-at"], name="consent_latest")]  # may this be sent?

    def __str__(self) -> str:
        return f"{self.topic}: {self.get_state_display()}"
