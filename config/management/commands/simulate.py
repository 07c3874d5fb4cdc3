"""manage.py simulate --from NUMBER --text TEXT: a customer writes to the running desk, by a signed webhook (D28)."""

from __future__ import annotations

import re
import secrets
from argparse import ArgumentParser
from typing import Any

import requests
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo import deliveries
from config.demo.control import Control, SimulatorAway
from config.demo.desk import simulated_channels, webhook_url
from conversations import clock
from conversations.models import Channel

MOST = 10_000


class Command(BaseCommand):
    help = "Post a signed webhook to the running desk, as if a customer had written. Demo mode only."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", dest="number", required=True, help="The customer's number, such as 393331234567.")
        parser.add_argument("--text", required=True, help="What they write.")
        parser.add_argument("--name", default="", help="Their name on WhatsApp.")
        parser.add_argument(
            "--times", type=int, default=1, help="So many messages; with --wamid the same one so often."
        )
        parser.add_argument("--wamid", default="", help="The message's id; without it each message gets a new one.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.SIMULATOR:
            raise CommandError("Only in demo mode.")
        number = re.sub(r"[\s()+\-.]", "", options["number"])
        if not re.fullmatch(r"\d{7,15}", number):
            raise CommandError("--from is a phone number with its country code: 7 to 15 digits.")
        if not 1 <= options["times"] <= MOST:
            raise CommandError(f"--times is between 1 and {MOST}.")
        if not options["text"].strip():
            raise CommandError("--text is empty. A customer writes something.")
        channels = simulated_channels()
        if not channels:
            raise CommandError("No channel talks to the simulator yet. Run bin/start, or manage.py seed_demo.")
        control, desk = Control(), requests.Session()
        for _time in range(options["times"]):
            wamid = options["wamid"] or f"wamid.{secrets.token_hex(24).upper()}"
            self._write(control, desk, channels[0], number, options["name"], options["text"], wamid)
            self.stdout.write(wamid)

    def _write(
        self, control: Control, desk: requests.Session, channel: Channel, number: str, name: str, text: str, wamid: str
    ) -> None:
        """The simulator first, so that it knows whom the desk will answer; then the desk."""
        now, content = clock.now(), {"body": text}
        name = name or f"Cliente {number[-4:]}"
        heard = {"phone_number_id": channel.phone_number_id, "from": number, "timestamp": str(int(now.timestamp()))}
        try:
            control.post("heard", {**heard, "name": name, "wamid": wamid, "type": "text", "content": content})
        except SimulatorAway as problem:
            raise CommandError(str(problem)) from problem
        message = deliveries.message(wamid=wamid, number=number, at=now, kind="text", content=content)
        body = deliveries.body(channel, messages=[message], name=name)
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": deliveries.signature(channel, body)}
        url = webhook_url()
        try:
            answer = desk.post(url, data=body, headers=headers, timeout=10)
        except requests.RequestException as problem:
            raise CommandError(
                f"The desk does not answer at {url}. Start it with bin/start, and give this command the same PORT and SPORTELLO_HOME."
            ) from problem
        if answer.status_code != 200:
            raise CommandError(f"The desk at {url} says {answer.status_code}: {answer.text[:200]}")
