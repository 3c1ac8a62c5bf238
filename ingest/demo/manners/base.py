"""What all origins share: the runs they write about, and the shape of a document."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any, ClassVar

import orjson

from ingest.demo.events import Break, BuildBreak
from ingest.demo.hardware import Variant
from ingest.demo.ids import NodeIds
from ingest.demo.outcomes import Outcome
from ingest.demo.plan import Lane, Revision

Json = dict[str, Any]
LISTS = ("checkouts", "builds", "tests", "issues", "incidents")


@dataclass(slots=True)
class BuildRun:
    """One build, as it went."""

    id: str
    checkout_id: str
    revision: Revision
    variant: Variant
    started: datetime
    seconds: float
    status: str | None
    broken: BuildBreak | None = None
    warnings: int = 0

    @property
    def ended(self) -> datetime:
        """Return when it was done."""
        return self.started + timedelta(seconds=self.seconds)


@dataclass(slots=True)
class Job:
    """One run of a lane on a build; ``id`` is that of the job itself, ``number`` the lab's for it."""

    id: str
    number: str
    lane: Lane
    revision: Revision
    build_id: str
    started: datetime
    seconds: float
    outcome: Outcome
    seed: str

    @property
    def ended(self) -> datetime:
        """Return when it was done."""
        return self.started + timedelta(seconds=self.seconds)


@dataclass(slots=True)
class Written:
    """The test objects of a job, and the ids of those that a planted break made fail."""

    tests: list[Json] = field(default_factory=list)
    blamed: list[tuple[str, Break]] = field(default_factory=list)


class Manner(ABC):
    """How one origin writes of what it tested."""

    origin: ClassVar[str]
    version: ClassVar[Mapping[str, int]] = {"major": 5, "minor": 3}
    all_together: ClassVar[bool] = False
    """Whether checkout, build and tests come in one document."""
    boots_in_every_job: ClassVar[bool] = False
    tests_per_document: ClassVar[int] = 100_000

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.nodes = NodeIds(rng)
        self._numbers: dict[str, int] = {}

    @abstractmethod
    def tests(self, job: Job) -> Written:
        """Return the objects of a job's results."""

    def job_id(self, when: datetime) -> str:
        """Return an id for a job that is scheduled now."""
        return self.nodes.next(when)

    def job_number(self, lab: str) -> str:
        """Return the number a lab gives its next job."""
        known = self._numbers.get(lab) or self.rng.randrange(100_000, 19_000_000)
        self._numbers[lab] = known + self.rng.randint(1, 9)
        return str(self._numbers[lab])

    def document(self, **lists: Sequence[Json]) -> bytes:
        """Return a document with these lists of objects, as JSON."""
        return orjson.dumps({**lists, "version": self.version})


class Builder(Manner):
    """How an origin writes that also checks out and builds what it tests."""

    checkout_with_build: ClassVar[bool] = False
    """Whether every build comes in one document with a checkout of its own."""

    @abstractmethod
    def checkout(self, revision: Revision, when: datetime) -> Json:
        """Return a checkout object of a revision."""

    @abstractmethod
    def build_id(self, checkout: Json, variant: Variant, when: datetime) -> str:
        """Return an id for a build."""

    @abstractmethod
    def build(self, run: BuildRun) -> Json:
        """Return the object of a build."""


def milliseconds(when: datetime) -> str:
    """Return a time as most documents have it: 2025-07-17T08:12:01.123000+00:00."""
    return f"{when:%Y-%m-%dT%H:%M:%S}.{when.microsecond // 1000:03d}000+00:00"


def seconds(when: datetime) -> str:
    """Return a time without a fraction."""
    return f"{when:%Y-%m-%dT%H:%M:%S}+00:00"


def zulu(when: datetime, fraction: str = "") -> str:
    """Return a time that ends in Z."""
    return f"{when:%Y-%m-%dT%H:%M:%S}{fraction}Z"
