"""manage.py bench: what Treewatch costs, beside what it may cost."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand

from dashboard.bench import database
from dashboard.bench.figures import Figure, Section, lines, number, table, verdict
from dashboard.bench.loading import TESTS as FRESH
from dashboard.bench.loading import loading
from dashboard.bench.pages import FIRST_AFTER_RESTART, STATEMENTS, Biggest, Page, addresses
from dashboard.bench.questions import rows
from dashboard.bench.storage import storage
from dashboard.bench.submitting import TESTS as SUBMITTED
from dashboard.bench.submitting import submitting
from dashboard.bench.web import Measured, Server, measure, running

MEGABYTES_PER_WORKER = 120
FIRST_REQUEST = 150
SUFFIXES = {"k": 1_000, "m": 1_000_000}


class Command(BaseCommand):
    """Measure a database of generated data; it is made when it is not there, and kept.

    Fresh results are loaded into a scratch copy, so that every run finds the same. Give it a quiet
    machine: all figures are times of this one.
    """

    help = "Measure ingestion, disk and pages on generated data, and compare with the budgets."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--tests", type=_count, default=1_000_000, help="Size of the database: 1M (default), 10M."
        )
        parser.add_argument(
            "--requests", type=int, default=40, help="Requests for each page (default: %(default)s)."
        )
        parser.add_argument(
            "--fresh", type=_count, default=FRESH, help="Tests of each load (default: %(default)s)."
        )
        parser.add_argument("--skip-ingest", action="store_true", help="Measure pages and disk only.")

    def handle(self, *_args: Any, **options: Any) -> None:
        call_command("collectstatic", interactive=False, verbosity=0)
        name = database.kept(options["tests"])
        database.connect(name)
        self._over = 0
        load = os.getloadavg()[0]
        self.stdout.write(f"{name}, {os.cpu_count()} cores, {load:.1f} busy before the first measurement")
        self._say(storage())
        with running() as server:
            self._pages(server, options["requests"])
            self._questions(server, options["requests"])
            peak = Figure("peak of a web worker", server.memory(), "MB", at_most=MEGABYTES_PER_WORKER)
        self._say(Section("Web server", [peak, *self._first_requests()]))
        if not options["skip_ingest"]:
            with database.scratch(name):
                for section in loading(options["fresh"], options["requests"]):
                    self._say(section)
                for section in submitting(min(options["fresh"], SUBMITTED)):
                    self._say(section)
        self.stdout.write(
            f"\n{self._over} figures over budget." if self._over else "\nEverything is within budget."
        )

    def _say(self, section: Section) -> None:
        self._over += sum(figure.is_within is False for figure in section.figures)
        for line in lines(section):
            self.stdout.write(line)
        self.stdout.flush()

    def _pages(self, server: Server, requests: int) -> None:
        self.stdout.write(
            "\nPages: milliseconds inside the application, and end to end; SQL statements; kB gzipped"
        )
        lines_of_pages: list[tuple[str, ...]] = [
            ("", "p50", "p95", "end p50", "p95", "budget", "", "SQL", "", "kB", "")
        ]
        for page, path in addresses(Biggest()):
            lines_of_pages.append(self._row(page, measure(server, path, requests)))
        for line in table(lines_of_pages):
            self.stdout.write(line)

    def _questions(self, server: Server, requests: int) -> None:
        self.stdout.write("\nQuestions of scripts: the same, and what the peer's clients ask instead")
        found = list(rows(lambda path: measure(server, path, requests), Biggest()))
        self._over += sum(over for _, over in found)
        for line in table(row for row, _ in found):
            self.stdout.write(line)

    def _row(self, page: Page, found: Measured) -> tuple[str, ...]:
        marks = (
            found.outside_p95 <= page.milliseconds and found.status == 200,
            found.statements <= STATEMENTS,
            None if page.kilobytes is None else found.gzipped <= page.kilobytes * 1024,
        )
        self._over += sum(mark is False for mark in marks)
        return (
            page.name if found.status == 200 else f"{page.name} (status {found.status})",
            *(
                number(value)
                for value in (found.inside_p50, found.inside_p95, found.outside_p50, found.outside_p95)
            ),
            f"≤ {number(page.milliseconds)}",
            verdict(marks[0]),
            str(found.statements),
            verdict(marks[1]),
            number(found.gzipped / 1024),
            verdict(marks[2]),
        )

    def _first_requests(self) -> list[Figure]:
        """Return what the first request after a restart takes, for some pages."""
        known = {page.name: path for page, path in addresses(Biggest())}
        figures = []
        for name in FIRST_AFTER_RESTART:
            if name in known:
                with running() as server:
                    (taken,) = server.milliseconds(known[name], 1)
                figures.append(Figure(f"first request: {name}", taken, "ms", at_most=FIRST_REQUEST))
        return figures


def _count(text: str) -> int:
    """Read 1000000, 1_000_000, 1M or 500k."""
    factor = SUFFIXES.get(text[-1:].lower(), 1)
    return int(float(text[:-1]) * factor) if factor > 1 else int(text)
