"""Which of Meta's markets a customer is in (C20): by the country of the phone, or without one by the user id's. Pure."""

from __future__ import annotations

from collections.abc import Mapping

import phonenumbers

from conversations.whatsapp import numbers

REST = "*"  # the market of every country that no other names
MIXED = "mixed"  # a group with members in several markets
COUNTRIES = frozenset(phonenumbers.SUPPORTED_REGIONS)


def country_of(phone: str = "", user_id: str = "") -> str:
    """ISO code of a phone as WhatsApp writes it (digits), or of a user id's prefix (`IT.1234`); "" when neither says."""
    return country_of_phone(phone) or numbers.country_of_user_id(user_id)


def country_of_phone(phone: str) -> str:
    """
    >>> country_of_phone("393331234567"), country_of_phone("+1 787 234 5678"), country_of_phone("12")
    ('IT', 'PR', '')
    """
    digits = numbers.digits(phone)
    if not 6 < len(digits) < 16:
        return ""
    try:
        number = phonenumbers.parse(f"+{digits}")
    except phonenumbers.NumberParseException:
        return ""
    # A number that its country does not know is still that country's: Meta goes by the calling code.
    region = phonenumbers.region_code_for_number(number) or phonenumbers.region_code_for_country_code(
        number.country_code or 0
    )
    return region if region in COUNTRIES else ""


def market_of(country: str, markets: Mapping[str, str]) -> str:
    """`markets` maps country codes to markets."""
    return markets.get(country, REST)
