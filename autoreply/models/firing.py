from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from autoreply.models.rule import Rule, Variant
from conversations.models import Contact, Conversation, Message


class FiringQuerySet(models.QuerySet["Firing"]):
    def of(self, contact_id: int, since: datetime) -> FiringQuerySet:
        return self.filter(contact=contact_id, at__gte=since).order_by("-at", "-pk")


class Firing(models.Model):
    """What automation decided once: a message sent, withheld, a conversation handed over or put first. Holds no
    texts (D16).

    `key` names the occasion ("message:17", "closing:5:…") and is unique: a step or a round that runs again finds its
    own decision.
    Caps, minimum intervals and "never the same variant twice running" are read from here.
    """

    class Outcome(models.TextChoices):
        SENT = "sent", _("Sent")
        SKIPPED = "skipped", _("Withheld")
        HANDED_OVER = "handed_over", _("Handed to a person")
        PUT_FIRST = "put_first", _("Put first")

    key = models.CharField(_("occasion"), max_length=80, unique=True, error_messages={"unique": _("Decided already.")})
    rule = models.ForeignKey(Rule, on_delete=models.SET_NULL, null=True, related_name="firings", verbose_name=_("rule"))
    rule_key = models.CharField(_("rule's key"), max_length=80, blank=True)
    trigger = models.CharField(_("trigger"), max_length=20)
    variant = models.ForeignKey(
        Variant, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("variant")
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="+",
        verbose_name=_("contact"),  # firing_recent serves
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="firings", verbose_name=_("conversation")
    )
    message = models.ForeignKey(
        Message,
        on_delete=models.SET_NULL,
        null=True,
        db_index=False,  # `key` serves
        related_name="+",
        verbose_name=_("customer's message"),
    )
    answer = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, db_index=False, related_name="+", verbose_name=_("answer")
    )
    at = models.DateTimeField(_("at"))
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome.choices)
    why = models.CharField(_("why"), max_length=40, blank=True)
    late = models.DurationField(_("late by"), default=timedelta(), help_text=_("After the time it fell due (A15)."))

    objects = FiringQuerySet.as_manager()

    class Meta:
        verbose_name = _("decision of automation")
        verbose_name_plural = _("decisions of automation")
        indexes = [
            models.Index(fields=["contact", "-at"], name="firing_recent"),  # caps and intervals of a contact
            models.Index(fields=["-at", "-id"], name="firing_latest"),  # the admin list
        ]

    def __str__(self) -> str:
        return f"{self.rule_key or self.trigger}: {self.get_outcome_display()}"
