"""manage.py replay_rejected: try again to load what was rejected."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from ingest.replay import replay_rejected


class Command(BaseCommand):
    """Try again to load rejected documents and objects."""

    help = (
        "Try again to load what was rejected, after an update of Treewatch, say. "
        "Exit code: 0 everything is stored now, 1 something is still rejected."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--submission", type=int, metavar="N", help="only what was rejected of this submission"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        replayed = replay_rejected(options["submission"])
        self.stdout.write(f"{replayed.stored:,} stored now, {len(replayed.rejected):,} still rejected")
        if options["verbosity"] > 0:
            for line in replayed.rejected:
                self.stdout.write(f"  {line}")
        if replayed.rejected:
            sys.exit(1)
