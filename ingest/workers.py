"""Loading files with several processes: each takes the next file until none are left."""

from __future__ import annotations

import multiprocessing
import queue
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.process import BaseProcess
from typing import Any

from django.db import connection, connections

from ingest.document import Document
from ingest.load import load_documents
from ingest.memory import keep_memory
from ingest.process import Report, run
from ingest.sources import paths
from ingest.summary import Summary

OnProgress = Callable[[int, Summary | None], object]
"""Called with bytes read, and with what became of the documents so far when that is known."""


class WorkerDied(Exception):
    """A process ended before its work was done. What it had counted is stored."""


def load_files(files: list[str], *, source: str, processes: int, on_progress: OnProgress) -> Summary:
    """Load files, in this process or in several, and return what became of their documents.

    Raises WorkerDied when a process was killed or failed, OperationalError when the database is gone.
    """
    if processes <= 1 or len(files) < 2:
        keep_memory()
        documents = _documents(files, lambda size: on_progress(size, None))
        return load_documents(
            documents, source=source, on_batch=lambda summary: on_progress(0, summary), read_ahead=True
        )
    connections.close_all()
    # A fresh interpreter each: no connection, lock or thread of this one is inherited.
    context = multiprocessing.get_context("spawn")
    tasks: Any = context.Queue()
    tasks.cancel_join_thread()  # when the workers die, nobody takes what is left
    reports: Any = context.Queue()
    for task in (*files, *[None] * processes):
        tasks.put(task)
    database = str(connection.settings_dict["NAME"])
    workers = [
        context.Process(target=run, args=(number, tasks, reports, database, source), daemon=True)
        for number in range(processes)
    ]
    for worker in workers:
        worker.start()
    return _follow(workers, reports, on_progress)


def _follow(workers: Sequence[BaseProcess], reports: Any, on_progress: OnProgress) -> Summary:
    """Collect reports until every worker has sent its last one; return the sum."""
    last: dict[int, Summary] = {}
    working = set(range(len(workers)))
    for report in _reports(workers, working, reports):
        last[report.worker] = report.summary
        total = Summary()
        for summary in last.values():
            total.add(summary)
        on_progress(report.read, total)
        if report.is_last:
            working.discard(report.worker)
    for worker in workers:
        worker.join()
    return total


def _reports(workers: Sequence[BaseProcess], working: set[int], reports: Any) -> Iterator[Report]:
    while working:
        try:
            yield reports.get(timeout=1)
        except queue.Empty:
            if dead := [number for number in working if workers[number].exitcode is not None]:
                for worker in workers:
                    worker.terminate()
                code = workers[dead[0]].exitcode
                raise WorkerDied(f"a loading process ended with {code}; load again to go on") from None


def _documents(files: list[str], on_read: paths.OnRead) -> Iterator[Document]:
    for path in files:
        yield from paths.documents(path, on_read)
