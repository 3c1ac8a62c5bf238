"""What a loading process runs. Imported before Django is set up there, so it imports little."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import django
from django.db import connections

if TYPE_CHECKING:
    from ingest.document import Document
    from ingest.summary import Summary


@dataclass(frozen=True, slots=True)
class Report:
    """What a process has done so far, and how many bytes it read since its last report."""

    worker: int
    read: int
    summary: Summary
    is_last: bool


def run(number: int, tasks: Any, reports: Any, database: str, source: str) -> None:
    """Load the files that a queue names, until it gives None; report after each transaction."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends this process
    django.setup()
    # The database of the parent, which may be a test's.
    connections["default"].settings_dict["NAME"] = database
    from ingest.load import load_documents
    from ingest.memory import keep_memory

    keep_memory()
    # Files are read in another thread than reports are made in: each changes its own number only.
    read = reported = 0

    def count(size: int) -> None:
        nonlocal read
        read += size

    def report(summary: Summary, *, is_last: bool = False) -> None:
        nonlocal reported
        until = read
        reports.put(Report(number, until - reported, summary, is_last))
        reported = until

    summary = load_documents(_documents(tasks, count), source=source, on_batch=report, read_ahead=True)
    report(summary, is_last=True)


def _documents(tasks: Any, on_read: Callable[[int], object]) -> Iterator[Document]:
    from ingest.sources import paths

    while (path := tasks.get()) is not None:
        yield from paths.documents(path, on_read)
