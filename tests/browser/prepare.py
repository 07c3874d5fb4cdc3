"""python -m tests.browser.prepare [USERNAME…]: a migrated database with the demo's shop, without its past, which takes a minute to play.

Run with a desk's environment before its bin/start, which then finds the database prepared (bin/machine/desk.py).
Prints as JSON the channel's id and secret and an API token of each named user.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta

import django
from django.core.management import call_command

from machine.desk import Desk

WEEKS_AGO = timedelta(weeks=1)


def prepare(usernames: list[str]) -> None:
    django.setup()
    from django.contrib.auth.models import User

    from config.demo.people import SEEDER
    from config.demo.shop import open_shop
    from conversations import clock
    from conversations.access.tokens import issue
    from reports.actions import build_week

    call_command("migrate", interactive=False, verbosity=0)
    shop = open_shop()
    today = clock.now().astimezone(shop.channel.zone).date()
    build_week(channel=shop.channel, week=today - WEEKS_AGO, by=SEEDER)
    users = User.objects.filter(username__in=usernames)
    tokens = {user.username: issue(user=user, scopes=["read", "write"], name="browser tests") for user in users}
    shown = {"phone_number_id": shop.channel.phone_number_id, "app_secret": shop.channel.app_secret, "tokens": tokens}
    sys.stdout.write(json.dumps(shown))
    Desk.of_environment().note_prepared()


if __name__ == "__main__":
    prepare(sys.argv[1:])
