"""Minutes since midnight as people write them: 9:30."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from routing.hours import DAY
from routing.models.calendar import clock_text


class MinuteField(forms.CharField):
    """ "9:30", "9.30", "0930" or "9" become 570 and so on; "24:00" is midnight at the day's end."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("widget", UnfoldAdminTextInputWidget(attrs={"placeholder": "9:00", "size": 6}))
        super().__init__(**options)

    def prepare_value(self, value: Any) -> Any:
        return clock_text(value) if isinstance(value, int) else value

    def to_python(self, value: Any) -> Any:
        text = str(value if value is not None else "").strip()
        if not text:
            return None
        found = re.fullmatch(r"(\d{1,2})(?:[:.]?(\d{2}))?", text)
        minute = int(found[1]) * 60 + int(found[2] or 0) if found else DAY + 1
        if found is None or minute > DAY or int(found[2] or 0) > 59:
            raise ValidationError(_("“%(value)s” is not a time, such as 9:30."), params={"value": text})
        return minute

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(initial != self.to_python(data) and self.prepare_value(initial) != data)
        except ValidationError:
            return True


def over_midnight(start: int | None, end: int | None) -> int | None:
    """An end before the start is of the next day. Raises ValidationError when they are the same: nobody can tell what is meant."""
    if start is None or end is None:
        return end
    if start == end:
        raise ValidationError(_("It closes when it opens. The whole day is 0:00 to 24:00."))
    return end + DAY if end < start else end
