"""``manage.py prune --keep DAYS``: delete results that are too old; their counts stay."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ingest.retention import prune
from results.models import Pruning


class Command(BaseCommand):
    """Delete tests, submissions and rejections of before so many days, and print what went."""

    help = "Delete results older than --keep days. Counts, builds, series, events and issues stay."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument(
            "--keep", type=int, required=True, metavar="DAYS", help="days to keep, at least 1"
        )

    def handle(self, *args: Any, keep: int, **options: Any) -> None:
        """Prune; exit code 1 when somebody else is at it."""
        if keep < 1:
            raise CommandError("Keep at least one day.")
        done = prune(timezone.now() - timedelta(days=keep), self._show)
        if done is None:
            raise CommandError("Another process is pruning.")
        self.stdout.write(
            f"Older than {done.before:%Y-%m-%d %H:%M} UTC: {done.tests:,} tests of {done.builds:,} builds, "
            f"{done.contents:,} documents and excerpts, {done.submissions:,} submissions deleted."
        )

    def _show(self, run: Pruning) -> None:
        if self.stdout.isatty():
            self.stdout.write(f"\r{run.tests:,} tests …", ending="")
            self.stdout.flush()
