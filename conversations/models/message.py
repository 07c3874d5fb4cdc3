from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.channel import Channel
from conversations.models.contact import Contact
from conversations.models.conversation import Conversation
from conversations.models.template import Template

LONG_WAIT = timedelta(minutes=5)  # a paused template, a marketing cap: a condition, not an order of things


class Direction(models.TextChoices):
    INBOUND = "inbound", _("In")
    OUTBOUND = "outbound", _("Out")


class Origin(models.TextChoices):
    """Who wrote it (D5)."""

    CUSTOMER = "customer", _("Customer")
    AGENT = "agent", _("Agent")
    RULE = "rule", _("Automatic reply")
    FLOW = "flow", _("Flow")
    CAMPAIGN = "campaign", _("Campaign")
    SYSTEM = "system", _("System")
    PHONE = "phone", _("Business app")  # an echo of a coexistence number


class MessageStatus(models.TextChoices):
    RECEIVED = "received", _("Received")
    SCHEDULED = "scheduled", _("Scheduled")
    HELD = "held", _("Held back")
    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Sending")
    UNCONFIRMED = "unconfirmed", _("Unconfirmed")
    SENT = "sent", _("Sent")
    DELIVERED = "delivered", _("Delivered")
    READ = "read", _("Read")
    PLAYED = "played", _("Played")
    FAILED = "failed", _("Not delivered")
    CANCELLED = "cancelled", _("Cancelled")


class Lane(models.IntegerChoices):
    """Agents' answers go before automatic ones, those before bulk (C30)."""

    AGENT = 0, _("Agent")
    AUTOMATIC = 1, _("Automatic")
    BULK = 2, _("Bulk")


class MessageQuerySet(models.QuerySet["Message"]):
    def inbound(self) -> MessageQuerySet:
        return self.filter(direction=Direction.INBOUND)

    def outbound(self) -> MessageQuerySet:
        return self.filter(direction=Direction.OUTBOUND)

    def automatic(self) -> MessageQuerySet:
        return self.filter(origin__in=[Origin.RULE, Origin.FLOW, Origin.CAMPAIGN])

    def waiting_for_pipeline(self, at: datetime) -> MessageQuerySet:
        return self.filter(step_due_at__isnull=False, step_due_at__lte=at)

    def sendable(self, *, business: datetime, machine: datetime) -> MessageQuerySet:
        """Queued, and due on both clocks; in order of lane, then of the places in the line."""
        due = models.Q(retry_at__isnull=True) | models.Q(retry_at__lte=machine)
        return self.filter(due, status=MessageStatus.QUEUED, not_before__lte=business).order_by("lane", "turn", "id")

    def held(self) -> MessageQuerySet:
        """Held back by a cap; those that go first, first."""
        return self.filter(status=MessageStatus.HELD).order_by("not_before", "lane", "turn", "id")

    def heads(self, *, machine: datetime) -> MessageQuerySet:
        """Only what no earlier message of the same conversation waits before: no overtaking within a conversation.

        But for two cases: what a person writes never waits for an automatic message in backoff, and nobody for one that waits for hours.
        """
        queued = Message.objects.filter(conversation=models.OuterRef("conversation"), status=MessageStatus.QUEUED)
        held_back = queued.filter(retry_at__gt=machine, id__lte=models.OuterRef("id"))  # it, or what it waits for
        as_urgent = models.Q(lane__lte=models.OuterRef("lane"))
        earlier = Message.objects.filter(
            models.Q(status=MessageStatus.SENDING) | as_urgent | ~models.Exists(held_back),
            conversation=models.OuterRef("conversation"),
            status__in=[MessageStatus.QUEUED, MessageStatus.SENDING],
            id__lt=models.OuterRef("id"),
        ).exclude(retry_at__gt=machine + LONG_WAIT)
        return self.exclude(models.Exists(earlier))


