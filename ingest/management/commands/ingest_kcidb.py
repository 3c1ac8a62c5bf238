"""manage.py ingest_kcidb: load KCIDB documents."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError
from tqdm import tqdm

from ingest.sources import paths
from ingest.summary import Summary
from ingest.workers import WorkerDied, load_files


class Command(BaseCommand):
    """Load KCIDB documents from files, folders, archives or standard input."""

    help = (
        "Load KCIDB submissions: files, folders, archives (.zip, .tar, .tar.gz, .tar.bz2, .tar.xz), "
        "compressed files (.gz, .bz2, .xz), or - for standard input. Files may hold one JSON "
        "document, JSON Lines, several documents one after another, or a JSON text sequence. "
        "Exit code: 0 everything is stored, 1 something was rejected (manage.py replay_rejected "
        "tries again), 2 wrong usage or a path that cannot be read, 3 the "
        "database cannot be reached or a process died: what was loaded is safe, load again to go on."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "paths", nargs="+", metavar="PATH", help="file, folder, archive, or - for standard input"
        )
        parser.add_argument(
            "--source", default="kcidb", help="what to call this source of submissions (%(default)s)"
        )
        parser.add_argument(
            "--processes", type=int, default=1, metavar="N", help="load with N processes (%(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            files = list(paths.files(options["paths"]))
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}", returncode=2) from error
        if not files:
            raise CommandError("no KCIDB documents there", returncode=2)
        begun = time.monotonic()
        try:
            summary = self._load(files, options)
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"the database cannot be reached: {error}", returncode=3) from error
        except WorkerDied as error:
            raise CommandError(str(error), returncode=3) from error
        except KeyboardInterrupt as interrupt:
            raise CommandError("interrupted; load again to go on", returncode=130) from interrupt
        if options["verbosity"] > 0:
            for line in summary.lines(time.monotonic() - begun):
                self.stdout.write(line)
        if not summary.is_whole:
            sys.exit(1)

    def _load(self, files: list[str], options: dict[str, Any]) -> Summary:
        quiet = options["verbosity"] == 0 or not sys.stderr.isatty()
        size = sum(os.path.getsize(path) for path in files if path != paths.STDIN)
        with tqdm(total=size or None, unit="B", unit_scale=True, disable=quiet, file=sys.stderr) as bar:

            def on_progress(read: int, summary: Summary | None) -> None:
                if read:  # told by whoever reads; the loader, another thread, tells the rest
                    bar.update(read)
                if summary is not None:
                    bar.set_postfix_str(f"{summary.objects():,} objects", refresh=False)

            return load_files(
                files, source=options["source"][:32], processes=options["processes"], on_progress=on_progress
            )
