from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from conversations.models.secret import SecretField
from conversations.outgoing.validators import address_is_allowed


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def active(self) -> ConnectionQuerySet:
        return self.filter(is_active=True)


class Connection(models.Model):
    """One CRM, help desk or address that is told what happens here (S1). How it is doing is its ConnectionHealth."""

    class Kind(models.TextChoices):
        WEBHOOK = "webhook", _("Signed webhook")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.WEBHOOK)
    name = models.CharField(_("name"), max_length=80, unique=True)
    url = models.URLField(
        _("address"), max_length=500, validators=[address_is_allowed], help_text=_("Called for each change.")
    )
    secret = SecretField(_("secret"), blank=True)
    former_secret = SecretField(_("secret before"), blank=True)  # signs too, for a day after a change
    secret_set_at = models.DateTimeField(_("secret set"), null=True, blank=True, editable=False)  # machine time
    is_active = models.BooleanField(_("active"), default=True, help_text=_("While it is off, nothing is kept for it."))
    sends_contacts = models.BooleanField(_("contacts"), default=True, help_text=_("New and changed contacts."))
    sends_messages = models.BooleanField(
        _("messages"), default=True, help_text=_("Messages both ways, with what became of them.")
    )
    sends_conversations = models.BooleanField(_("conversations"), default=True, help_text=_("Opened and resolved."))

    objects = ConnectionQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["secret", "former_secret"])

    class Meta:
        verbose_name = _("CRM connection")
        verbose_name_plural = _("CRM connections")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ConnectionHealth(models.Model):
    """How a connection is doing: written by the engine after each call. Machine times.

    working <-> struggling (1 to 4 unreachable in a row) -> resting until paused_until -> one probe -> working, or rests longer
    stopped: the receiver answered 410 and the connection was switched off
    """

    class State(models.TextChoices):
        NEW = "new", _("Nothing sent yet")
        WORKING = "working", _("Working")
        STRUGGLING = "struggling", _("Answers badly")
        RESTING = "resting", _("Not reachable")
        STOPPED = "stopped", _("Switched off by the receiver")

    connection = models.OneToOneField(
        Connection, on_delete=models.CASCADE, related_name="health", verbose_name=_("connection")
    )
    state = models.CharField(_("state"), max_length=12, choices=State.choices, default=State.NEW)
    failures = models.PositiveIntegerField(_("unreachable in a row"), default=0)
    paused_until = models.DateTimeField(_("rests until"), null=True, blank=True)
    last_success_at = models.DateTimeField(_("last success"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=400, blank=True)
    last_error_at = models.DateTimeField(_("last error at"), null=True, blank=True)

    class Meta:
        verbose_name = _("health of a connection")
        verbose_name_plural = _("health of connections")

    def __str__(self) -> str:
        return f"{self.connection}: {self.get_state_display()}"

    def rests(self, at: datetime) -> bool:
        return self.paused_until is not None and self.paused_until > at
