"""What a load did, for people and for exit codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from ingest.planning.batch import Arrival, Counts
from ingest.schema import KINDS

SHOWN: Final = 10
"""Rejections that are kept to be shown; all of them are in the database."""


@dataclass
class Summary:
    """Numbers of one load. ``repeated`` documents were loaded before and changed nothing."""

    documents: int = 0
    repeated: int = 0
    rejected_before: int = 0
    rejected_documents: int = 0
    rejected_objects: int = 0
    cleaned: int = 0
    counts: dict[str, Counts] = field(default_factory=lambda: {kind: Counts() for kind in KINDS.values()})
    rejections: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether everything that was given is stored."""
        return not (self.rejected_documents or self.rejected_objects or self.rejected_before)

    def objects(self) -> int:
        """Return the number of objects that were stored or found stored."""
        return sum(part.total() for part in self.counts.values())

    def add_batch(self, arrivals: list[Arrival], counts: dict[str, Counts]) -> None:
        """Count documents that are now in the database."""
        self.documents += len(arrivals)
        for kind, part in counts.items():
            self.counts[kind].add(part)
        for arrival in arrivals:
            self.cleaned += arrival.accepted.cleaned
            for refusal in arrival.accepted.refusals:
                self.rejected_documents += refusal.kind == "document"
                self.rejected_objects += refusal.kind != "document"
                if len(self.rejections) < SHOWN:
                    parts = (arrival.document.name, refusal.object_id, refusal.pointer)
                    self.rejections.append(f"{' '.join(filter(None, parts))}: {refusal.reason}")

    def add(self, other: Summary) -> None:
        """Add the numbers of another loader."""
        self.documents += other.documents
        self.repeated += other.repeated
        self.rejected_before += other.rejected_before
        self.rejected_documents += other.rejected_documents
        self.rejected_objects += other.rejected_objects
        self.cleaned += other.cleaned
        self.rejections = (self.rejections + other.rejections)[:SHOWN]
        for kind, part in other.counts.items():
            self.counts[kind].add(part)

    def lines(self, seconds: float) -> Iterator[str]:
        """Yield the summary as text."""
        yield f"{self.documents:,} documents loaded, {self.repeated:,} had been loaded before"
        for name, kind in KINDS.items():
            part = self.counts[kind]
            if part.new or part.updated or part.unchanged:
                yield f"  {name}: {part.new:,} new, {part.updated:,} updated, {part.unchanged:,} unchanged"
        if self.cleaned:
            yield f"{self.cleaned:,} values made storable"
        if not self.is_whole:
            yield (
                f"rejected: {self.rejected_documents:,} documents, {self.rejected_objects:,} objects"
                f" (before: {self.rejected_before:,} of the documents loaded before)"
            )
            yield from (f"  {line}" for line in self.rejections)
        yield f"{seconds:.1f} s, {self.counts['test'].total() / max(seconds, 0.001):,.0f} tests/s"
