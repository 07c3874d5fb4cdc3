from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords


class Department(models.Model):
    """A team that conversations are routed to. routing's DepartmentPlan adds calendar, fallback and default priority (D1)."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    description = models.CharField(_("what it is for"), max_length=200, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    shares_conversations = models.BooleanField(
        _("members read each other's conversations"),
        default=True,
        help_text=_("Read only; answering stays with the assignee."),
    )
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="DepartmentMember", related_name="departments", verbose_name=_("members")
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class DepartmentMember(models.Model):
    """Membership; supervisors may take over and reassign here (D6)."""

    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("department")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships", verbose_name=_("member")
    )
    is_supervisor = models.BooleanField(_("supervisor"), default=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(
                "department",
                "user",
                name="member_once",
                violation_error_message=_("Already a member of this department."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.department}"
