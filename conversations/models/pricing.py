from __future__ import annotations

import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from conversations.cost.markets import COUNTRIES, MIXED, REST
from conversations.cost.rates import Category
from conversations.models.channel import Channel

CATEGORIES = [
    (Category.SERVICE.value, _("Service")),
    (Category.UTILITY.value, _("Utility")),
    (Category.MARKETING.value, _("Marketing")),
    (Category.MARKETING_LITE.value, _("Marketing (Marketing Messages API)")),
    (Category.AUTHENTICATION.value, _("Authentication")),
    (Category.AUTHENTICATION_INTERNATIONAL.value, _("Authentication, international")),
    (Category.GROUP_SERVICE.value, _("Service, in a group")),
    (Category.GROUP_UTILITY.value, _("Utility, in a group")),
    (Category.GROUP_MARKETING.value, _("Marketing, in a group")),
]
currency_code = RegexValidator(r"^[A-Z]{3}$", _("Three capital letters, such as EUR."))


class Market(models.Model):
    """A market of Meta's rate card: one country, or a region with its countries (C20). `*` is everywhere else."""

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^(\*|[A-Za-z][A-Za-z0-9_]*)$", _("Letters, digits and _, or * for the rest."))],
        help_text=_("Short and lasting, such as IT or rest_of_africa; * is every country that no market names."),
    )
    name = models.CharField(_("name"), max_length=80, unique=True, help_text=_("As Meta's rate card writes it."))
    countries = models.TextField(
        _("countries"), blank=True, help_text=_("Two-letter codes, such as: DK FI NO SE. A country is in one market.")
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("market")
        verbose_name_plural = _("markets")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def codes(self) -> list[str]:
        return self.countries.split()

    def clean(self) -> None:
        found = sorted(set(re.findall(r"[A-Za-z0-9]+", self.countries.upper())))
        self.countries = " ".join(found)
        if wrong := [code for code in found if code not in COUNTRIES]:
            raise ValidationError({"countries": _("No country: %(codes)s") % {"codes": ", ".join(wrong)}})
        if self.code == REST and found:
            raise ValidationError({"countries": _("* is the rest: it names no country.")})
        if self.code == MIXED:
            raise ValidationError({"code": _("This word stands for groups of several markets.")})
        for other in Market.objects.exclude(pk=self.pk):
            if twice := set(found) & set(other.codes):
                said = _("%(codes)s: in the market “%(market)s” already.")
                raise ValidationError({"countries": said % {"codes": ", ".join(sorted(twice)), "market": other}})


class Rate(models.Model):
    """One line of a dated rate card: category × market from a day on (C20). Meta's rules change; none is in code."""

    category = models.CharField(_("category"), max_length=32, choices=CATEGORIES)
    market = models.ForeignKey(Market, on_delete=models.PROTECT, to_field="code", verbose_name=_("market"))
    valid_from = models.DateField(_("valid from"))
    price = models.DecimalField(_("price per message"), max_digits=10, decimal_places=6)
    currency = models.CharField(_("currency"), max_length=3, default="USD", validators=[currency_code])
    is_example = models.BooleanField(
        _("example"), default=False, editable=False, help_text=_("Shipped; to be replaced by Meta's own card.")
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rate")
        verbose_name_plural = _("rate card")
        constraints = [
            models.UniqueConstraint(
                fields=["category", "market", "currency", "valid_from"],
                name="rate_once",
                violation_error_message=_("There is a price for this category and market from this day on."),
            ),
            models.CheckConstraint(
                condition=models.Q(price__gte=0),
                name="rate_not_negative",
                violation_error_message=_("A price is not negative."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category} {self.market_id} {self.valid_from}"


class Allowance(models.Model):
    """How many service messages a number may send free of charge in a calendar month, from a month on (C20, facts §9)."""

    channel = models.ForeignKey(
        Channel,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="allowances",
        verbose_name=_("channel"),
        help_text=_("Empty: every number that has no line of its own."),
    )
    valid_from = models.DateField(_("valid from"), help_text=_("Counts from the month that begins on or after it."))
    messages = models.PositiveIntegerField(_("free service messages a month"))
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("monthly allowance")
        verbose_name_plural = _("monthly allowances")
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["channel", "valid_from"], name="allowance_once"),
            models.UniqueConstraint(
                fields=["valid_from"], condition=models.Q(channel__isnull=True), name="allowance_of_all_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.messages} · {self.valid_from}"


class Exchange(models.Model):
    """A rate of exchange from a day on. Amounts are kept in the card's currency and shown in the business's (C20)."""

    base = models.CharField(_("one unit of"), max_length=3, default="USD", validators=[currency_code])
    quote = models.CharField(_("is, in"), max_length=3, default="EUR", validators=[currency_code])
    valid_from = models.DateField(_("valid from"))
    rate = models.DecimalField(
        _("rate"), max_digits=14, decimal_places=6, validators=[MinValueValidator(Decimal("0.000001"))]
    )
    is_example = models.BooleanField(_("example"), default=False, editable=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("rate of exchange")
        verbose_name_plural = _("rates of exchange")
        ordering = ["-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["base", "quote", "valid_from"], name="exchange_once"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="exchange_positive"),
        ]

    def __str__(self) -> str:
        return f"1 {self.base} = {self.rate} {self.quote}"
