"""Which of Meta's markets a customer is in (C20): by the country of the phone, or without one by the user id's. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import phonenumbers

from conversations.whatsapp import numbers

REST = "*"  # the market of every country that no other names
MIXED = "mixed"  # a group with members in several markets
COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)
REGIONS = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
SHARED = {1, 7}


def country_of(phone: str = "", user_id: str = "") -> str:
    """ISO code of a phone as WhatsApp writes it (digits), or of a user id's prefix (`IT.1234`); "" when neither says."""
    return country_of_phone(phone) or numbers.country_of_user_id(user_id)


def country_of_phone(phone: str) -> str:
    """By its calling code, as Meta charges: Guernsey is Britain's. Only +1 and +7 are shared by countries of their own.

    >>> country_of_phone("393331234567"), country_of_phone("+1 787 234 5678"), country_of_phone("44 7911 123456"), country_of_phone("12")
    ('IT', 'PR', 'GB', '')
    """
    digits = numbers.digits(phone)
    if not 6 < len(digits) < 16:
        return ""
    code = next((int(digits[:length]) for length in (1, 2, 3) if int(digits[:length]) in REGIONS), 0)
    if not code:
        return ""
    region = _region(digits) if code in SHARED else REGIONS[code][0]
    return region if region in COUNTRIES else ""


def _region(digits: str) -> str:
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return ""
    # A number that no country knows is the calling code's main country's.
    return phonenumbers.region_code_for_number(number) or REGIONS[int(digits[0])][0]


def market_of(country: str, markets: Mapping[str, str]) -> str:
    """`markets` maps country codes to markets."""
    return markets.get(country, REST)
