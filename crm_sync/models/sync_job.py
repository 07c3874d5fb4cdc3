from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from crm_sync.models.connection import Connection


class ObjectKind(models.TextChoices):
    CONTACT = "contact", _("Contact")
    CONVERSATION = "conversation", _("Conversation")
    MESSAGE = "message", _("Message")


class SyncJobQuerySet(models.QuerySet["SyncJob"]):
    def unfinished(self) -> SyncJobQuerySet:
        return self.filter(status__in=[SyncJob.Status.PENDING, SyncJob.Status.SENDING])

    def dead(self) -> SyncJobQuerySet:
        return self.filter(status=SyncJob.Status.DEAD)

    def lapsed(self, at: datetime) -> SyncJobQuerySet:
        """Taken by a worker that has not been heard of since."""
        return self.filter(status=SyncJob.Status.SENDING, lease_until__lt=at)


class SyncJob(models.Model):
    """One change to tell one connection, written by the journal's reader (D15, S10). Machine times, but for `body`.

    pending -> sending -> sent
       ^          |
       |          +-> pending   failed: due again later. The lease lapsed: due at once, with the same webhook_id
       |          +-> dead      refused for good, or after the last try
       +--replay-------+
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        DEAD = "dead", _("Given up")

    TRANSITIONS = {
        Status.PENDING: {Status.SENDING},
        Status.SENDING: {Status.SENT, Status.PENDING, Status.DEAD},
        Status.SENT: set(),
        Status.DEAD: {Status.PENDING},
    }

    connection = models.ForeignKey(
        Connection,
        on_delete=models.CASCADE,
        db_index=False,  # sync_job_next and the unique constraint serve
        related_name="jobs",
        verbose_name=_("connection"),
    )
    event_id = models.BigIntegerField(_("event"))
    kind = models.CharField(
        _("kind"), max_length=40
    )  # the journal's; no choices, which would tie migrations of two floors
    object_kind = models.CharField(_("what"), max_length=16, choices=ObjectKind.choices)
    object_id = models.BigIntegerField(_("its number"))
    order_key = models.CharField(
        _("in order with"), max_length=40
    )  # "contact:12", or "group:3": what must not overtake what
    webhook_id = models.UUIDField(_("webhook id"), default=uuid.uuid4, editable=False)
    body = models.JSONField(_("body"))
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.PENDING)
    tries = models.PositiveIntegerField(_("tries"), default=0)
    refusals = models.PositiveSmallIntegerField(
        _("tries that count"), default=0
    )  # not those while nobody was reachable
    created_at = models.DateTimeField(_("written"))
    due_at = models.DateTimeField(_("due"))
    claim = models.UUIDField(_("claim"), null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=400, blank=True)

    objects = SyncJobQuerySet.as_manager()

    class Meta:
        verbose_name = _("CRM job")
        verbose_name_plural = _("CRM jobs")
        constraints = [models.UniqueConstraint(fields=["connection", "event_id"], name="sync_job_once")]
        indexes = [
            models.Index(  # the engine: what comes next, and what has to wait for it
                fields=["connection", "id"], name="sync_job_next", condition=models.Q(status__in=["pending", "sending"])
            ),
            models.Index(fields=["due_at"], name="sync_job_due", condition=models.Q(status="pending")),  # the sweep
            models.Index(
                fields=["lease_until"], name="sync_job_lease", condition=models.Q(status="sending")
            ),  # the sweep
            models.Index(
                fields=["connection", "-id"], name="sync_job_dead", condition=models.Q(status="dead")
            ),  # dead letters
            models.Index(
                fields=["sent_at"], name="sync_job_sent", condition=models.Q(status="sent")
            ),  # forgetting old ones
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"

    @property
    def message_id(self) -> str:
        """The webhook-id header."""
        return f"msg_{self.webhook_id.hex}"
