from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.channel import Channel
from conversations.models.contact import Contact


class Group(models.Model):
    """A WhatsApp group of the official Groups API: at most eight participants, joined by invite link (facts §7).

    requested -> active -> deleted      (the answer to a request comes by webhook, linked by `request_id`)
        |
        v
      failed
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        ACTIVE = "active", _("Active")
        DELETED = "deleted", _("Deleted")
        FAILED = "failed", _("Not created")

    class Approval(models.TextChoices):
        UNKNOWN = "", _("Not known")
        AUTO = "auto_approve", _("By link, at once")
        REQUIRED = "approval_required", _("By link, once approved")

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="groups", verbose_name=_("channel"))
    group_id = models.CharField(_("group id"), max_length=128, blank=True)  # empty: requested, or failed
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    status = models.CharField(_("status"), max_length=9, choices=Status.choices, default=Status.ACTIVE)
    subject = models.CharField(_("subject"), max_length=128, blank=True)
    description = models.TextField(_("description"), blank=True)
    invite_link = models.URLField(_("invite link"), blank=True)
    approval = models.CharField(
        _("joining"), max_length=18, choices=Approval.choices, default=Approval.UNKNOWN, blank=True
    )
    picture_sha256 = models.CharField(_("picture's hash"), max_length=64, blank=True)
    is_suspended = models.BooleanField(_("suspended"), default=False)
    problem = models.CharField(_("error"), max_length=40, blank=True)  # Meta's code of what it last refused
    created_at = models.DateTimeField(_("created"))
    told = models.JSONField(_("told at"), default=dict, blank=True)  # matter -> unix seconds: what is told later counts

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = [
            models.UniqueConstraint(fields=["channel", "group_id"], condition=~models.Q(group_id=""), name="group_once")
        ]

    def __str__(self) -> str:
        return self.subject or self.group_id


class ParticipantQuerySet(models.QuerySet["GroupParticipant"]):
    def present(self) -> ParticipantQuerySet:
        return self.filter(models.Q(left_at__isnull=True) | models.Q(joined_at__gt=models.F("left_at")))


class GroupParticipant(models.Model):
    """Somebody who is, or was, in a group. The later of the two times says which, in whatever order they are told."""

    class LeftBy(models.TextChoices):
        NOBODY = "", _("–")
        PARTICIPANT = "participant", _("Left")
        BUSINESS = "business", _("Removed")

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="participants", verbose_name=_("group"))
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("contact")
    )
    joined_at = models.DateTimeField(_("joined"), null=True, blank=True)
    left_at = models.DateTimeField(_("left"), null=True, blank=True)
    left_by = models.CharField(_("how"), max_length=11, choices=LeftBy.choices, default=LeftBy.NOBODY, blank=True)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["joined_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["group", "contact"], name="group_participant_once")]

    def __str__(self) -> str:
        return str(self.contact)

    @property
    def is_present(self) -> bool:
        return self.joined_at is not None and (self.left_at is None or self.joined_at > self.left_at)

    def was_present(self, at: datetime) -> bool:
        return self.is_present and self.joined_at is not None and self.joined_at <= at


class GroupJoinRequest(models.Model):
    """Somebody asks to join a group whose members are approved."""

    class State(models.TextChoices):
        OPEN = "open", _("Waits")
        JOINED = "joined", _("Joined")
        REVOKED = "revoked", _("Taken back")
        REJECTED = "rejected", _("Rejected")

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="join_requests", verbose_name=_("group"))
    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="+", verbose_name=_("contact"))
    request_id = models.CharField(_("request"), max_length=128)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    asked_at = models.DateTimeField(_("asked"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        verbose_name = _("join request")
        verbose_name_plural = _("join requests")
        constraints = [models.UniqueConstraint(fields=["group", "request_id"], name="group_join_request_once")]

    def __str__(self) -> str:
        return f"{self.contact} → {self.group}"
