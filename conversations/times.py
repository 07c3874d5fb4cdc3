"""How points in time are said to people: relative, with the whole one in the tooltip."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo

from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from conversations import clock

NOTHING = "–"


def when(at: datetime | None) -> SafeString | str:
    """now, 2 min, 1 h, Thu 9:41, 12 Oct; a coming time with "in". For business time (D24)."""
    return _time(at, clock.now())


def machine_when(at: datetime | None) -> SafeString | str:
    """The same for machine times: heartbeats, deliveries, attempts, locks."""
    return _time(at, clock.machine_now())


def moment(at: datetime, zone: tzinfo) -> str:
    """Sat 21 Nov, 9:41 in words of the reader's language and in that zone."""
    return formats.date_format(at.astimezone(zone), "D j M, H:i")


def span(left: timedelta) -> str:
    """How long: 48 min, 1 h 22, 2 d 3 h. Never less than nothing."""
    minutes = max(0, int(left.total_seconds() // 60))
    if minutes < 60:
        return _("%(count)s min") % {"count": minutes}
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return _("%(hours)s h %(minutes)02d") % {"hours": hours, "minutes": minutes}
    return _("%(days)s d %(hours)s h") % {"days": hours // 24, "hours": hours % 24}


def _time(at: datetime | None, now: datetime) -> SafeString | str:
    if at is None:
        return NOTHING
    whole = formats.date_format(timezone.localtime(at), "DATETIME_FORMAT")
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), whole, _relative(at, now))


def _relative(at: datetime, now: datetime) -> str:
    seconds = (now - at).total_seconds()
    if abs(seconds) < 60:
        return _("now")
    local = timezone.localtime(at)
    if abs(seconds) < 86400:
        minutes = int(abs(seconds) // 60)
        said = _("%(count)s min") % {"count": minutes} if minutes < 60 else _("%(count)s h") % {"count": minutes // 60}
        return said if seconds > 0 else _("in %(time)s") % {"time": said}
    if abs(seconds) < 6 * 86400:
        return formats.date_format(local, "D H:i")
    this_year = local.year == timezone.localtime(now).year
    return formats.date_format(local, "j M" if this_year else "j M Y")
