from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.channel import Channel
from conversations.models.contact import Contact
from conversations.models.department import Department
from conversations.models.group import Group
from conversations.models.tag import Tag


class Priority(models.IntegerChoices):
    """Smaller is sooner, so that the pool sorts by it (D44, R8)."""

    URGENT = 0, _("Urgent")
    HIGH = 1, _("High")
    NORMAL = 2, _("Normal")
    LOW = 3, _("Low")


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def active(self) -> ConversationQuerySet:
        return self.filter(status__in=Conversation.ACTIVE)

    def open(self) -> ConversationQuerySet:
        return self.filter(status=Conversation.Status.OPEN)

    def unassigned(self) -> ConversationQuerySet:
        return self.filter(assignee__isnull=True)

    def waiting(self) -> ConversationQuerySet:
        """The customer wrote last and nobody has answered yet."""
        return self.filter(waiting_since__isnull=False)

    def closing_soon(self, now: datetime) -> ConversationQuerySet:
        """Active ones whose service window is about to close (C21)."""
        return self.active().filter(window_state=Conversation.WindowState.CLOSING, window_ends_at__gt=now)


class Conversation(models.Model):
    """One ticket with one contact (or group) on one channel, from the first message until resolved (D2, D42).

    (new or any inbound message) -> open <-> pending   waits for the customer or somebody else
                                     |  ^ <-> snoozed   until a time, or the next message
                                     v  | a message within the channel's reopen time, or by hand
                                   resolved
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        PENDING = "pending", _("Pending")
        SNOOZED = "snoozed", _("Snoozed")
        RESOLVED = "resolved", _("Resolved")

    class WindowState(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSING = "closing", _("Closes soon")
        TEMPLATE_ONLY = "template_only", _("Template only")
        SURCHARGE = "surcharge", _("Surcharge")

    ACTIVE = (Status.OPEN, Status.PENDING, Status.SNOOZED)
    TRANSITIONS = {
        Status.OPEN: {Status.PENDING, Status.SNOOZED, Status.RESOLVED},
        Status.PENDING: {Status.OPEN, Status.SNOOZED, Status.RESOLVED},
        Status.SNOOZED: {Status.OPEN, Status.PENDING, Status.RESOLVED},
        Status.RESOLVED: {Status.OPEN},
    }

    contact = models.ForeignKey(
        Contact,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("contact"),
    )
    group = models.ForeignKey(
        Group, on_delete=models.PROTECT, null=True, blank=True, related_name="conversations", verbose_name=_("group")
    )
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, related_name="conversations", verbose_name=_("channel")
    )
    status = models.CharField(_("status"), max_length=10, choices=Status.choices, default=Status.OPEN)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    department = models.ForeignKey(
        Department,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="conversations",
        verbose_name=_("department"),
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="assigned_conversations",
        verbose_name=_("agent"),
    )
    # Why it is where it is: a code of conversations/reasons.py with its words, so that it can be said in any language.
    reason_code = models.CharField(_("reason"), max_length=40, blank=True)
    reason_data = models.JSONField(_("reason's details"), default=dict, blank=True)
    tags = models.ManyToManyField(Tag, blank=True, related_name="conversations", verbose_name=_("tags"))
    topic = models.CharField(_("what it was about"), max_length=80, blank=True)
    outcome = models.CharField(_("outcome"), max_length=40, blank=True)

    opened_at = models.DateTimeField(_("opened"))
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    snoozed_until = models.DateTimeField(_("snoozed until"), null=True, blank=True)
    last_activity_at = models.DateTimeField(_("last activity"))
    last_message = models.ForeignKey(
        "Message", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("last message")
    )
    last_inbound_at = models.DateTimeField(_("customer's last message"), null=True, blank=True)
    last_agent_at = models.DateTimeField(_("last answer by a person"), null=True, blank=True)
    waiting_since = models.DateTimeField(_("waiting since"), null=True, blank=True)
    first_response_at = models.DateTimeField(_("first response"), null=True, blank=True)
    unread = models.PositiveIntegerField(_("unread"), default=0)
    # After "a person, please", or when the cap of automatic messages is reached, nothing automatic follows (A5).
    needs_person = models.BooleanField(_("needs a person"), default=False)

    # Facts that floors above write down here, so that list, filter and sort need no other floor (D8).
    sla_due_at = models.DateTimeField(_("service level due"), null=True, blank=True)
    sla_kind = models.CharField(_("service level"), max_length=20, blank=True)
    sla_state = models.CharField(_("service level state"), max_length=12, blank=True)
    intent = models.CharField(_("intent"), max_length=40, blank=True)
    sentiment = models.FloatField(_("sentiment"), null=True, blank=True)
    window_ends_at = models.DateTimeField(_("service window ends"), null=True, blank=True)
    window_state = models.CharField(
        _("window"), max_length=14, choices=WindowState.choices, default=WindowState.TEMPLATE_ONLY
    )
    window_moves_at = models.DateTimeField(_("window's next change"), null=True, blank=True)

    # Until when what is queued here has taken its places in the line (outbox/line.py). Machine time.
    line_at = models.DateTimeField(_("places in the line until"), null=True, blank=True, editable=False)

    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )
    # The customer's past in the business app: to be read, in no figure, and nobody's work (C13).
    is_imported = models.BooleanField(_("from the business app's past"), default=False)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(contact__isnull=False, group__isnull=True)
                | models.Q(contact__isnull=True, group__isnull=False),
                name="conversation_with_contact_or_group",
                violation_error_message=_("A conversation is with one contact or with one group."),
            ),
            models.UniqueConstraint(
                fields=["contact", "channel"],
                condition=models.Q(status__in=["open", "pending", "snoozed"], contact__isnull=False),
                name="one_active_conversation",
                violation_error_message=_("This contact already has an active conversation on this channel."),
            ),
            models.UniqueConstraint(
                fields=["contact", "channel"],
                condition=models.Q(is_imported=True),
                name="one_imported_conversation",
                violation_error_message=_("This contact's past in the business app is in another conversation."),
            ),
            models.UniqueConstraint(
                fields=["group"],
                condition=models.Q(status__in=["open", "pending", "snoozed"], group__isnull=False),
                name="one_active_group_conversation",
                violation_error_message=_("This group already has an active conversation."),
            ),
        ]
        indexes = [
            models.Index(fields=["-last_activity_at", "-id"], name="conv_recent"),  # the list "all"
            models.Index(
                fields=["assignee", "status", "-last_activity_at"], name="conv_mine"
            ),  # the list "mine", and load
            models.Index(
                fields=["department", "status", "priority", "waiting_since"], name="conv_pool"
            ),  # a team's pool
            models.Index(fields=["contact", "channel", "-id"], name="conv_latest"),  # ingest: the one to join or reopen
            models.Index(  # the window round each minute
                fields=["window_moves_at"], name="conv_windows_due", condition=models.Q(window_moves_at__isnull=False)
            ),
            models.Index(  # the list of those that close soon
                fields=["window_ends_at"], name="conv_windows_closing", condition=models.Q(window_state="closing")
            ),
            models.Index(  # after-hours round: who still waits
                fields=["waiting_since"], name="conv_waiting", condition=models.Q(waiting_since__isnull=False)
            ),
            models.Index(  # waking snoozed ones
                fields=["snoozed_until"], name="conv_snoozed", condition=models.Q(status="snoozed")
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number}"

    @property
    def number(self) -> int:
        """The short number customers and staff quote (C17). It is the row's own."""
        return int(self.pk)

    @property
    def is_active(self) -> bool:
        return self.status in self.ACTIVE

    @property
    def counterpart(self) -> Any:
        return self.contact or self.group
