from __future__ import annotations

from zoneinfo import ZoneInfo

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from conversations.models.channel import time_zone_exists
from routing import hours
from routing.countries import country_is_known


class Calendar(models.Model):
    """Opening hours in a time zone: a week of intervals, holidays, and a country's public ones (R20).

    Shared by routing, automatic replies and, later, service levels. Named shifts and exceptional openings come with
    the rota.
    """

    name = models.CharField(_("name"), max_length=80, unique=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Rome", validators=[time_zone_exists])
    country = models.CharField(
        _("closed on public holidays of"),
        max_length=2,
        blank=True,
        validators=[country_is_known],
        help_text=_("Two letters, such as IT. Empty: open on public holidays."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def hours(self) -> hours.Hours:
        """The calendar for routing/hours.py. Reads intervals and holidays: prefetch them when reading many."""
        week: list[list[hours.Minutes]] = [[] for _day in range(7)]
        for interval in self.intervals.all():
            week[interval.weekday].append((interval.start, interval.end))
        return hours.Hours(
            zone=ZoneInfo(self.time_zone),
            week=tuple(tuple(sorted(day)) for day in week),
            special=tuple(holiday.special_day() for holiday in self.holidays.all()),
            country=self.country,
        )


class Weekday(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class Interval(models.Model):
    """One opening of a weekday, in minutes since midnight; an end past 1440 runs into the next day."""

    calendar = models.ForeignKey(
        Calendar, on_delete=models.CASCADE, related_name="intervals", verbose_name=_("calendar")
    )
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday.choices)
    start = models.PositiveSmallIntegerField(_("opens"), validators=[MaxValueValidator(hours.DAY - 1)])
    end = models.PositiveSmallIntegerField(
        _("closes"),
        validators=[MaxValueValidator(2 * hours.DAY)],
        help_text=_("A time before the opening is of the next day."),
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("opening")
        verbose_name_plural = _("openings")
        ordering = ["weekday", "start"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start"), end__lte=models.F("start") + hours.DAY),
                name="interval_ends_after_it_starts",
                violation_error_message=_("An opening ends after it begins, and lasts a day at most."),
            ),
            models.CheckConstraint(
                condition=models.Q(weekday__lte=6, start__lt=hours.DAY),
                name="interval_begins_on_its_day",
                violation_error_message=_("An opening begins on a day of the week, between 0:00 and 23:59."),
            ),
            models.UniqueConstraint(
                fields=["calendar", "weekday", "start"],
                name="interval_once",
                violation_error_message=_("Two openings of a day cannot begin at the same time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {clock_text(self.start)}–{clock_text(self.end)}"


class Holiday(models.Model):
    """A day or range on which the week does not hold: closed, or open at hours of its own. Wins over public
    holidays."""

    calendar = models.ForeignKey(
        Calendar, on_delete=models.CASCADE, related_name="holidays", verbose_name=_("calendar")
    )
    name = models.CharField(_("name"), max_length=80)
    first = models.DateField(_("from"))
    last = models.DateField(_("to"), help_text=_("The same day again for a single day."))
    yearly = models.BooleanField(_("every year"), default=False)
    opens = models.PositiveSmallIntegerField(
        _("opens"), null=True, blank=True, validators=[MaxValueValidator(hours.DAY - 1)], help_text=_("Empty: closed.")
    )
    closes = models.PositiveSmallIntegerField(
        _("closes"), null=True, blank=True, validators=[MaxValueValidator(2 * hours.DAY)]
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["first", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first")),
                name="holiday_ends_after_it_starts",
                violation_error_message=_("A holiday cannot end before it begins."),
            ),
            models.CheckConstraint(
                condition=models.Q(opens__isnull=True, closes__isnull=True)
                | models.Q(
                    opens__isnull=False, closes__gt=models.F("opens"), closes__lte=models.F("opens") + hours.DAY
                ),
                name="holiday_hours_are_whole",
                violation_error_message=_("Give both times, the closing after the opening, or neither."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def special_day(self) -> hours.SpecialDay:
        own = ((self.opens, self.closes),) if self.opens is not None and self.closes is not None else ()
        return hours.SpecialDay(self.first, self.last, self.yearly, own)


def clock_text(minute: int | None) -> str:
    """ "9:30" for 570; past midnight the next day's time, and 24:00 for midnight itself."""
    if minute is None:
        return ""
    if minute > hours.DAY:
        minute -= hours.DAY
    return f"{minute // 60}:{minute % 60:02}"
