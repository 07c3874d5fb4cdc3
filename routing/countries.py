"""Countries whose public holidays are known, from the `holidays` library (R20)."""

from __future__ import annotations

import holidays
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

COUNTRIES = holidays.list_supported_countries()


def country_is_known(value: str) -> None:
    if value not in COUNTRIES:
        raise ValidationError(
            _("“%(value)s” is not a country code with known holidays, such as IT."), params={"value": value}
        )
