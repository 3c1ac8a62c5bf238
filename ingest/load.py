"""The one door to the database: documents in, a summary out; nothing is lost and nothing counted twice."""

from __future__ import annotations

import gc
import logging
import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final

from django.db import (
    IntegrityError,
    InterfaceError,
    OperationalError,
    ProgrammingError,
    connection,
    transaction,
)

from ingest.ahead import one_ahead
from ingest.document import Document
from ingest.errors import Refusal, Refused
from ingest.locks import loading
from ingest.ownership import keep_own
from ingest.planning.batch import BATCH_BYTES, BATCH_OBJECTS, Arrival
from ingest.planning.dimensions import Dimensions
from ingest.planning.plan import Plan, make_plan
from ingest.planning.tables import is_duplicate, next_ids
from ingest.pruned import newest_pruning, refuse_pruned
from ingest.schema import Accepted, accept, refusal_of
from ingest.summary import Summary
from ingest.wake import Waker
from ingest.write import Conflict, write

ATTEMPTS: Final = 20
GARBAGE: Final = 300_000
"""Objects made between two runs of the garbage collector while documents are loaded."""

_RETRIED: Final = ("40001", "40P01", "55P03")
"""SQLSTATE of serialization failure, deadlock and lock timeout."""

_LIMITS_OF_DATA: Final = "54"
"""Class of SQLSTATE for what is too large for an index or a row."""

_log = logging.getLogger(__name__)

OnBatch = Callable[[Summary], object]
Inside = Callable[[], object]


def load_documents(
    documents: Iterable[Document],
    *,
    source: str = "kcidb",
    on_batch: OnBatch = lambda _: None,
    inside: Inside = lambda: None,
    read_ahead: bool = False,
) -> Summary:
    """Load documents and return what became of them.

    Each document is stored whole, or in part with its refused objects recorded, or recorded as
    rejected. Documents that were loaded before (same bytes, same time) change nothing.
    ``on_batch`` is called with the summary so far after each transaction. Raises OperationalError
    when the database is gone; everything counted by then is safe, and loading again goes on.

    ``inside`` is called within each transaction, when the data are written: what it writes (how
    far a source was read) is kept if and only if they are. Several documents may be stored in
    several transactions, and a transaction may be tried again, ``inside`` with it; so give one
    document at a time to move a cursor past it.

    With ``read_ahead`` the documents are made in another thread, which has no business with the
    database, while earlier ones are written.
    """
    batches = _batches(documents)
    loader = Loader(source, inside)
    with _patient_collector():
        for batch in one_ahead(batches) if read_ahead else batches:
            loader.load(batch)
            on_batch(loader.summary)
    loader.waker.finish()
    return loader.summary


@contextmanager
def _patient_collector() -> Iterator[None]:
    """Look for garbage in cycles more rarely: documents have none, and the search costs a third of a load."""
    thresholds = gc.get_threshold()
    gc.set_threshold(GARBAGE, *thresholds[1:])
    try:
        yield
    finally:
        gc.set_threshold(*thresholds)


def _batches(documents: Iterable[Document]) -> Iterator[list[Arrival]]:
    batch: list[Arrival] = []
    objects = size = 0
    for document in documents:
        arrival = _arrival(document)
        batch.append(arrival)
        objects += arrival.size() + 1
        size += len(document.raw)
        if objects >= BATCH_OBJECTS or size >= BATCH_BYTES:
            yield batch
            batch, objects, size = [], 0, 0
    if batch:
        yield batch


def _arrival(document: Document) -> Arrival:
    try:
        accepted = keep_own(accept(document), document.origins)
    except Refused as refused:
        refusal = Refusal("document", "", refused.pointer, refused.reason, document.raw)
        accepted = Accepted("", {}, [refusal])
    except RecursionError:
        refusal = Refusal("document", "", "", "nested too deeply", document.raw)
        accepted = Accepted("", {}, [refusal])
    return Arrival(document, document.digest(), accepted)


