from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.channel import Channel
from conversations.models.message import Message


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, at: datetime) -> DeliveryQuerySet:
        return self.filter(status=Delivery.Status.RECEIVED, due_at__lte=at)


class Delivery(models.Model):
    """One webhook POST exactly as it came, committed before the 200 (C11). Written by the door with plain SQL: keep the columns in step.

    received -> processed
       |  ^ tried again with backoff
       v  | replayed by staff
     parked
    """

    class Status(models.TextChoices):
        RECEIVED = "received", _("Received")
        PROCESSED = "processed", _("Processed")
        PARKED = "parked", _("Parked")

    received_at = models.DateTimeField(_("received"))  # machine time
    body = models.BinaryField(_("body"))
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.RECEIVED)
    due_at = models.DateTimeField(_("due"))
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    processed_at = models.DateTimeField(_("processed"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook delivery")
        verbose_name_plural = _("webhook deliveries")
        indexes = [
            models.Index(fields=["id"], name="delivery_due", condition=models.Q(status="received")),  # the processor
            models.Index(fields=["id"], name="delivery_parked", condition=models.Q(status="parked")),  # the parked list
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def unknown(self) -> AttemptQuerySet:
        """Of which nobody knows whether Meta took them: no answer came, and no status either (D4)."""
        unanswered = models.Q(ended_at__isnull=True, wamid="", error_code="") | models.Q(error_code="unconfirmed")
        return self.filter(unanswered, delivered_at__isnull=True)


class Attempt(models.Model):
    """One call to Meta for an outbound message, committed just before the call (D3).

    Without `ended_at` the process died during it: whether Meta got the message is not known.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="attempts", verbose_name=_("message"))
    number = models.PositiveSmallIntegerField(_("number"))
    started_at = models.DateTimeField(_("started"))  # machine time
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    error_code = models.CharField(_("error"), max_length=40, blank=True)
    detail = models.CharField(_("details"), max_length=500, blank=True)
    wamid = models.CharField(_("WhatsApp id"), max_length=200, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)  # only where a message had several

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [models.UniqueConstraint(fields=["message", "number"], name="attempt_once")]

    def __str__(self) -> str:
        return f"{self.message_id} · {self.number}"

    @property
    def opaque(self) -> str:
        """What goes into Meta's biz_opaque_callback_data, so that a status can settle a send we never heard back from (D4)."""
        return f"sportello-{self.message_id}/{self.number}"

    @property
    def has_failed(self) -> bool:
        """Meta said that it did not take this one, or did not deliver it."""
        return self.error_code not in {"", "unconfirmed"}


class EarlyStatus(models.Model):
    """A status whose message we do not know yet: it came before our POST returned. Applied as soon as the wamid is known (C12)."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="+", verbose_name=_("channel"))
    wamid = models.CharField(_("WhatsApp id"), max_length=200)
    status = models.CharField(_("status"), max_length=24)
    data = models.JSONField(_("status as it came"), default=dict)
    received_at = models.DateTimeField(_("received"))  # machine time

    class Meta:
        verbose_name = _("early status")
        verbose_name_plural = _("early statuses")
        constraints = [models.UniqueConstraint(fields=["wamid", "status"], name="early_status_once")]

    def __str__(self) -> str:
        return f"{self.status} {self.wamid}"
