"""Checks of what staff write, as sentences."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from autoreply import wording


def check_wording(value: str) -> None:
    """Raises ValidationError for a placeholder that does not exist (A4)."""
    try:
        wording.check(value)
    except wording.BadWording as problem:
        known = ", ".join(f"{{{{ {name} }}}}" for name in wording.PLACEHOLDERS)
        if problem.code == "unknown":
            raise ValidationError(
                _("There is no placeholder “%(what)s”. There are: %(known)s."),
                params={"what": problem.what, "known": known},
            ) from problem
        if problem.code == "foreign":
            raise ValidationError(
                _("“%(what)s” would be sent as it stands. Placeholders are written in braces: %(known)s."),
                params={"what": problem.what, "known": known},
            ) from problem
        raise ValidationError(
            _(
                "The braces at “%(what)s” do not make a placeholder. Write it as {{ contact.first_name | dear customer }}."
            ),
            params={"what": problem.what},
        ) from problem
