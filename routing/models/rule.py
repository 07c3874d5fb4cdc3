from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from conversations.models import Channel, Department, Priority
from routing.matching import Query
from routing.models.keywords import KeywordMode, KeywordsField


class RoutingRule(models.Model):
    """If a first message holds these words, the conversation is that department's. The first rule that fits wins (R2).

    Conditions on language, tags, tier, ads, CRM fields, time and sentiment join as further columns; each empty one
    means "any".
    """

    order = models.PositiveIntegerField(_("order"), default=0, help_text=_("Smaller is asked first."))
    name = models.CharField(_("name"), max_length=80, unique=True)
    is_active = models.BooleanField(_("active"), default=True)
    channel = models.ForeignKey(
        Channel,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("channel"),
        help_text=_("Empty: every channel."),
    )
    keywords = KeywordsField(
        _("keywords"),
        help_text=_(
            "One a line. Case, accents and inflections do not matter; write synonyms as further keywords. Empty: every message."
        ),
    )
    mode = models.CharField(_("needed"), max_length=8, choices=KeywordMode.choices, default=KeywordMode.ANY)
    excluded = KeywordsField(
        _("but none of"), help_text=_("One a line. A message that holds one of these is not for this rule.")
    )
    allow_typo = models.BooleanField(
        _("allow one wrong letter"), default=False, help_text=_("In words of six letters or more.")
    )
    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, related_name="routing_rules", verbose_name=_("department")
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=Priority.choices, null=True, blank=True, help_text=_("Empty: the department's.")
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("routing rule")
        verbose_name_plural = _("routing rules")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not self.keywords and self.channel_id is None:
            raise ValidationError(
                {
                    "keywords": _(
                        "A rule without keywords takes every message: choose a channel for it, or write keywords."
                    )
                }
            )

    @property
    def query(self) -> Query:
        return Query(tuple(self.keywords), self.mode, tuple(self.excluded), self.allow_typo)
