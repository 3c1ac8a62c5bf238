"""Keep in step with a KCIDB database, once or for ever."""

from __future__ import annotations

import logging
import time
from argparse import ArgumentParser
from typing import Any, Final

import psycopg
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, close_old_connections

from ingest.intake.pull import pull

logger = logging.getLogger(__name__)

ROUND_SECONDS: Final = 600.0


class Command(BaseCommand):
    """Exits with 0; with --once, with 1 when a database did not answer or something was rejected."""

    help = "Read the rows of a KCIDB database in PostgreSQL that changed since they were read last."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dsn", default=settings.KCIDB_DSN, help="default: the setting KCIDB_DSN")
        parser.add_argument("--once", action="store_true", help="stop after one round")
        parser.add_argument("--pause", type=float, default=30.0, help="seconds between rounds (default: 30)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["dsn"]:
            raise CommandError("name a database: --dsn or the setting KCIDB_DSN")
        while True:
            self._round(options["dsn"], is_only=options["once"])
            if options["once"]:
                return
            time.sleep(options["pause"])

    def _round(self, dsn: str, *, is_only: bool) -> None:
        started = time.monotonic()
        close_old_connections()
        try:
            summary = pull(dsn, seconds=ROUND_SECONDS)
        except (psycopg.Error, DatabaseError) as error:
            if is_only:
                raise CommandError(f"a database does not answer: {error}") from error
            logger.error("a database does not answer: %s", error)
            return
        if summary is None:
            logger.warning("another process reads this database")
            return
        self.stdout.write("\n".join(summary.lines(time.monotonic() - started)))
        if is_only and not summary.is_whole:
            raise CommandError("some of it was rejected", returncode=1)
