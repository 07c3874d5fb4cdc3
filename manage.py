#!/usr/bin/env python3
"""Django's command line. Runs with .venv's Python by itself, so that nobody has to activate anything."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    try:
        from django.core.management import execute_from_command_line
    except ImportError:
        python = Path(__file__).resolve().parent / ".venv" / "bin" / "python"
        if not python.exists() or Path(sys.prefix) == python.parent.parent:
            sys.exit("Sportello is not installed yet. Run bin/start or bin/test once.")
        os.execv(python, [str(python), *sys.argv])  # noqa: S606  our own Python
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
