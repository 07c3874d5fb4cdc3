from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.portfolio import Portfolio
from conversations.models.tag import Tag


class Tier(models.TextChoices):
    NONE = "", _("Not known")
    HIGH = "high", _("High value")
    MEDIUM = "medium", _("Medium value")
    LOW = "low", _("Low value")


class ContactQuerySet(models.QuerySet["Contact"]):
    def present(self) -> ContactQuerySet:
        """Without those merged into another (D13)."""
        return self.filter(merged_into__isnull=True)


class Contact(models.Model):
    """A customer, found by any of its identities. May have no phone number (C15)."""

    name = models.CharField(
        _("name"), max_length=200, blank=True, help_text=_("As staff or the CRM wrote it; wins over the profile's.")
    )
    profile_name = models.CharField(_("name on WhatsApp"), max_length=200, blank=True)
    username = models.CharField(_("username"), max_length=80, blank=True)
    book_name = models.CharField(_("name in the business app"), max_length=200, blank=True)
    book_at = models.DateTimeField(_("as of"), null=True, blank=True, editable=False)
    language = models.CharField(_("language"), max_length=8, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    tier = models.CharField(_("tier"), max_length=8, choices=Tier.choices, default=Tier.NONE, blank=True)
    spend = models.DecimalField(_("spend in 12 months"), max_digits=14, decimal_places=2, null=True, blank=True)
    owner = models.CharField(_("owner in the CRM"), max_length=120, blank=True)
    tags = models.ManyToManyField(Tag, blank=True, related_name="contacts", verbose_name=_("tags"))
    fields = models.JSONField(_("custom fields"), default=dict, blank=True)
    is_blocked = models.BooleanField(_("blocked"), default=False)
    is_unreachable = models.BooleanField(_("cannot be reached"), default=False, help_text=_("Meta said so (131026)."))
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))
    merged_into = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="merged", verbose_name=_("merged into")
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [models.Index(fields=["-last_seen_at", "-id"], name="contact_recent")]  # the contact list

    def __str__(self) -> str:
        return self.shown_name

    @property
    def shown_name(self) -> str:
        """What people read: a name, the username, else the number of the row."""
        return self.own_name or (f"@{self.username}" if self.username else f"#{self.pk}")

    @property
    def own_name(self) -> str:
        """The kept name, that of the business app's address book, the profile's; "" without any."""
        return self.name or self.book_name or self.profile_name


class IdentityQuerySet(models.QuerySet["Identity"]):
    def current(self) -> IdentityQuerySet:
        return self.filter(ended_at__isnull=True)


class Identity(models.Model):
    """One name by which WhatsApp or a person knows a contact. Stored as it came; compared by `key` (facts §4, §11)."""

    class Kind(models.TextChoices):
        WA_ID = "wa_id", _("WhatsApp id")
        BSUID = "bsuid", _("User id")
        PHONE = "phone", _("Phone")

    contact = models.ForeignKey(Contact, on_delete=models.CASCADE, related_name="identities", verbose_name=_("contact"))
    portfolio = models.ForeignKey(Portfolio, on_delete=models.PROTECT, related_name="+", verbose_name=_("portfolio"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    value = models.CharField(_("value"), max_length=160)
    key = models.CharField(_("compared as"), max_length=160)
    created_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(
        _("until"), null=True, blank=True, help_text=_("The customer changed number or id.")
    )

    objects = IdentityQuerySet.as_manager()

    class Meta:
        verbose_name = _("identity")
        verbose_name_plural = _("identities")
        constraints = [
            models.UniqueConstraint(  # also the index by which ingest finds a sender
                fields=["portfolio", "kind", "key"],
                condition=models.Q(ended_at__isnull=True),
                name="identity_once",
                violation_error_message=_("Another contact has this identity."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"
