"""Documents made by another process, so that making and loading use two cores."""

from __future__ import annotations

import multiprocessing
import pickle
from collections.abc import Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Queue
from threading import Thread

import orjson

from ingest.demo.plan import Spec
from ingest.demo.timeline import Timeline
from ingest.demo.truth import truth_of
from ingest.document import Document

AHEAD = 48
"""Documents that may wait to be loaded: tens of megabytes."""


class GeneratorFailed(Exception):
    """The process that makes the documents ended before its work did."""


def write_truth(timeline: Timeline, path: Path) -> None:
    """Write the truth behind the documents that were made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(orjson.dumps(truth_of(timeline), option=orjson.OPT_INDENT_2))


def made_elsewhere(spec: Spec, truth: Path | None = None) -> Iterator[Document]:
    """Yield the documents of a demo in the order of their submission; write the truth at the end.

    Raises GeneratorFailed when the other process dies. That process ends by itself when this one
    does, however that ends: its pipe breaks.
    """
    context = multiprocessing.get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_make, args=(spec, truth, writer), daemon=True, name="demo")
    process.start()
    writer.close()
    waiting: Queue[bytes] = Queue(AHEAD)
    Thread(target=_read, args=(reader, waiting), daemon=True).start()
    while message := waiting.get():
        yield pickle.loads(message)
    process.join()
    if process.exitcode:
        raise GeneratorFailed(f"the generator of demo data ended with exit code {process.exitcode}")


def _read(reader: Connection, waiting: Queue[bytes]) -> None:
    while True:
        try:
            waiting.put(reader.recv_bytes())
        except EOFError:
            waiting.put(b"")
            return


def _make(spec: Spec, truth: Path | None, writer: Connection) -> None:
    timeline = Timeline(spec)
    try:
        for document in timeline.documents():
            writer.send_bytes(pickle.dumps(document, pickle.HIGHEST_PROTOCOL))
    except BrokenPipeError:
        return
    if truth:
        write_truth(timeline, truth)
