from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models import Channel, Conversation, Department


class ConversationFactQuerySet(models.QuerySet["ConversationFact"]):
    def of_channel(self, channel: Channel | None) -> ConversationFactQuerySet:
        """Of one channel; None: of all."""
        return self.filter(channel=channel) if channel else self

    def touching(self, start: datetime, end: datetime) -> ConversationFactQuerySet:
        """Opened or resolved from `start` until before `end`."""
        return self.filter(
            models.Q(opened_at__gte=start, opened_at__lt=end) | models.Q(resolved_at__gte=start, resolved_at__lt=end)
        )


class ConversationFact(models.Model):
    """What reports need to know of one conversation, in one row: kept by the journal's reader, always recomputed as a whole (P11).

    Holds ids, times and numbers only, so erasing a customer need not touch it. No database constraints on its references: the reader
    must not wait for a conversation that the pipeline has locked. Times are business time.
    """

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, db_constraint=False, related_name="+", verbose_name=_("conversation")
    )
    channel = models.ForeignKey(
        Channel,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,  # fact_opened serves
        related_name="+",
        verbose_name=_("channel"),
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.SET_NULL,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("department"),
    )
    agent = models.ForeignKey(  # the assignee, else who answered last
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        db_constraint=False,
        related_name="+",
        verbose_name=_("agent"),
    )
    opened_at = models.DateTimeField(_("opened"))
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    first_inbound_at = models.DateTimeField(_("customer's first message"), null=True)
    first_answer_at = models.DateTimeField(_("first answer"), null=True)  # by a person or automatic
    first_answer_seconds = models.FloatField(_("first answer after (seconds)"), null=True)
    first_answer_origin = models.CharField(
        _("first answer by"), max_length=10, blank=True
    )  # conversations.models.Origin
    first_response_at = models.DateTimeField(_("first answer by a person"), null=True)
    first_response_seconds = models.FloatField(_("first answer by a person after (seconds)"), null=True)
    first_automatic_at = models.DateTimeField(_("first automatic answer"), null=True)
    messages_in = models.PositiveIntegerField(_("messages in"), default=0)
    messages_out = models.PositiveIntegerField(_("messages out"), default=0)
    messages_automatic = models.PositiveIntegerField(_("of these automatic"), default=0)
    reopened = models.PositiveSmallIntegerField(_("reopened"), default=0)
    transferred = models.PositiveSmallIntegerField(_("moved to another department"), default=0)

    objects = ConversationFactQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation in figures")
        verbose_name_plural = _("conversations in figures")
        indexes = [
            models.Index(fields=["channel", "opened_at"], name="fact_opened"),  # a channel's week
            models.Index(fields=["channel", "resolved_at"], name="fact_resolved"),
            models.Index(fields=["opened_at"], name="fact_all_opened"),  # the week of all channels
            models.Index(fields=["resolved_at"], name="fact_all_resolved"),
        ]

    def __str__(self) -> str:
        return f"#{self.conversation_id}"
