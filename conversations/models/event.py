from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler
from django.utils.translation import gettext_lazy as _

from conversations.journal.kinds import kinds
from conversations.models.channel import Channel
from conversations.models.contact import Contact
from conversations.models.conversation import Conversation


class TransactionId(models.Func):
    """The id of the writing transaction on PostgreSQL, 0 elsewhere (D27)."""

    function = "pg_current_xact_id"
    output_field = models.BigIntegerField()

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, list[Any]]:
        return "(pg_current_xact_id()::text::bigint)", []

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        return "0", []


class Event(models.Model):
    """One append-only row saying what happened, when, by whom and why (ARCHITECTURE, journal).

    Holds ids, codes and numbers, never a customer's texts, names or numbers (D16). No database constraints on its references:
    a writer must not wait for a row lock to say what it did, and erasing a row keeps the figures.
    """

    transaction = models.BigIntegerField(_("transaction"), db_default=TransactionId(), editable=False)
    kind = models.CharField(_("kind"), max_length=40, choices=kinds)
    at = models.DateTimeField(_("at"))  # business time
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,  # event_timeline serves
        null=True,
        related_name="events",
        verbose_name=_("conversation"),
    )
    contact = models.ForeignKey(
        Contact,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="+",
        verbose_name=_("contact"),
    )
    channel = models.ForeignKey(
        Channel,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
        verbose_name=_("channel"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
        verbose_name=_("person"),
    )
    by = models.CharField(_("by"), max_length=80)  # "user:giulia", "rule:welcome", "customer", "system:windows"
    data = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("journal")
        indexes = [
            models.Index(fields=["transaction", "id"], name="event_bookmark"),  # readers
            models.Index(fields=["conversation", "id"], name="event_timeline"),  # the conversation's timeline
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Bookmark(models.Model):
    """How far one reader of the journal has read (D27)."""

    reader = models.CharField(_("reader"), max_length=60, unique=True)
    transaction = models.BigIntegerField(_("transaction"), default=0)
    event_id = models.BigIntegerField(_("event"), default=0)
    read_at = models.DateTimeField(_("read"), null=True, blank=True)  # machine time

    class Meta:
        verbose_name = _("bookmark")
        verbose_name_plural = _("bookmarks")

    def __str__(self) -> str:
        return self.reader


class ParkedEvent(models.Model):
    """An event one reader failed on: it went on without it, and staff can have it read again."""

    reader = models.CharField(_("reader"), max_length=60)
    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="parked", db_constraint=False, verbose_name=_("event")
    )
    problem = models.CharField(_("problem"), max_length=500)
    parked_at = models.DateTimeField(_("parked"))

    class Meta:
        verbose_name = _("parked event")
        verbose_name_plural = _("parked events")
        constraints = [models.UniqueConstraint(fields=["reader", "event"], name="parked_event_once")]

    def __str__(self) -> str:
        return f"{self.reader}: {self.event_id}"


class ParkedStep(models.Model):
    """A pipeline step that failed three times on one message; the steps after it went on (D22)."""

    message = models.ForeignKey(
        "conversations.Message", on_delete=models.CASCADE, related_name="parked_steps", verbose_name=_("message")
    )
    step = models.CharField(_("step"), max_length=80)
    problem = models.CharField(_("problem"), max_length=500)
    parked_at = models.DateTimeField(_("parked"))
    replayed_at = models.DateTimeField(_("replayed"), null=True, blank=True)

    class Meta:
        verbose_name = _("parked step")
        verbose_name_plural = _("parked steps")
        constraints = [models.UniqueConstraint(fields=["message", "step"], name="parked_step_once")]

    def __str__(self) -> str:
        return f"{self.step}: {self.message_id}"
