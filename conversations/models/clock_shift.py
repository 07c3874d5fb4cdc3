from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ClockShift(models.Model):
    """The one row by which the simulator moves business time (D24). Absent: real time."""

    machine_base = models.DateTimeField(_("machine time of the move"))
    business_base = models.DateTimeField(_("business time at the move"))
    rate = models.FloatField(_("speed"), default=1.0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(rate__gte=0), name="clock_rate_not_negative")]

    def __str__(self) -> str:
        return f"× {self.rate}"
