"""Tokens for programs that send results: make, list, revoke."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import IntegrityError
from django.utils import timezone

from ingest.intake.callers import ORIGIN
from ingest.intake.tokens import create_token, revoke_token
from ingest.models import Token


class Command(BaseCommand):
    """Exits with 0, or with 1 and a sentence."""

    help = "Make, list and revoke the tokens that POST /submit takes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        create = actions.add_parser("create", help="make a token; its secret is shown this once")
        create.add_argument("name", help="who uses it, and for what")
        create.add_argument("origins", nargs="+", help="origins whose objects it may send")
        create.add_argument("--days", type=int, help="days until it expires (default: never)")
        create.add_argument("--requests-per-minute", type=int, help="instead of the site's limit")
        create.add_argument("--bytes-per-hour", type=int, help="instead of the site's limit")
        actions.add_parser("list", help="show all tokens")
        revoke = actions.add_parser("revoke", help="make a token useless from now on")
        revoke.add_argument("name")

    def handle(self, *args: Any, **options: Any) -> None:
        action = {"create": self._create, "list": self._list, "revoke": self._revoke}
        action[options["action"]](options)

    def _create(self, options: dict[str, Any]) -> None:
        for origin in options["origins"]:
            if not ORIGIN.fullmatch(origin):
                raise CommandError(f"{origin!r} is no name of an origin (a-z, 0-9, _)")
        expires_at = timezone.now() + timedelta(days=options["days"]) if options["days"] else None
        try:
            _, secret = create_token(
                options["name"],
                options["origins"],
                expires_at=expires_at,
                requests_per_minute=options["requests_per_minute"],
                bytes_per_hour=options["bytes_per_hour"],
            )
        except IntegrityError as error:
            raise CommandError(f"there is a token named {options['name']!r}") from error
        self.stdout.write(secret)

    def _list(self, _options: dict[str, Any]) -> None:
        for token in Token.objects.all():
            state = token.problem(timezone.now()) or "valid"
            used = (
                f"last used {token.last_used_at:%Y-%m-%d %H:%M} UTC" if token.last_used_at else "never used"
            )
            self.stdout.write(f"{token.name}\t{', '.join(token.origins)}\t{state}\t{used}")

    def _revoke(self, options: dict[str, Any]) -> None:
        if not revoke_token(options["name"]):
            raise CommandError(f"there is no valid token named {options['name']!r}")
