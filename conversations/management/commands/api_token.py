"""manage.py api_token USERNAME: print a new key for the REST API. It is shown this once."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError

from conversations.access.tokens import issue
from conversations.models import ApiToken


class Command(BaseCommand):
    help = "Print a new API token of a user. The key is shown this once; the database keeps its hash."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument(
            "--scope", action="append", choices=ApiToken.Scope.values, help="Repeatable; read and write by default."
        )
        parser.add_argument("--name", default="", help="What it is for.")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no active user “{options['username']}”.")
        scopes = options["scope"] or [ApiToken.Scope.READ.value, ApiToken.Scope.WRITE.value]
        self.stdout.write(issue(user=user, scopes=scopes, name=options["name"][:80]))
