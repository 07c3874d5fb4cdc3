"""How amounts are written: in the reader's language, never rounded to nothing."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import number_format

from conversations.times import NOTHING


def money(amount: Decimal | None, currency: str) -> str:
    """1,234.56 USD; small ones with what they need, at least four decimals below one: 0.0080 USD. A dash for none."""
    if amount is None:
        return NOTHING
    return f"{_digits(amount)} {currency}"


def signed(amount: Decimal, currency: str) -> str:
    """With a plus or a real minus; a dash for no difference."""
    if not amount:
        return NOTHING
    return f"{'+' if amount > 0 else '−'}{_digits(abs(amount))} {currency}".strip()


def _digits(amount: Decimal) -> str:
    plain = amount.normalize()
    exponent = plain.as_tuple().exponent
    decimals = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    least = 4 if 0 < abs(amount) < 1 else 2
    return str(number_format(amount, decimal_pos=max(least, decimals), use_l10n=True, force_grouping=True))
