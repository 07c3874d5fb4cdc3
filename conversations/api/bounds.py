"""Filters that refuse what no database can compare with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django_filters
import django_filters.rest_framework
from django.core.validators import MaxValueValidator, MinValueValidator

LARGEST_ID = 2**63 - 1


class TimeFilter(django_filters.rest_framework.IsoDateTimeFilter):
    """A time of the years 1970 to 9998: nearer the ends of the calendar it may not exist in UTC."""

    def __init__(self, *args: Any, **options: Any) -> None:
        bounds = [
            MinValueValidator(datetime(1970, 1, 1, tzinfo=UTC)),
            MaxValueValidator(datetime(9999, 1, 1, tzinfo=UTC)),
        ]
        super().__init__(*args, validators=bounds, **options)


class IdFilter(django_filters.NumberFilter):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, min_value=1, max_value=LARGEST_ID, **options)
