"""Every chart there is: what it needs to know, and how it is made of the answer to one question."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final

from django.utils import timezone

from dashboard.filters import BadQuery
from dashboard.parts import plural
from dashboard.paths import device_path, lab_path, tree_path, with_query
from dashboard.plots.chart import Chart, Colour, Point, Trace
from dashboard.plots.measurement import measurement_chart
from dashboard.rows import revision_url, tree_name, tree_params
from results.errors import NotFound
from results.queries.device_days import device_days
from results.queries.durations import Spread, branch_durations
from results.queries.lab_days import lab_days
from results.queries.records import RevisionRef, StatusCounts, TreeRef
from results.queries.revisions import RevisionRow, revision_history
from results.queries.trees import find_trees
from results.selection import NONE

REVISIONS: Final = 200
DAYS: Final = 90
BRANCH: Final = ("tree", "branch", "url")
_KINDS: Final[tuple[tuple[str, Colour], ...]] = (("builds", "soft"), ("boots", "main"), ("tests", "fail"))

Asked = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Subject:
    """A chart that can be asked for: its parameters, of which the first ``needed`` must be given."""

    parameters: tuple[str, ...]
    needed: int
    make: Callable[[Asked], Chart]


def chart(name: str, asked: Asked) -> Chart:
    """Return a chart by its name; NotFound when there is no such thing, BadQuery when it is not named."""
    subject = SUBJECTS[name]
    for parameter in subject.parameters[: subject.needed]:
        if not asked.get(parameter):
            raise BadQuery(f"{parameter}: it is not said of what.", subject.parameters, (parameter,))
    return subject.make(asked)


def _tree(asked: Asked) -> TreeRef:
    branch = asked.get("branch", "")
    found = find_trees(asked["tree"], branch="" if branch == NONE else branch, url=asked.get("url"))
    if not found:
        raise NotFound(f"tree {asked['tree']}/{branch}")
    if len(found) > 1:
        raise BadQuery(f"url: {len(found)} repositories are called {tree_name(found[0])}.", BRANCH, ("url",))
    return found[0]


def _params(asked: Asked, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
    return tuple((name, asked[name]) for name in names if asked.get(name))


def _of_branch(asked: Asked) -> dict[str, object]:
    """Return what all charts of a branch have in common."""
    tree = _tree(asked)
    repository = [("url", tree.url)] if asked.get("url") else []
    return {
        "params": (*tree_params(tree), *repository),
        "about": tree_name(tree),
        "about_url": with_query(tree_path(tree), repository),
        "point": "Revision",
    }


def _revisions(asked: Asked) -> tuple[tuple[RevisionRow, ...], tuple[Point, ...]]:
    rows = tuple(reversed(revision_history(_tree(asked), limit=REVISIONS).rows))
    return rows, tuple(_point(row.revision, row.started) for row in rows)


def _point(revision: RevisionRef, started: datetime) -> Point:
    return Point(revision.title, started, revision_url(revision))


def pass_rate(asked: Asked) -> Chart:
    """The share of PASS among PASS and FAIL in the revisions of a branch."""
    rows, points = _revisions(asked)
    traces = tuple(
        Trace(name, tuple(_rate(getattr(row, name)) for row in rows), "line", colour)
        for name, colour in _KINDS
    )
    newest = [f"{trace.values[-1]:.1f} % of the {trace.name}" for trace in traces
              if trace.values and trace.values[-1] is not None]  # fmt: skip
    return Chart(
        name="pass-rate",
        title="Pass rates",
        sentence=f"{', '.join(newest)} pass in the newest revision." if newest else "Nothing has a verdict.",
        unit="%",
        points=points,
        traces=traces,
        notes=("PASS among PASS and FAIL; what broke, was missing or skipped counts for neither.",),
        **_of_branch(asked),  # type: ignore[arg-type]
    )


def _rate(counts: StatusCounts) -> float | None:
    decided = counts.passed + counts.failed
    return round(100 * counts.passed / decided, 3) if decided else None


def failures(asked: Asked) -> Chart:
    """The failures of the revisions of a branch."""
    rows, points = _revisions(asked)
    failed = [sum(getattr(row, name).failed for name, _ in _KINDS) for row in rows]
    totals = tuple(sum(getattr(row, name).total for name, _ in _KINDS) for row in rows)
    return Chart(
        name="failures",
        title="Failures",
        sentence=f"{plural(failed[-1], 'failure')} in the newest revision, at most {max(failed):,}."
        if failed
        else "There is no revision.",
        unit="failures",
        points=points,
        traces=(
            *(
                Trace(name, tuple(getattr(row, name).failed for row in rows), "bar", colour)
                for name, colour in _KINDS
            ),
            Trace("all results", totals, "table"),
        ),
        **_of_branch(asked),  # type: ignore[arg-type]
    )


def durations(asked: Asked) -> Chart:
    """How long the builds and boots of a branch take."""
    rows = branch_durations(_tree(asked), limit=REVISIONS)
    builds, boots = [row.builds for row in rows], [row.boots for row in rows]
    newest = [
        f"{name} {last.median:,.0f} s"
        for name, spreads in (("a build takes", builds), ("a boot", boots))
        if (last := next((spread for spread in reversed(spreads) if spread), None))
    ]
    return Chart(
        name="durations",
        title="Durations",
        sentence=f"Lately {' and '.join(newest)} (the medians)."
        if newest
        else "Nobody tells how long anything took.",
        unit="s",
        points=tuple(_point(row.revision, row.started) for row in rows),
        traces=(_spread("builds", builds, "soft"), _spread("boots", boots, "main")),
        notes=("Medians of what passed; the band is from the shortest to the longest tenth.",),
        **_of_branch(asked),  # type: ignore[arg-type]
    )


def _spread(name: str, spreads: Sequence[Spread | None], colour: Colour) -> Trace:
    def each(which: str) -> tuple[float | None, ...]:
        return tuple(round(getattr(spread, which), 3) if spread else None for spread in spreads)

    return Trace(name, each("median"), "line", colour, each("low"), each("high"))


def lab(asked: Asked) -> Chart:
    """What share of a lab's results fails and breaks, day by day."""
    days = lab_days(asked["lab"], today=timezone.now().date(), days=DAYS)
    tested = [day for day in days if day.counts]
    broken = sum(day.counts.unhappy - day.counts.failed for day in tested)
    total = sum(day.counts.total for day in tested)
    return Chart(
        name="lab",
        params=_params(asked, ("lab",)),
        title="Health",
        about=asked["lab"],
        about_url=lab_path(asked["lab"]),
        sentence=f"{100 * broken / total:.1f} % of {total:,} results in {DAYS} days broke or were missing; "
        f"nothing arrived on {plural(len(days) - len(tested), 'day')}."
        if total
        else f"Nothing arrived in {DAYS} days.",
        unit="%",
        point="Day",
        section="labs",
        points=_day_points([day.day for day in days], ("lab", asked["lab"])),
        traces=(
            _share("fail", [(day.counts.failed, day.counts) for day in days], "fail"),
            _share("error", [(day.counts.unhappy - day.counts.failed, day.counts) for day in days], "error"),
            Trace("results", tuple(day.counts.total for day in days), "table"),
            Trace("devices", tuple(day.platforms for day in days), "table"),
        ),
    )


