"""manage.py demo_channel [--json]: what anybody needs to sign a delivery to the demo shop's number."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo.desk import simulated_channels, webhook_url


class Command(BaseCommand):
    help = "Show the demo channel's id, secret and addresses. Demo mode only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="As one line of JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SIMULATOR:
            raise CommandError("Only in demo mode: a real channel's secret is shown to nobody.")
        channels = simulated_channels()
        if not channels:
            raise CommandError("No channel talks to the simulator yet. Run bin/start, or manage.py seed_demo.")
        shown = {
            "phone_number_id": channels[0].phone_number_id,
            "app_secret": channels[0].app_secret,
            "verify_token": channels[0].verify_token,
            "webhook_url": webhook_url(),
            "simulator_url": settings.SIMULATOR_URL,
        }
        if options["json"]:
            self.stdout.write(json.dumps(shown))
            return
        for name, value in shown.items():
            self.stdout.write(f"{name:16} {value}")
