"""What is planted: things that break, get fixed, go away or change, and what they do to a lane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from ingest.demo.hardware import Variant
from ingest.demo.plan import Lane
from ingest.demo.suites import Suite


@dataclass(eq=False)
class Event:
    """Anything planted; ``results`` and ``positions`` are tallied while documents are made."""

    id: str
    results: int = field(default=0, init=False)
    positions: set[tuple[str, int]] = field(default_factory=set, init=False)

    def saw(self, lane: Lane, position: int, results: int) -> None:
        """Note that so many results of a lane come from this event."""
        self.results += results
        self.positions.add((lane.branch.label, position))


@dataclass(eq=False)
class Break(Event):
    """A commit that makes cases fail from one position of a branch on: a regression or a new flake.

    ``spans`` are half-open ranges of positions (two, when it was reverted and applied again); the
    end is None when nobody fixed it. ``case`` is None when the whole suite is hit. A rate of 1 is
    a hard failure.
    """

    branch: str
    suite: Suite
    case: str | None
    where: Mapping[str, str]
    spans: Sequence[tuple[int, int | None]]
    rate: float
    scope: str
    symptom: str
    flaky: bool = False
    sole_platform_of_lab: bool = False

    def active(self, position: int) -> bool:
        """Return whether the commit at this position has it."""
        return any(first <= position and (last is None or position < last) for first, last in self.spans)

    def hits(self, lane: Lane) -> bool:
        """Return whether the lane is among what it affects."""
        axes = lane.axes
        return lane.branch.label == self.branch and all(
            axes[name] == value for name, value in self.where.items()
        )


@dataclass(eq=False)
class BuildBreak(Event):
    """A commit after which one variant of a branch no longer builds, until it is fixed."""

    branch: str
    variant: Variant
    first: int
    fixed: int
    message: str

    def active(self, branch: str, variant: Variant, position: int) -> bool:
        """Return whether this build fails because of it."""
        return branch == self.branch and variant is self.variant and self.first <= position < self.fixed


@dataclass(eq=False)
class NewWarnings(Event):
    """A commit after which one variant of a branch builds with more warnings, until it is fixed."""

    branch: str
    variant: Variant
    first: int
    fixed: int | None
    count: int

    def active(self, branch: str, variant: Variant, position: int) -> bool:
        """Return whether this build has its warnings."""
        here = branch == self.branch and variant is self.variant
        return here and self.first <= position and (self.fixed is None or position < self.fixed)


@dataclass(eq=False)
class Outage(Event):
    """Trouble of a lab, or of one platform in it, for a while.

    ``kind``: lab_outage, dead_device, decay (the chance of trouble grows) or lab_gone. ``style``:
    infra (MISS and ERROR), fail (tests fail as if the kernel were to blame) or silent (no results).
    """

    kind: str
    lab: str
    platform: str | None
    begin: datetime
    end: datetime | None
    style: str
    share: float

    def strikes(self, lane: Lane, when: datetime, rng: Random) -> bool:
        """Return whether a job that starts now falls victim to it."""
        if lane.lab != self.lab or (self.platform and lane.platform.name != self.platform):
            return False
        if when < self.begin or (self.end and when >= self.end):
            return False
        if self.kind == "decay" and self.end:
            return rng.random() < self.share * ((when - self.begin) / (self.end - self.begin))
        return rng.random() < self.share


@dataclass(eq=False)
class Removal(Event):
    """A case that its suite no longer has from a moment on, or has under another name."""

    suite: Suite
    case: str
    when: datetime
    renamed: str | None


@dataclass(eq=False)
class Step(Event):
    """A change of what is measured: by a commit of a branch, or by a change of a lab at a moment."""

    factor: float
    suite: Suite | None
    """None: whatever is measured."""
    metric: int | None
    branch: str | None = None
    first: int = 0
    where: Mapping[str, str] = field(default_factory=dict)
    lab: str | None = None
    when: datetime | None = None

    def applies(self, lane: Lane, metric: int, position: int, when: datetime) -> bool:
        """Return whether a value measured now is changed by it."""
        if self.suite not in (None, lane.suite) or self.metric not in (None, metric):
            return False
        if self.when:
            return lane.lab == self.lab and when >= self.when
        axes = lane.axes
        return (
            lane.branch.label == self.branch
            and position >= self.first
            and all(axes[name] == value for name, value in self.where.items())
        )


@dataclass(slots=True)
class History:
    """All that is planted."""

    breaks: list[Break] = field(default_factory=list)
    build_breaks: list[BuildBreak] = field(default_factory=list)
    new_warnings: list[NewWarnings] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


HOUR = timedelta(hours=1)
