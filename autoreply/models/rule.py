from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from autoreply.checks import check_wording
from autoreply.wording import LIMIT
from conversations.models import Channel, Department
from routing.matching import Query
from routing.models import Calendar, KeywordMode, KeywordsField

VARIANTS, BUTTONS = 5, 3  # A3


class Trigger(models.TextChoices):
    """What sets a rule off; the others of A1 join when they work."""

    KEYWORD = "keyword", _("Keyword")
    AFTER_HOURS = "after_hours", _("After hours")
    FIRST_CONTACT = "first_contact", _("First contact")
    BUTTON = "button", _("Only by a button")


class Rule(models.Model):
    """An auto-reply rule: trigger, conditions, variants (A1–A3). `key` is what buttons, the journal and the kill
    switch name."""

    key = models.SlugField(_("key"), max_length=60, unique=True, help_text=_("Short and lasting, such as welcome."))
    name = models.CharField(_("name"), max_length=80)
    trigger = models.CharField(_("trigger"), max_length=20, choices=Trigger.choices)
    order = models.PositiveIntegerField(_("order"), default=0, help_text=_("Smaller is asked first."))
    is_active = models.BooleanField(_("active"), default=True)
    channel = models.ForeignKey(
        Channel,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="reply_rules",
        verbose_name=_("channel"),
        help_text=_("Empty: every channel."),
    )
    department = models.ForeignKey(
        Department,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="reply_rules",
        verbose_name=_("department"),
        help_text=_("Only for conversations of this one. Empty: for all."),
    )
    keywords = KeywordsField(
        _("keywords"),
        help_text=_("One a line. Case, accents and inflections do not matter; synonyms are further keywords."),
    )
    mode = models.CharField(_("needed"), max_length=8, choices=KeywordMode.choices, default=KeywordMode.ANY)
    excluded = KeywordsField(_("but none of"), help_text=_("One a line."))
    allow_typo = models.BooleanField(
        _("allow one wrong letter"), default=False, help_text=_("In words of six letters or more.")
    )
    calendar = models.ForeignKey(
        Calendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("calendar"),
        help_text=_("After hours only. Empty: the department’s, else closed from 22:00 to 8:00."),
    )
    min_interval_hours = models.PositiveSmallIntegerField(
        _("hours before it answers the same customer again"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(720)],
        help_text=_("Empty: the channel’s."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("automatic reply")
        verbose_name_plural = _("automatic replies")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.trigger == Trigger.KEYWORD and not self.keywords:
            raise ValidationError({"keywords": _("Write at least one keyword, or choose another trigger.")})
        if self.calendar_id and self.trigger != Trigger.AFTER_HOURS:
            raise ValidationError({"calendar": _("Only rules for after hours look at a calendar.")})

    @property
    def query(self) -> Query:
        return Query(tuple(self.keywords), self.mode, tuple(self.excluded), self.allow_typo)


class Variant(models.Model):
    """One wording of a rule; chosen by weight, never the same twice running to the same contact (A3)."""

    rule = models.ForeignKey(Rule, on_delete=models.CASCADE, related_name="variants", verbose_name=_("rule"))
    text = models.CharField(
        _("text"),
        max_length=LIMIT,
        validators=[check_wording],
        help_text=_(
            "At most 256 characters. Placeholders: {{ contact.first_name | dear customer }}, {{ opening | soon }}."
        ),
    )
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("variant")
        verbose_name_plural = _("variants")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weight__gte=1),
                name="variant_has_weight",
                violation_error_message=_("The weight is at least 1."),
            ),
            models.CheckConstraint(
                condition=~models.Q(text=""),
                name="variant_says_something",
                violation_error_message=_("Write the text."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60]

    def clean(self) -> None:
        others = (
            Variant.objects.filter(rule=self.rule_id).exclude(pk=self.pk) if self.rule_id else Variant.objects.none()
        )
        if others.count() >= VARIANTS:
            raise ValidationError(_("A rule has at most five variants."))


class Button(models.Model):
    """A button under a variant (A3). A link stands alone: WhatsApp shows it with no other beside it."""

    class Action(models.TextChoices):
        REPLY = "reply", _("Reply with a rule")
        PERSON = "person", _("Talk to a person")
        LINK = "link", _("Open a link")

    variant = models.ForeignKey(Variant, on_delete=models.CASCADE, related_name="buttons", verbose_name=_("variant"))
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    title = models.CharField(_("title"), max_length=20)
    action = models.CharField(_("does"), max_length=8, choices=Action.choices)
    target = models.ForeignKey(
        Rule, on_delete=models.CASCADE, null=True, blank=True, related_name="buttons_to_it", verbose_name=_("rule")
    )
    url = models.URLField(_("link"), blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("button")
        verbose_name_plural = _("buttons")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["variant", "title"],
                name="button_title_once",
                violation_error_message=_("Each button of a variant needs words of its own."),
            ),
            models.CheckConstraint(
                condition=models.Q(action="reply", target__isnull=False, url="")
                | models.Q(action="person", target__isnull=True, url="")
                | (models.Q(action="link", target__isnull=True) & ~models.Q(url="")),
                name="button_has_what_it_needs",
                violation_error_message=_(
                    "“Reply with a rule” needs the rule, “open a link” the link, and nothing else is filled."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        others: Any = Button.objects.filter(variant=self.variant_id).exclude(pk=self.pk) if self.variant_id else ()
        check_buttons([self, *others])


def check_buttons(buttons: list[Button]) -> None:
    """Raises ValidationError for more than three, or a link beside others."""
    if len(buttons) > BUTTONS:
        raise ValidationError(_("A variant has at most three buttons."))
    if len(buttons) > 1 and any(button.action == Button.Action.LINK for button in buttons):
        raise ValidationError(_("A link stands alone: WhatsApp shows it with no other button beside it."))
