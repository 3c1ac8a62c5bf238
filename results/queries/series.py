"""A series: the same test, platform, tree, build variant and lab, again and again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from results.queries.records import RevisionRef, TreeRef
from results.status import Status


@dataclass(frozen=True, slots=True)
class Series:
    """What a series is of. ``tree`` is None while the build or its checkout is not known."""

    id: int
    path: str
    suite: str
    platform: str | None
    lab: str
    origin: str
    tree: TreeRef | None
    architecture: str | None
    config: str | None
    compiler: str | None


@dataclass(frozen=True, slots=True)
class SeriesRun:
    """One run of a series. ``revision`` is None when it is not known."""

    id: str
    status: Status
    start_time: datetime | None
    duration: float | None
    value: float | None
    unit: str
    revision: RevisionRef | None


def series_detail(series: int) -> Series:
    """Return a series; NotFound when there is none of this number."""
    raise NotImplementedError


def series_history(series: int, *, limit: int = 60) -> tuple[SeriesRun, ...]:
    """Return the newest runs of a series, newest revision first, then newest run."""
    raise NotImplementedError
