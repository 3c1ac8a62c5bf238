"""Load a spool folder of KCIDB's layout, once or for ever."""

from __future__ import annotations

import logging
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, close_old_connections

from ingest.intake.loading import load_spool
from ingest.intake.spool import Spool

logger = logging.getLogger(__name__)

ROUND_SECONDS: Final = 60.0


class Command(BaseCommand):
    """Exits with 0; with --once, with 1 when something was rejected."""

    help = (
        "Load every *.json of a folder, and move it to archive/ (a folder for each day) or, "
        "when all of it was rejected, to failed/. Files still written (.json.temp) are left alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument("--once", action="store_true", help="stop when no file waits")
        parser.add_argument("--pause", type=float, default=5.0, help="seconds between looks (default: 5)")

    def handle(self, *args: Any, **options: Any) -> None:
        spool = Spool(options["folder"].resolve())
        if not spool.folder.is_dir():
            raise CommandError(f"{spool.folder} is no folder")
        spool.prepare()
        while True:
            has_more = self._round(spool, is_only=options["once"])
            if not has_more and options["once"]:
                return
            if not has_more:
                time.sleep(options["pause"])

    def _round(self, spool: Spool, *, is_only: bool) -> bool:
        """Load for a while and return whether files are left."""
        started = time.monotonic()
        close_old_connections()
        try:
            done = load_spool(spool, seconds=ROUND_SECONDS)
        except OperationalError as error:
            if is_only:
                raise CommandError(f"the database does not answer: {error}") from error
            logger.error("the database does not answer: %s", error)
            return False
        if done is None:
            if is_only:
                raise CommandError("another process loads this folder")
            return False
        if done.summary.documents or done.summary.repeated:
            self.stdout.write("\n".join(done.summary.lines(time.monotonic() - started)))
        if is_only and not done.summary.is_whole and not done.has_more:
            raise CommandError("some of it was rejected", returncode=1)
        return done.has_more
