"""manage.py seed_demo: made-up results that look like a believable kernel CI."""

from __future__ import annotations

import os
import sys
import time
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from ingest.demo.commits import write_clone
from ingest.demo.feed import GeneratorFailed, made_elsewhere, write_truth
from ingest.demo.plan import Spec, all_commits
from ingest.demo.products import create_products
from ingest.demo.timeline import Timeline
from ingest.load import load_documents
from ingest.summary import Summary
from results.git.importing import import_git
from results.git.ranges import measure_ranges
from results.git.repository import Repository
from results.judging import judge_due
from results.models import Tree
from results.rollups import refresh

TESTS = 80_000
DAYS = 30


class Command(BaseCommand):
    """Generate KCIDB documents and load them as if they had been submitted, or write them to a folder.

    The same seed and end give the same documents, so that an interrupted load can be repeated.
    """

    requires_system_checks: list[str] = []
    help = "Fill in demo data: about so many tests over so many days, regressions and all."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--tests", type=_positive, default=TESTS, help="About how many (default: %(default)s)."
        )
        parser.add_argument(
            "--days", type=_positive, default=DAYS, help="Days that they span (default: %(default)s)."
        )
        parser.add_argument(
            "--seed", type=int, default=1, help="Another number, other results (default: %(default)s)."
        )
        parser.add_argument("--until", type=_moment, help="When they end (default: the last full hour).")
        parser.add_argument(
            "--to", type=Path, metavar="FOLDER", help="Write the documents here; load nothing."
        )
        parser.add_argument("--truth", type=Path, metavar="FILE", help="Write here what was planted.")

    def handle(self, *_args: Any, **options: Any) -> None:
        until = options["until"] or datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
        spec = Spec(options["tests"], options["days"], options["seed"], until)
        if options["to"]:
            self._write(spec, options["to"], options["truth"] or options["to"] / "truth.json")
        else:
            self._load(spec, options["truth"])

    def _write(self, spec: Spec, folder: Path, truth: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        timeline = Timeline(spec)
        with _bar(spec) as bar:
            for document in timeline.documents():
                path = folder / document.name
                path.write_bytes(document.raw)
                os.utime(path, (document.submitted_at.timestamp(),) * 2)
                bar.update(timeline.tests - bar.n)
        write_truth(timeline, truth)
        self.stdout.write(f"{timeline.tests:,} tests in {folder}; what was planted: {truth}")

    def _load(self, spec: Spec, truth: Path | None) -> None:
        begun = time.monotonic()
        with _bar(spec) as bar:

            def show(summary: Summary) -> None:
                counts = summary.counts["test"]
                bar.update(counts.new + counts.updated + counts.unchanged - bar.n)

            try:
                summary = load_documents(made_elsewhere(spec, truth), source="demo", on_batch=show)
            except GeneratorFailed as error:
                raise CommandError(str(error)) from error
        for line in summary.lines(time.monotonic() - begun):
            self.stdout.write(line)
        while refresh():
            pass
        _import_commits(spec)
        trees = judge_due(rest=timedelta(0))
        measure_ranges()
        create_products()
        spent = time.monotonic() - begun
        self.stdout.write(f"Summaries are up to date, {trees} trees judged, after {spent:.1f} s.")


def _import_commits(spec: Spec) -> None:
    """Make a clone that fits the results, and take over its commits."""
    with TemporaryDirectory() as folder:
        clone = Path(folder) / "linux.git"
        write_clone(all_commits(spec), clone)
        with Repository(clone) as repository:
            import_git(repository, list(Tree.objects.all()))


def _bar(spec: Spec) -> tqdm[Any]:
    return tqdm(
        total=spec.tests,
        unit=" tests",
        desc="Demo data",
        file=sys.stderr,
        mininterval=0.5,
        dynamic_ncols=True,
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError("not positive")
    return number


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
