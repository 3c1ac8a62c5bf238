"""manage.py sync_kernelci: read a KernelCI API, once or for ever."""

from __future__ import annotations

import logging
import time
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, close_old_connections

from ingest.kernelci.client import ApiError
from ingest.kernelci.run import run_round
from ingest.kernelci.sync import Report

logger = logging.getLogger(__name__)

ROUND_SECONDS: Final = 300.0
"""A round that reads whole trees gives way to new events after this long."""


class Command(BaseCommand):
    help = "Bring in what a KernelCI API has, and keep in step with it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--api", default=settings.KERNELCI_API_URL, help="Its address (default: %(default)s)."
        )
        parser.add_argument(
            "--since", type=_moment, help="Follow events from this time on, not from where we were."
        )
        parser.add_argument(
            "--backfill-from", type=_moment, metavar="DAY", help="Read all trees since this day."
        )
        parser.add_argument("--once", action="store_true", help="Do all that is due now, then end.")
        parser.add_argument("--interval", type=float, default=30.0, help="Seconds between rounds.")

    def handle(self, *_args: Any, **options: Any) -> None:
        start = {"since": options["since"], "backfill_from": options["backfill_from"]}
        if options["once"]:
            try:
                self._say(run_round(options["api"], **start))
            except ApiError as error:
                raise CommandError(str(error)) from error
            return
        while True:
            if self._try_round(options["api"], start):
                start = {}
            time.sleep(options["interval"])

    def _try_round(self, url: str, start: dict[str, datetime | None]) -> bool:
        """Return whether the round came to its end; what stopped it may be over at the next one."""
        try:
            self._say(run_round(url, seconds=ROUND_SECONDS, **start))
        except (ApiError, OperationalError) as error:
            logger.warning("the round failed", extra={"api": url, "reason": str(error)})
            return False
        finally:
            close_old_connections()
        return True

    def _say(self, report: Report | None) -> None:
        if report is None:
            self.stdout.write("somebody else is reading this API")
        else:
            self.stdout.write(
                f"{report.events} events, {report.trees} trees, {report.tests} tests;"
                f" {report.purged} nodes gone, {report.failures} parts to be read again"
            )


def _moment(text: str) -> datetime:
    """Return a day or a time (UTC unless it says otherwise); ValueError is argparse's to report."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
