"""How fresh the data is: the footer of every page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Freshness:
    """``received_at``: of the newest submission. ``due``: objects whose summaries wait, ``due_since``: the oldest.

    ``silent``: origins with results in the last 30 days but none that started in the last 24 hours.
    """

    received_at: datetime | None
    due: int
    due_since: datetime | None
    origins: int
    silent: tuple[str, ...]


def freshness(*, now: datetime) -> Freshness:
    """Return how fresh the data is, in one cheap statement."""
    raise NotImplementedError
