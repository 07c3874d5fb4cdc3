"""What bin/start, bin/test and bin/bench need of the machine: packages, servers, processes.

Standard library only, for it runs before anything is installed, with the Python that the machine has.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent.parent


class Trouble(Exception):
    """Something a person can mend. The text is shown as it is, then the command ends with 1."""


class Stopped(BaseException):
    """Ctrl-C or TERM: everything that was started is taken down on the way out."""


def say(text: str) -> None:
    """One line on standard output at once. A reader that went away is no reason to fail."""
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except (BrokenPipeError, ValueError):
        pass


def stop_on_signals() -> None:
    """From here on Ctrl-C, TERM and a closed terminal raise Stopped in the main thread."""

    def stop(number: int, _frame: FrameType | None) -> None:
        raise Stopped(signal.Signals(number).name)

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, stop)
