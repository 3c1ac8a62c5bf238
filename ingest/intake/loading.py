"""Loading what waits in a spool.

A file leaves its folder only after the commit of what it holds. A kill at any moment therefore
leaves it where it is, to be loaded again, and its documents, known by content and time, change
nothing the second time. That also makes two loaders of one folder safe; the lock only saves work.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from socket import gethostname
from typing import Final

from ingest.document import MAX_BYTES, Document
from ingest.intake.spool import Spool
from ingest.load import load_documents
from ingest.locks import only_one
from ingest.sources import giants, stream
from ingest.summary import Summary
from results.models import Submission

logger = logging.getLogger(__name__)

OWN_SOURCE: Final = "submit"
FOREIGN_SOURCE: Final = "spool"

Identity = tuple[bytes, datetime]
"""What makes two documents the same submission: content and time."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one run over a spool did, to how many files, and whether its time ended before the files did."""

    summary: Summary
    files: int
    has_more: bool


def load_spool(spool: Spool, *, seconds: float) -> Round | None:
    """Load files that wait, for about so many seconds; None when another process is at it.

    Raises OperationalError when the database is gone; files not loaded yet stay.
    """
    with only_one(f"spool {gethostname()} {spool.folder}") as is_ours:
        if not is_ours:
            return None
        reader = _Reader(spool, time.monotonic() + seconds)
        source = OWN_SOURCE if spool.is_own else FOREIGN_SOURCE
        summary = load_documents(reader.documents(), source=source, on_batch=lambda _: reader.settle())
        reader.settle()
        return Round(summary, reader.files, reader.has_more)


@dataclass(slots=True)
class _Reader:
    """Reads waiting files; remembers what they held until it is committed and they can go."""

    spool: Spool
    deadline: float
    held: dict[str, list[Identity]] = field(default_factory=dict)
    open_file: str = ""
    files: int = 0
    has_more: bool = False

    def documents(self) -> Iterator[Document]:
        """Yield the documents of waiting files until the time is up."""
        for name in self.spool.names():
            if time.monotonic() > self.deadline:
                self.has_more = True
                return
            self.open_file = name
            yield from self._documents_of(name)
            self.open_file = ""

    def _documents_of(self, name: str) -> Iterator[Document]:
        self.held[name] = []
        try:
            for document in documents_of(self.spool, name):
                self.held[name].append((document.digest(), document.submitted_at))
                yield document
        except FileNotFoundError:
            del self.held[name]  # another loader was faster
        except OSError as error:
            del self.held[name]
            logger.error("a file of the spool cannot be read: %s", error)

    def settle(self) -> None:
        """Move the files away whose documents are all committed."""
        done = {name: identities for name, identities in self.held.items() if name != self.open_file}
        rejected = _rejected([identity for identities in done.values() for identity in identities])
        for name, identities in done.items():
            try:
                self.spool.finish(name, failed=rejected.issuperset(identities))
            except FileNotFoundError:
                pass  # another loader was faster
            del self.held[name]
            self.files += 1


def documents_of(spool: Spool, name: str) -> Iterator[Document]:
    """Yield the documents of a file: one, or the parts of a giant, if a sender's token stands behind it.

    The time of the file is the time of submission: it survives moves, so an archive loaded again
    holds the same submissions.
    """
    path, origins = spool.folder / name, spool.origins_of(name)
    when = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    if origins is None:
        with path.open("rb") as file:
            yield from stream.documents(file, name, when)
    elif path.stat().st_size <= MAX_BYTES:
        yield Document(name, when, path.read_bytes(), origins=frozenset(origins))
    else:
        yield from giants.parts(path, when, frozenset(origins))


def _rejected(identities: list[Identity]) -> set[Identity]:
    """Return those of the documents that were rejected as a whole."""
    rows = Submission.objects.filter(
        state=Submission.State.REJECTED, sha256__in=[digest for digest, _ in identities]
    ).values_list("sha256", "submitted_at")
    return {(bytes(digest), when) for digest, when in rows}
