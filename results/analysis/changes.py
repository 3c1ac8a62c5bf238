"""A change of a series' failure rate, and changes that series share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from results.analysis.history import IntArray
from results.analysis.pooling import Scope

ALONE: Final = -1
"""The group of a change that one series shows by itself."""


@dataclass(frozen=True, slots=True)
class DetectionRules:
    """How much evidence a change needs."""

    alone: float = 1e-4
    """Prior of a change in a single series."""
    heals: float = 1e-5
    """How many streaks of failures as long as this one may have ended by themselves, per series
    and position of this tree: else it may be a burst of flakiness."""
    burst: int = 3
    """Length of a healed streak from which another one as long is no evidence at all."""
    own_record: float = 3.0
    """How many times its own longest streak that healed a lone series must fail."""
    pooled: float = 1e-7
    """Prior of a change that sister series share."""
    on_board: float = 1e-13
    """Prior of a change that tests of one suite share on one device: mostly the device is to blame."""
    reach: float = 0.6
    """The share of the series in a scope that a change reaches."""
    joins: float = 0.9
    """Probability from which a failing series joins a change its sisters already show."""
    slack: float = 3.0
    """How much better (nats) another moment may explain a series that joins."""
    rise: float = 0.3
    """Smallest change of the failure rate that counts."""
    memory: int = 60
    """How many positions back a single series' change may begin."""
    pooled_memory: int = 12
    hint: float = 0.5
    """Gain from which a failing series is worth comparing with its sisters."""
    fix_doubt: float = 1e-5
    """Probability of the passes after a failure, were it not fixed."""
    relapse: int = 10
    """Positions within which a new failure continues an old change."""
    intermittent: float = 0.9
    """Failure rate below which a silence may be luck."""
    brief: int = 8
    """A single series' trouble of fewer positions stays in its history: it may be a burst."""


@dataclass(slots=True)
class Change:
    """One series' failure rate rose at ``start``; ``end`` is the first position after the fix."""

    series: int
    start: int
    found: int
    """The position at which the evidence sufficed."""
    gain: float
    group: int
    """The same for series that were judged together; ``ALONE`` for one by itself."""
    scope: Scope | None
    sisters: tuple[int, ...] = ()
    """All series in the scope of the group, whether they show the change or not."""
    end: int | None = None
    fix_found: int | None = None


@dataclass(slots=True)
class Group:
    """A change several series share, open for more of them."""

    number: int
    rows: IntArray
    """The series its scope covers."""
    scope: Scope
    split: int
    gain: float
    members: list[Change] = field(default_factory=list)
    fixed: int | None = None
    """Since when nobody fails any more."""
