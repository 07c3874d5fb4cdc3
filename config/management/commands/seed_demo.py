"""manage.py seed_demo: the invented shop and two weeks of its past. Safe to repeat; what is there is kept."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo.control import SimulatorAway
from config.demo.seeder import seed
from conversations import clock


class Command(BaseCommand):
    help = "Fill the desk with a demo shop. Demo mode only; the simulator must run (bin/start sees to that)."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SIMULATOR:
            raise CommandError("Only in demo mode: a real desk gets no invented customers.")
        began = clock.monotonic()
        try:
            seed(self._say)
        except SimulatorAway as problem:
            raise CommandError(str(problem)) from problem
        self._say(f"Demo: ready after {clock.monotonic() - began:.1f} s.")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
