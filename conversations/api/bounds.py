"""Filters that refuse what no database can compare with."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django_filters
import django_filters.rest_framework
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext as _
from rest_framework import serializers

from conversations.whatsapp import json_text

LARGEST_ID = 2**63 - 1


class TimeFilter(django_filters.rest_framework.IsoDateTimeFilter):
    """A time of the years 1970 to 9998: nearer the ends of the calendar it may not exist in UTC."""

    def __init__(self, *args: Any, **options: Any) -> None:
        bounds = [
            MinValueValidator(datetime(1970, 1, 1, tzinfo=UTC)),
            MaxValueValidator(datetime(9999, 1, 1, tzinfo=UTC)),
        ]
        super().__init__(*args, validators=bounds, **options)

    def filter(self, qs: Any, value: datetime | None) -> Any:
        """In UTC: PostgreSQL takes no offset of 16 hours or more."""
        return super().filter(qs, value and value.astimezone(UTC))


class IdFilter(django_filters.NumberFilter):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, min_value=1, max_value=LARGEST_ID, **options)


class JsonField(serializers.DictField):
    """Only what a database can keep: nothing that reading a webhook would have to take out."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        value: dict[str, Any] = super().to_internal_value(data)
        if value != json_text.clean(value) or not json_text.is_finite(value):
            raise serializers.ValidationError(_("It holds characters or numbers that cannot be kept."))
        return value
