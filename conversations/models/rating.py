from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models.conversation import Conversation


class Rating(models.Model):
    """A customer's answer to the satisfaction question (D12, P9)."""

    conversation = models.OneToOneField(
        Conversation, on_delete=models.CASCADE, related_name="rating", verbose_name=_("conversation")
    )
    stars = models.PositiveSmallIntegerField(_("stars"), validators=[MinValueValidator(1), MaxValueValidator(5)])
    comment = models.TextField(_("comment"), blank=True)
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [models.CheckConstraint(condition=models.Q(stars__gte=1, stars__lte=5), name="one_to_five_stars")]

    def __str__(self) -> str:
        return f"{self.stars} ★ {self.conversation}"
