"""What two revisions measured, as it is printed beside what changed between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from dashboard.verdict_words import certainty
from results.errors import QueryTimeout
from results.models import MetricChange
from results.queries.compared_measurements import MOST, SHOWN, ComparedMeasurement, compared_measurements
from results.queries.revision_names import NamedRevision
from results.selection import Selection


@dataclass(frozen=True, slots=True)
class MeasuredLine:
    """What one test measured on both sides, as it is printed; ``css`` is that of a change."""

    row: ComparedMeasurement
    before: str
    after: str
    share: str
    said: str
    css: str


@dataclass(frozen=True, slots=True)
class Measured:
    """The table of measurements: of ``total`` tests measured on both sides, ``changed`` changed.

    ``url_all`` and ``url_changed`` list just those that are counted.
    """

    lines: tuple[MeasuredLine, ...]
    changed: int
    total: int
    url_all: str
    url_changed: str


_DIRECTIONS: Final = {
    MetricChange.Direction.REGRESSION: ("worse", "new"),
    MetricChange.Direction.IMPROVEMENT: ("better", "pass"),
    MetricChange.Direction.CHANGED: ("changed", ""),
}


def measured(
    a: NamedRevision, b: NamedRevision, selection: Selection, *, asked: str, urls: tuple[str, str]
) -> Measured | None:
    """Return what was measured on both sides, None when that is nothing or takes too long.

    ``asked`` is "" for the first rows, else "all" or "changed"; ``urls`` lead to these two.
    """
    try:
        found = compared_measurements(
            a,
            b,
            selection=selection,
            only_changed=asked == "changed",
            limit=MOST if asked else SHOWN,
        )
    except QueryTimeout:
        return None
    if not found.total:
        return None
    return Measured(tuple(map(_measured_line, found.rows)), found.changed, found.total, *urls)


def _measured_line(row: ComparedMeasurement) -> MeasuredLine:
    word, css = _DIRECTIONS[row.direction] if row.direction else ("", "")
    if row.confidence is not None:
        said = f"{word}, {certainty(row.confidence)}{'' if row.confirmed else ', suspected'}"
    elif row.spread is None:
        said = "too few values to tell"
    else:
        said = "within its scatter" if abs(row.after - row.before) <= 3 * row.spread else "not confirmed"
    spread = f" ± {row.spread:.2g}" if row.spread is not None else ""
    return MeasuredLine(
        row=row,
        before=f"{row.before:.4g}{spread}",
        after=f"{row.after:.4g}",
        share="" if row.share is None else f"{100 * row.share:+.1f} %",
        said=said,
        css=css,
    )
