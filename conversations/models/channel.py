from __future__ import annotations

import zoneinfo
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from conversations.models.caps import ChannelCaps
from conversations.models.department import Department
from conversations.models.portfolio import Portfolio
from conversations.models.secret import SecretField


def time_zone_exists(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("“%(value)s” is not a time zone, such as Europe/Rome."), params={"value": value})


class ChannelQuerySet(models.QuerySet["Channel"]):
    def sending(self) -> ChannelQuerySet:
        return self.filter(status=Channel.Status.ACTIVE)


class Channel(ChannelCaps):
    """One way customers reach us: a connected WhatsApp business number, or an API channel (C1, S13).

    setup -> active <-> stopped (token, payment or policy trouble: `status_code` is Meta's; by itself again after `stopped_until`)
               |
               v
            offline (switched off by staff; still receives)
    """

    class Kind(models.TextChoices):
        WHATSAPP = "whatsapp", _("WhatsApp number")
        API = "api", _("API channel")

    class Status(models.TextChoices):
        SETUP = "setup", _("Being set up")
        ACTIVE = "active", _("Active")
        STOPPED = "stopped", _("Stopped")
        OFFLINE = "offline", _("Switched off")

    class Quality(models.TextChoices):
        GREEN = "GREEN", _("Green")
        YELLOW = "YELLOW", _("Yellow")
        RED = "RED", _("Red")
        UNKNOWN = "UNKNOWN", _("Unknown")

    class ReadReceipts(models.TextChoices):
        NEVER = "never", _("Never")
        ANSWERED = "answered", _("When an agent answers")
        OPENED = "opened", _("When whoever answers it opens it")

    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.WHATSAPP)
    name = models.CharField(_("name"), max_length=120)
    portfolio = models.ForeignKey(
        Portfolio, on_delete=models.PROTECT, related_name="channels", verbose_name=_("portfolio")
    )
    phone_number_id = models.CharField(
        _("phone number id"), max_length=32, blank=True, validators=[RegexValidator(r"^\d*$", _("Digits only."))]
    )
    waba_id = models.CharField(_("WhatsApp business account id"), max_length=32, blank=True)
    display_phone_number = models.CharField(_("number"), max_length=32, blank=True)
    access_token = SecretField(_("access token"), blank=True)
    app_secret = SecretField(_("app secret"), blank=True)
    verify_token = SecretField(_("verify token"), blank=True)
    api_version = models.CharField(
        _("API version"),
        max_length=8,
        default="v24.0",
        validators=[RegexValidator(r"^v\d{2}\.\d$", _("Such as v24.0."))],
    )
    base_url = models.URLField(_("base URL"), default="https://graph.facebook.com")
    backup_base_url = models.URLField(_("backup base URL"), blank=True)
    daily_recipient_limit = models.PositiveIntegerField(_("unique recipients a day"), null=True, blank=True)
    quality_rating = models.CharField(_("quality"), max_length=8, choices=Quality.choices, default=Quality.UNKNOWN)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.SETUP)
    status_code = models.CharField(_("error"), max_length=40, blank=True, editable=False)
    status_detail = models.CharField(_("WhatsApp's own words"), max_length=500, blank=True, editable=False)
    stopped_until = models.DateTimeField(_("stopped until"), null=True, blank=True, editable=False)
    # Meta lets the business answer, but begin nothing (RESTRICTED_BIZ_INITIATED_MESSAGING, facts §6).
    may_begin_from = models.DateTimeField(_("may begin conversations from"), null=True, blank=True, editable=False)
    # The past of a coexistence number, taken over in chunks (facts §3).
    history_progress = models.PositiveSmallIntegerField(_("past taken over (%)"), null=True, blank=True, editable=False)
    history_declined_at = models.DateTimeField(_("past not shared"), null=True, blank=True, editable=False)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Rome", validators=[time_zone_exists])
    language = models.CharField(
        _("language"), max_length=8, choices=[("it", _("Italian")), ("en", _("English"))], default="it"
    )
    currency = models.CharField(
        _("currency"), max_length=3, default="EUR", help_text=_("In which costs are shown, such as EUR.")
    )
    billing_currency = models.CharField(
        _("Meta bills in"),
        max_length=3,
        default="USD",
        help_text=_("The currency of Meta's rate card for this account."),
    )
    default_department = models.ForeignKey(
        Department,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("default department"),
    )
    reopen_hours = models.PositiveSmallIntegerField(  # C16
        _("reopen within (hours)"), default=24, validators=[MinValueValidator(0), MaxValueValidator(720)]
    )
    pricing_window_hours = models.PositiveSmallIntegerField(  # C20
        _("pricing window (hours)"), default=48, validators=[MinValueValidator(1), MaxValueValidator(720)]
    )
    surcharge = models.DecimalField(_("surcharge after it (USD)"), max_digits=8, decimal_places=4, default="0.01")
    # Meta sometimes refuses a reply although inside the window (facts §9): stop a little earlier.
    window_margin_seconds = models.PositiveSmallIntegerField(
        _("safety margin at the window's end (seconds)"), default=30, validators=[MaxValueValidator(3600)]
    )
    picture_side = models.PositiveSmallIntegerField(  # C34: 800 × 600 suggested
        _("longest side of pictures sent"),
        default=800,
        validators=[MaxValueValidator(10000)],
        help_text=_("In pixels; larger ones are made smaller. 0: as they are, up to WhatsApp's 5 MB."),
    )
    closing_hours = models.PositiveSmallIntegerField(  # C21
        _("warn before the window's end (hours)"),
        default=2,
        validators=[MinValueValidator(1), MaxValueValidator(23)],
        help_text=_(
            "From then on a conversation is in the list “Closing soon”, and its agent and supervisors are told."
        ),
    )
    keep_alive_template = models.ForeignKey(
        "conversations.Template",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("template that keeps a conversation open"),
        help_text=_(
            "Sent with one click while a window is closing: it asks the customer for a word, which opens the window again."
        ),
    )
    read_receipts = models.CharField(  # C34
        _("blue ticks"), max_length=8, choices=ReadReceipts.choices, default=ReadReceipts.ANSWERED
    )
    shows_typing = models.BooleanField(
        _("show “typing…”"), default=True, help_text=_("WhatsApp marks as read what an agent begins to answer.")
    )
    catalog_id = models.CharField(
        _("catalogue"),
        max_length=40,
        blank=True,
        validators=[RegexValidator(r"^\d*$", _("Digits only."))],
        help_text=_("Meta's id of the catalogue whose products agents may send."),
    )
    badge_messages = models.PositiveSmallIntegerField(  # C5
        _("messages a month for the badge"), default=200, help_text=_("So many sent in 30 days before it is asked for.")
    )
    last_inbound_at = models.DateTimeField(_("last message in"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ChannelQuerySet.as_manager()
    history = HistoricalRecords(
        excluded_fields=[
            "access_token",
            "app_secret",
            "verify_token",
            "last_inbound_at",
            "status_code",
            "status_detail",
            "stopped_until",
            "may_begin_from",
            "history_progress",
            "history_declined_at",
        ]
    )

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                "phone_number_id",
                condition=~models.Q(phone_number_id=""),
                name="channel_phone_number_id_once",
                violation_error_message=_("This number is connected already."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def may_begin(self, now: datetime) -> bool:
        """Whether Meta lets the business write first; answers inside the window are another thing."""
        return self.may_begin_from is None or now >= self.may_begin_from

    def clean(self) -> None:
        super().clean()
        chosen = self.keep_alive_template
        if chosen is not None and chosen.channel_id != self.pk:
            raise ValidationError({"keep_alive_template": _("Choose a template of this number.")})

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)
