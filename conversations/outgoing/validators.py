"""The guard's words for forms."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from conversations.errors import DeskError
from conversations.outgoing.guard import check_address


def address_is_allowed(url: str) -> None:
    """Form validator: says at once what the engine would refuse later."""
    try:
        check_address(url)
    except DeskError as problem:
        raise ValidationError(f"{problem.message} {problem.hint}") from problem
    except OSError:
        raise ValidationError(_("This name cannot be found on the internet.")) from None
