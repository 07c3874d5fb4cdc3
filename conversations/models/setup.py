from __future__ import annotations

from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from conversations.models.channel import Channel
from conversations.models.upload import Upload


class StepKey(models.TextChoices):
    """The steps of setting a number up, in their order (C2)."""

    DOCUMENTS = "documents", _("Business documents")
    REVIEW = "review", _("Business reviewed by Meta")
    ACCESS = "access", _("Access to WhatsApp")
    NUMBER = "number", _("Number verified")
    PIN = "pin", _("Registered with a PIN")
    WEBHOOK = "webhook", _("Webhook verified, app subscribed")
    PROFILE = "profile", _("Business profile")
    MESSAGE = "message", _("First message received")
    TEMPLATES = "templates", _("Templates synced")
    REPLIES = "replies", _("Welcome and after-hours replies")
    ACTIVE = "active", _("In service")


class StepAdvice(models.Model):
    """What staff say about one step: how long it usually takes, what goes wrong, what to do. Empty: what ships (C2)."""

    key = models.CharField(_("step"), max_length=16, choices=StepKey.choices, unique=True)
    usually = models.CharField(_("usually takes"), max_length=200, blank=True)
    trouble = models.TextField(_("what usually goes wrong"), blank=True, validators=[MaxLengthValidator(1000)])
    advice = models.TextField(_("what to do"), blank=True, validators=[MaxLengthValidator(1000)])
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("advice on set-up")
        verbose_name_plural = _("advice on set-up")

    def __str__(self) -> str:
        return self.get_key_display()


class ChannelSetup(models.Model):
    """How far the set-up of one number is, as far as the desk cannot see it from its own rows (C2, C5). Written by its actions."""

    class Badge(models.TextChoices):
        NOT_STARTED = "NOT_STARTED", _("Not asked for")
        PENDING = "PENDING", _("Under review")
        UNDER_REVIEW = "UNDER_REVIEW", _("Being looked at")
        APPROVED = "APPROVED", _("Given")
        REJECTED = "REJECTED", _("Refused")
        EXPIRED = "EXPIRED", _("Expired")
        CANCELLED = "CANCELLED", _("Withdrawn")

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="setup", verbose_name=_("channel"))
    started_at = models.DateTimeField(_("begun"))
    document = models.ForeignKey(
        Upload, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("licence")
    )
    licence_name = models.CharField(_("name on the licence"), max_length=200, blank=True)
    review_sent_at = models.DateTimeField(_("sent to Meta"), null=True, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed"), null=True, blank=True)
    access_at = models.DateTimeField(_("access seen"), null=True, blank=True)
    code_sent_at = models.DateTimeField(_("code requested"), null=True, blank=True)
    verified_at = models.DateTimeField(_("number verified"), null=True, blank=True)
    registered_at = models.DateTimeField(_("registered"), null=True, blank=True)
    subscribed_at = models.DateTimeField(_("webhook verified"), null=True, blank=True)
    activated_at = models.DateTimeField(_("put into service"), null=True, blank=True)
    verified_name = models.CharField(_("name at WhatsApp"), max_length=200, blank=True)
    name_status = models.CharField(_("state of the name"), max_length=40, blank=True)
    meta_status = models.CharField(_("state at WhatsApp"), max_length=40, blank=True)
    throughput_level = models.CharField(_("throughput level"), max_length=20, blank=True)
    is_official = models.BooleanField(_("official business account"), default=False)
    badge = models.CharField(_("verified badge"), max_length=16, choices=Badge.choices, default=Badge.NOT_STARTED)
    badge_asked_at = models.DateTimeField(_("badge asked for"), null=True, blank=True)
    refreshed_at = models.DateTimeField(_("asked of WhatsApp"), null=True, blank=True)
    # Step -> {"code", "detail", "at"}: what Meta last said no with; taken away when the step succeeds.
    troubles = models.JSONField(_("troubles"), default=dict, blank=True)

    class Meta:
        verbose_name = _("set-up of a channel")
        verbose_name_plural = _("set-up of channels")

    def __str__(self) -> str:
        return f"{self.channel_id}"


class ChannelProfile(models.Model):
    """What customers see of the business on WhatsApp, edited here and pushed to Meta (C4; limits: facts §8, C2)."""

    class Vertical(models.TextChoices):
        UNDEFINED = "UNDEFINED", _("Not said")
        RETAIL = "RETAIL", _("Shop")
        APPAREL = "APPAREL", _("Clothing")
        AUTO = "AUTO", _("Cars")
        BEAUTY = "BEAUTY", _("Beauty, hair, spa")
        EDU = "EDU", _("Education")
        ENTERTAIN = "ENTERTAIN", _("Entertainment")
        EVENT_PLAN = "EVENT_PLAN", _("Events")
        FINANCE = "FINANCE", _("Finance")
        GROCERY = "GROCERY", _("Groceries")
        GOVT = "GOVT", _("Public service")
        HEALTH = "HEALTH", _("Health")
        HOTEL = "HOTEL", _("Hotel")
        NONPROFIT = "NONPROFIT", _("Non-profit")
        PROF_SERVICES = "PROF_SERVICES", _("Professional services")
        RESTAURANT = "RESTAURANT", _("Restaurant")
        TRAVEL = "TRAVEL", _("Travel")
        OTHER = "OTHER", _("Other")

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, related_name="profile", verbose_name=_("channel"))
    display_name = models.CharField(
        _("name"), max_length=25, blank=True, help_text=_("At most 25 characters. WhatsApp reviews a change of it.")
    )
    about = models.CharField(_("about"), max_length=139, blank=True)
    description = models.TextField(_("description"), blank=True, validators=[MaxLengthValidator(256)])
    category = models.CharField(_("category"), max_length=20, choices=Vertical.choices, default=Vertical.UNDEFINED)
    address = models.CharField(_("address"), max_length=256, blank=True)
    website = models.URLField(_("site"), max_length=256, blank=True)
    second_website = models.URLField(_("second site"), max_length=256, blank=True)
    email = models.EmailField(_("e-mail"), max_length=128, blank=True)
    telephone = models.CharField(_("telephone"), max_length=32, blank=True)
    logo = models.ForeignKey(
        Upload, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("logo")
    )
    logo_pushed = models.CharField(_("logo at WhatsApp"), max_length=64, blank=True, editable=False)  # its content hash
    pushed_at = models.DateTimeField(_("pushed to WhatsApp"), null=True, blank=True, editable=False)
    history = HistoricalRecords(excluded_fields=["logo_pushed", "pushed_at"])

    # Every field that the checklist and the badge ask for (C2, C5).
    ASKED = ("display_name", "about", "description", "address", "website", "email", "telephone", "logo")

    class Meta:
        verbose_name = _("business profile")
        verbose_name_plural = _("business profiles")

    def __str__(self) -> str:
        return f"{self.channel_id}"

    @classmethod
    def words(cls, name: str) -> str:
        return str(getattr(cls._meta.get_field(name), "verbose_name", name))

    @property
    def missing(self) -> list[str]:
        """Names of the fields that are still empty."""
        empty = [name for name in self.ASKED if not getattr(self, f"{name}_id" if name == "logo" else name)]
        return [*empty, "category"] if self.category == self.Vertical.UNDEFINED else empty
