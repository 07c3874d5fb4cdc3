"""Production refuses to start when a system check finds an error: demo people, DEBUG, a default key, the simulator (config/checks.py)."""

from __future__ import annotations

import sys

from django.conf import settings
from django.core.checks import ERROR, run_checks


def refuse_if_unsafe() -> None:
    """Called by everything that serves, after django.setup(). Ends the process with the errors said, in production only."""
    if settings.SETTINGS_MODULE != "config.settings.production":
        return
    errors = [check for check in run_checks(databases=["default"]) if check.level >= ERROR and not check.is_silenced()]
    if errors:
        sys.exit("Sportello does not start:\n" + "\n".join(f"  {check}" for check in errors))