class Loader:
    """Loads batches, with the caches that make the next one faster."""

    def __init__(self, source: str, inside: Inside = lambda: None) -> None:
        self.summary = Summary()
        self.waker = Waker()
        self._source, self._inside = source, inside
        self._dimensions = Dimensions()
        self._pruning: tuple[int, int] | None = None

    def load(self, arrivals: list[Arrival]) -> None:
        """Store a batch: in one transaction, or in smaller parts when something in it is bad."""
        self._dimensions.forget_if_full()
        self._number(arrivals)
        with loading():
            self._forget_pruned()
            self._store_or_split(arrivals)

    def _forget_pruned(self) -> None:
        """Forget contents that may have been deleted since the last batch."""
        pruning = newest_pruning()
        if pruning != self._pruning:
            self._pruning = pruning
            self._dimensions.forget_contents()

    def _number(self, arrivals: list[Arrival]) -> None:
        """Give the arrivals ids of submissions, in their order."""
        for arrival, number in zip(arrivals, next_ids("results_submission", len(arrivals)), strict=True):
            arrival.id = number
            arrival.source = self._source

    def _store_or_split(self, arrivals: list[Arrival]) -> None:
        try:
            self._store(arrivals)
        except Exception as error:
            if not _is_bad_data(error):
                raise
            if len(arrivals) > 1:
                half = len(arrivals) // 2
                self._store_or_split(arrivals[:half])
                self._store_or_split(arrivals[half:])
            else:
                _log.error("a document cannot be stored as it is", exc_info=error)
                self._store([self._without_bad_objects(arrivals[0], error)])

    def _without_bad_objects(self, arrival: Arrival, error: Exception) -> Arrival:
        """Return the arrival with the objects that cannot be stored made refusals."""
        everything = [(kind, item) for kind, items in arrival.accepted.objects.items() for item in items]
        bad = self._bad(arrival, everything)
        good = _with_objects(
            arrival, [part for part in everything if not any(part[1] is item for _, item, _ in bad)]
        )
        refusals = [refusal_of(kind, item, _words(reason)) for kind, item, reason in bad]
        if not bad or self._try(good) is not None:
            whole = Refusal("document", "", "", _words(error), arrival.document.raw)
            return _with_objects(arrival, [], [whole])
        return _with_objects(good, None, [*arrival.accepted.refusals, *refusals])

    def _bad(self, arrival: Arrival, objects: list[Any]) -> list[tuple[str, Any, Exception]]:
        """Return the objects that cannot be stored, each with the error, by trying ever smaller parts."""
        error = self._try(_with_objects(arrival, objects)) if objects else None
        if error is None:
            return []
        if len(objects) == 1:
            return [(*objects[0], error)]
        half = len(objects) // 2
        return self._bad(arrival, objects[:half]) + self._bad(arrival, objects[half:])

    def _try(self, arrival: Arrival) -> Exception | None:
        """Store an arrival and take it back; return what went wrong."""
        try:
            self._attempt([arrival], keep=False)
        except Exception as error:
            if not _is_bad_data(error):
                raise
            return error
        return None

    def _store(self, arrivals: list[Arrival]) -> None:
        plan, repeated, rejected = self._attempt(arrivals, keep=True)
        self.summary.repeated += repeated
        self.summary.rejected_before += rejected
        self.summary.add_batch(plan.arrivals, plan.counts)

    def _attempt(self, arrivals: list[Arrival], *, keep: bool) -> tuple[Plan, int, int]:
        """Plan and write a batch; again while other loaders change what the plan was made from."""
        for attempt in range(1, ATTEMPTS + 1):
            before = _loaded_before(arrivals)
            first = {arrival.identity: arrival for arrival in reversed(arrivals)}
            fresh = [one for one in arrivals if one.identity not in before and first[one.identity] is one]
            if self._pruning:
                fresh = refuse_pruned(fresh)
            plan = make_plan(fresh, self._dimensions)
            try:
                with transaction.atomic():
                    write(plan)
                    if keep:
                        self._inside()
                    if plan.due and keep:
                        transaction.on_commit(self.waker.wake)
                    transaction.set_rollback(not keep)
            except (Conflict, IntegrityError, OperationalError) as error:
                if attempt == ATTEMPTS or not _is_temporary(error):
                    raise
                time.sleep(random.uniform(0, 0.02 * attempt))
                continue
            break
        return plan, len(arrivals) - len(fresh), sum(before.values())


def _is_temporary(error: Exception) -> bool:
    """Return whether another try may succeed: other loaders were in the way."""
    if isinstance(error, OperationalError):
        return getattr(error.__cause__, "sqlstate", None) in _RETRIED
    return isinstance(error, Conflict) or is_duplicate(error)


def _is_bad_data(error: Exception) -> bool:
    """Return whether it was the data: not a database that is gone, full, or without our tables."""
    if isinstance(error, (OperationalError, InterfaceError, ProgrammingError)):
        return str(getattr(error.__cause__, "sqlstate", None)).startswith(_LIMITS_OF_DATA)
    return True


def _loaded_before(arrivals: list[Arrival]) -> dict[tuple[bytes, Any], bool]:
    """Return, of documents that were loaded before, whether something in them is still rejected."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT s.sha256, s.submitted_at, EXISTS (
                SELECT FROM results_rejection r WHERE r.submission_id = s.id AND r.replayed_at IS NULL
            )
            FROM unnest(%s::bytea[], %s::timestamptz[]) AS k (sha256, submitted_at)
            JOIN results_submission s ON s.sha256 = k.sha256 AND s.submitted_at = k.submitted_at
            """,
            [
                [arrival.digest for arrival in arrivals],
                [arrival.document.submitted_at for arrival in arrivals],
            ],
        )
        return {(bytes(digest), when): is_open for digest, when, is_open in cursor.fetchall()}


def _with_objects(
    arrival: Arrival, objects: list[Any] | None, refusals: list[Refusal] | None = None
) -> Arrival:
    accepted = arrival.accepted
    kept: dict[str, list[Any]] = {}
    for kind, item in objects or []:
        kept.setdefault(kind, []).append(item)
    return replace(
        arrival,
        accepted=replace(
            accepted,
            objects=accepted.objects if objects is None else kept,
            refusals=accepted.refusals if refusals is None else refusals,
        ),
    )


def _words(error: Exception) -> str:
    """Return what a database says, in one line."""
    return f"cannot be stored: {type(error).__name__}: {error}".strip().replace("\n", " ")
