"""What routing adds to departments and agents, one to one (D1)."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from conversations.models import Department, Priority
from routing.models.calendar import Calendar

FALLBACK_IS_ITSELF = _("The fallback must be another department.")


class DepartmentPlan(models.Model):
    """A department's calendar, priority and stand-in. The SLA policy joins with service levels (R1, R30)."""

    department = models.OneToOneField(
        Department, on_delete=models.CASCADE, related_name="plan", verbose_name=_("department")
    )
    calendar = models.ForeignKey(
        Calendar,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="departments",
        verbose_name=_("calendar"),
        help_text=_("Empty: open from 8:00 to 22:00 in the channel's time zone."),
    )
    fallback = models.ForeignKey(
        Department,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("fallback department"),
        help_text=_("Takes the conversations while this one is inactive or has no members."),
    )
    priority = models.PositiveSmallIntegerField(
        _("default priority"), choices=Priority.choices, default=Priority.NORMAL
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("department plan")
        verbose_name_plural = _("department plans")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(fallback__isnull=True) | ~models.Q(fallback=models.F("department")),
                name="fallback_is_another_department",
                violation_error_message=FALLBACK_IS_ITSELF,
            )
        ]

    def __str__(self) -> str:
        return str(self.department)

    def clean(self) -> None:
        """The constraint again: a form within the department's page does not ask the database about its own department."""
        if self.fallback_id is not None and self.fallback_id == self.department_id:
            raise ValidationError({"fallback": FALLBACK_IS_ITSELF})


class AgentPlan(models.Model):
    """What an agent can take. Skills and rota join later (R5, R11). An agent without a plan has the values below."""

    CAPACITY = 3  # R5: 2–3 recommended

    class Tier(models.TextChoices):
        L1 = "L1", _("L1, first line")
        L2 = "L2", _("L2, specialist")
        L3 = "L3", _("L3, expert")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="agent_plan", verbose_name=_("agent")
    )
    capacity = models.PositiveSmallIntegerField(
        _("capacity"),
        default=CAPACITY,
        validators=[MinValueValidator(0), MaxValueValidator(500)],
        help_text=_("Open conversations at once that are assigned by themselves; 2 or 3 is advised, 0 is none."),
    )
    tier = models.CharField(_("tier"), max_length=2, choices=Tier.choices, default=Tier.L1)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("agent plan")
        verbose_name_plural = _("agent plans")

    def __str__(self) -> str:
        return str(self.user)


class Turn(models.Model):
    """When an agent was last given a conversation. Not configuration: the row that assignment locks, so that two
    conversations
    at once cannot both take an agent's last free place, and by which the longest idle is found (R5)."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="turn", verbose_name=_("agent")
    )
    last_at = models.DateTimeField(_("last given one"), null=True, blank=True)

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")

    def __str__(self) -> str:
        return str(self.user)
