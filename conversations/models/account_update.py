from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.channel import Channel


class AccountUpdate(models.Model):
    """A webhook that is about the account, a number, a template or a group, and not a message: stored, shown, acted upon (C13).

    Also any field we do not know. What says who a customer is is left out of it: erasing a customer need not touch it.
    """

    class Outcome(models.TextChoices):
        APPLIED = "applied", _("Acted upon")
        OUTDATED = "outdated", _("Older than what we knew")
        NOTED = "noted", _("Noted")

    channel = models.ForeignKey(
        Channel, on_delete=models.SET_NULL, null=True, blank=True, related_name="updates", verbose_name=_("channel")
    )
    waba_id = models.CharField(_("account"), max_length=32, blank=True)
    field = models.CharField(_("field"), max_length=60)
    event = models.CharField(_("event"), max_length=60, blank=True)
    data = models.JSONField(_("as it came"), default=dict)
    news = models.JSONField(_("what it says"), default=list)  # [{"matter": our code, …}]
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, default=Outcome.NOTED)
    digest = models.CharField(_("fingerprint"), max_length=64)
    at = models.DateTimeField(_("at"))  # Meta's time, where it tells it

    class Meta:
        verbose_name = _("account update")
        verbose_name_plural = _("account updates")
        constraints = [models.UniqueConstraint(fields=["digest"], name="account_update_once")]
        indexes = [models.Index(fields=["field", "-at"], name="account_update_list")]  # its list in admin

    def __str__(self) -> str:
        return self.field


class AccountFact(models.Model):
    """The last that Meta told of one matter of a number or its account: name, restriction, review… (facts §6).

    What is told later replaces it, in whatever order it comes; `told` holds a code of ours with codes, numbers and Meta's own words.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="facts", verbose_name=_("channel"))
    slot = models.CharField(_("matter"), max_length=100)
    told = models.JSONField(_("what was told"), default=dict)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("what WhatsApp says")
        verbose_name_plural = _("what WhatsApp says")
        constraints = [models.UniqueConstraint(fields=["channel", "slot"], name="account_fact_once")]

    def __str__(self) -> str:
        return self.slot


class VolumeTier(models.Model):
    """From when on a business account pays a volume tier's rates: Meta may tell it several times, the smallest time counts (facts §6)."""

    waba_id = models.CharField(_("account"), max_length=32)
    category = models.CharField(_("category"), max_length=40)
    region = models.CharField(_("region"), max_length=80)
    month = models.CharField(_("month"), max_length=10)
    tier = models.CharField(_("tier"), max_length=80)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("volume tier")
        verbose_name_plural = _("volume tiers")
        ordering = ["-since"]
        constraints = [
            models.UniqueConstraint(fields=["waba_id", "category", "region", "month", "tier"], name="volume_tier_once")
        ]

    def __str__(self) -> str:
        return f"{self.region} · {self.category} · {self.month}: {self.tier}"