class Message(models.Model):
    """One inbound or outbound item of a conversation. Outbound rows are the outbox itself (D3):

        scheduled -> held -> queued -> sending -> sent -> delivered -> read -> played
                               ^          |  \\
                               |          |   unconfirmed -> (a status settles it, or D4)
                               +--retry---+-> failed          cancelled (before sending)
    """

    RANK = {
        MessageStatus.SCHEDULED: 0,
        MessageStatus.HELD: 0,
        MessageStatus.CANCELLED: 0,  # Meta had it after all: its status tells the truth
        MessageStatus.QUEUED: 1,
        MessageStatus.SENDING: 2,
        MessageStatus.UNCONFIRMED: 2,
        MessageStatus.SENT: 3,
        MessageStatus.FAILED: 4,  # may follow "sent", never "delivered" (facts §5)
        MessageStatus.DELIVERED: 5,
        MessageStatus.READ: 6,
        MessageStatus.PLAYED: 7,
    }

    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.PROTECT,
        db_index=False,  # message_thread serves
        related_name="messages",
        verbose_name=_("conversation"),
    )
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, db_index=False, related_name="+", verbose_name=_("channel")
    )
    direction = models.CharField(_("direction"), max_length=8, choices=Direction.choices)
    origin = models.CharField(_("origin"), max_length=10, choices=Origin.choices)
    type = models.CharField(_("type"), max_length=24, default="text")
    status = models.CharField(_("status"), max_length=12, choices=MessageStatus.choices)
    text = models.TextField(_("text"), blank=True)  # what people read and search: body, caption or the tapped title
    payload = models.JSONField(_("content"), default=dict, blank=True)  # the typed object as Meta sends or takes it
    wamid = models.CharField(_("WhatsApp id"), max_length=200, null=True, blank=True)
    sender_contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    sender_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        db_index=False,  # client_key_once serves
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agent"),
    )
    reply_to_wamid = models.CharField(_("answers"), max_length=200, blank=True)
    trigger = models.CharField(_("trigger"), max_length=40, blank=True)
    rule_key = models.CharField(_("rule"), max_length=80, blank=True)
    template = models.ForeignKey(
        Template, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("template")
    )
    timestamp = models.DateTimeField(_("written"))  # the customer's clock for inbound, ours for outbound
    created_at = models.DateTimeField(_("stored"))
    edited_at = models.DateTimeField(_("edited"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted by the customer"), null=True, blank=True)

    # Inbound: how far the pipeline got. `step_due_at` empty: finished, or never to run (D21, D22).
    step = models.PositiveSmallIntegerField(_("next step"), default=0)
    step_tries = models.PositiveSmallIntegerField(_("tries of this step"), default=0)
    step_due_at = models.DateTimeField(_("next step due"), null=True, blank=True)

    # Outbound: the outbox (D3). Machine times, but for those that people set.
    lane = models.PositiveSmallIntegerField(_("lane"), choices=Lane.choices, default=Lane.AGENT)
    turn = models.DateTimeField(_("place in the line"), null=True, blank=True)  # within its lane (outbox/line.py)
    scheduled_for = models.DateTimeField(_("to be sent at"), null=True, blank=True)  # as its writer asked (C32)
    not_before = models.DateTimeField(_("not before"), null=True, blank=True)
    hold_code = models.CharField(_("held back for"), max_length=20, blank=True)  # which cap (outbox/caps/words.py)
    released = models.BooleanField(_("released by hand"), default=False)  # the business's own caps hold it no more
    initiated = models.BooleanField(_("begun by us"), default=False)  # written while no service window was open
    retry_at = models.DateTimeField(_("tried again"), null=True, blank=True)
    claimed_at = models.DateTimeField(_("taken by a worker"), null=True, blank=True)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    requeued = models.BooleanField(_("queued once more"), default=False)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True, blank=True)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)
    played_at = models.DateTimeField(_("played"), null=True, blank=True)
    failed_at = models.DateTimeField(_("failed"), null=True, blank=True)
    error_code = models.CharField(_("error"), max_length=40, blank=True)
    error_detail = models.CharField(_("error's details"), max_length=500, blank=True)
    pricing = models.JSONField(_("pricing"), default=dict, blank=True)
    client_key = models.CharField(_("sender's key"), max_length=120, null=True, blank=True)  # Idempotency-Key (C32)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [
            models.UniqueConstraint(fields=["wamid"], name="wamid_once"),  # C12
            models.UniqueConstraint(fields=["sender_user", "client_key"], name="client_key_once"),
            models.CheckConstraint(
                condition=models.Q(direction="inbound", status="received") | models.Q(direction="outbound"),
                name="inbound_is_received",
            ),
        ]
        indexes = [
            models.Index(fields=["conversation", "timestamp", "id"], name="message_thread"),  # the thread
            models.Index(
                fields=["step_due_at"], name="message_pipeline", condition=models.Q(step_due_at__isnull=False)
            ),
            models.Index(  # whose answer failed (the sweep), and how many did lately (admin's first page)
                fields=["failed_at"], name="message_failed", condition=models.Q(status="failed")
            ),
            models.Index(  # the next to send of a channel
                fields=["channel", "lane", "turn", "id"], name="message_outbox", condition=models.Q(status="queued")
            ),
            models.Index(  # scheduled and held ones whose time has come
                fields=["not_before"], name="message_falls_due", condition=models.Q(status__in=["scheduled", "held"])
            ),
            models.Index(  # what a channel holds back and why, and its last batch
                fields=["channel", "hold_code", "not_before"], name="message_held", condition=models.Q(status="held")
            ),
            models.Index(  # how often we began lately
                fields=["conversation", "not_before"], name="message_initiated", condition=models.Q(initiated=True)
            ),
            models.Index(  # ordering within a conversation, and settling what hangs
                fields=["conversation", "id"],
                name="message_on_its_way",
                condition=models.Q(status__in=["scheduled", "held", "queued", "sending", "unconfirmed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_direction_display()} {self.pk}"


class ReactionQuerySet(models.QuerySet["Reaction"]):
    def standing(self) -> ReactionQuerySet:
        """Without those taken back, whose empty rows only say when."""
        return self.exclude(emoji="")


class Reaction(models.Model):
    """An emoji on a message; a newer one of the same person replaces it, an empty one removes it (facts §3).

    The business has one on each message, whoever of its people chose it.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="reactions", verbose_name=_("message"))
    contact = models.ForeignKey(
        Contact, on_delete=models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("customer")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("agent"),
    )
    emoji = models.CharField(_("emoji"), max_length=32)
    at = models.DateTimeField(_("at"))

    objects = ReactionQuerySet.as_manager()

    class Meta:
        verbose_name = _("reaction")
        verbose_name_plural = _("reactions")
        constraints = [
            models.UniqueConstraint(fields=["message", "contact"], name="one_reaction_each"),
            models.UniqueConstraint(
                fields=["message"], condition=models.Q(contact__isnull=True), name="one_reaction_of_ours"
            ),
        ]

    def __str__(self) -> str:
        return self.emoji


class MessageVersion(models.Model):
    """What a message said before the customer edited it (C13)."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="versions", verbose_name=_("message"))
    text = models.TextField(_("text"), blank=True)
    payload = models.JSONField(_("content"), default=dict)
    until = models.DateTimeField(_("until"))
    wamid = models.CharField(_("edit's WhatsApp id"), max_length=200)

    class Meta:
        verbose_name = _("earlier version")
        verbose_name_plural = _("earlier versions")
        constraints = [models.UniqueConstraint(fields=["wamid"], name="edit_once")]

    def __str__(self) -> str:
        return f"{self.message_id} ≤ {self.until:%Y-%m-%d %H:%M}"