def _share(name: str, parts: Sequence[tuple[int, StatusCounts]], colour: Colour) -> Trace:
    values = tuple(round(100 * part / counts.total, 3) if counts else None for part, counts in parts)
    return Trace(name, values, "bar", colour)


def coverage(asked: Asked) -> Chart:
    """How many suites run on a device, day by day."""
    days = device_days(asked["platform"], today=timezone.now().date(), days=DAYS)
    tested = [day for day in days if day.counts]
    most = max((day.suites for day in tested), default=0)
    return Chart(
        name="coverage",
        params=_params(asked, ("platform",)),
        title="Coverage",
        about=asked["platform"],
        about_url=device_path(asked["platform"]),
        sentence=f"Tested on {len(tested)} of {DAYS} days, by at most {plural(most, 'suite')} a day.",
        unit="suites",
        point="Day",
        section="devices",
        points=_day_points([day.day for day in days], ("platform", asked["platform"])),
        traces=(
            Trace("suites", tuple(day.suites or None for day in days), "bar", "pass"),
            Trace("trees", tuple(day.trees for day in days), "table"),
            Trace("labs", tuple(day.labs for day in days), "table"),
            Trace("results", tuple(day.counts.total for day in days), "table"),
            Trace("fail", tuple(day.counts.failed for day in days), "table"),
        ),
    )


def _day_points(days: Sequence[date], *about: tuple[str, str]) -> tuple[Point, ...]:
    return tuple(
        Point(
            day.isoformat(),
            datetime.combine(day, time(), UTC),
            with_query("/tests", [*about, ("since", day.isoformat()), ("until", day.isoformat())]),
        )
        for day in days
    )


SUBJECTS: Final[Mapping[str, Subject]] = {
    "pass-rate": Subject(BRANCH, 1, pass_rate),
    "failures": Subject(BRANCH, 1, failures),
    "durations": Subject(BRANCH, 1, durations),
    "measurement": Subject(("series", "metric"), 1, measurement_chart),
    "lab": Subject(("lab",), 1, lab),
    "coverage": Subject(("platform",), 1, coverage),
}
