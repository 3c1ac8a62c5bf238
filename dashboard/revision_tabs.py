"""What stands under the tabs of a revision that are no plain lists: changes, paths, labs, arrival."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from dashboard.parts import Counts, enumeration, plural
from dashboard.paths import build_path, lab_path, test_path, with_query
from dashboard.place_lines import PlaceLine
from dashboard.rows import comparison_url, revision_url, selected_counts, tree_params
from dashboard.verdict_words import Said, run_words
from results.errors import QueryTimeout
from results.queries.arrival import Arrival, Gap, OriginArrival
from results.queries.changes import Change
from results.queries.path_tree import PathNode
from results.queries.records import IssueRef, RevisionRef
from results.queries.revision_changes import ChangedGroup, RevisionChanges
from results.queries.revision_labs import RevisionLab
from results.queries.revision_names import NamedRevision
from results.queries.verdicts import RunVerdict, run_verdicts
from results.selection import EVERYTHING, Selection, Term

GLYPHS: Final = {
    Change.REGRESSION: ("R", "new", "regression"),
    Change.NEW_FAILURE: ("F", "fail", "new failure"),
    Change.FIXED: ("+", "fixed", "fixed"),
    Change.STILL_FAILING: ("F", "fail", "still failing"),
}
"""Glyph, status class and words of a change."""

SECTIONS: Final = (
    ("New", (Change.REGRESSION, Change.NEW_FAILURE)),
    ("Fixed", (Change.FIXED,)),
    ("Still failing", (Change.STILL_FAILING,)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLine:
    """A test, or a config, that changed. ``url`` is an example of it, else the list of what changed.

    ``rows`` leads to the ``group.n`` series or variants; ``runs``, ``grid`` and ``log`` are "" for
    what has none. ``alike``: others whose logs say the same, in the same place.
    """

    group: ChangedGroup
    glyph: str
    look: str
    word: str
    name: str
    url: str
    places: str
    rows: str
    runs: str
    grid: str
    log: str
    said: Said | None
    issue: IssueRef | None
    alike: tuple[ChangeLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ChangeSection:
    """Changes of one kind: ``count`` series and variants in all; ``more`` lists them if some are left out."""

    title: str
    count: int
    lines: tuple[ChangeLine, ...]
    more: str
    is_folded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesTab:
    """What changed since ``baseline``. ``share`` of the expected results that are there, in percent."""

    baseline: NamedRevision
    sections: tuple[ChangeSection, ...]
    sentence: str
    share: float | None
    compare: str


def changes_tab(
    found: RevisionChanges, arrived: Arrival, a: NamedRevision, b: NamedRevision, *, with_repository: bool
) -> ChangesTab:
    """Return the changes from a to b, two revisions of one tree."""
    compare = comparison_url(a.revision, b.revision, with_repository=with_repository)
    shown = [group for _, changes in SECTIONS for group in found.of(*changes)]
    verdicts = _verdicts(shown)
    sections = []
    for title, changes in SECTIONS:
        count = found.total(*changes)
        lines = tuple(_change_line(group, b, compare, verdicts) for group in found.of(*changes))
        hidden = count - sum(line.group.n for line in lines)
        more = _more(compare, changes) if hidden else ""
        if count:
            sections.append(ChangeSection(title, count, _folded(lines), more, title == "Still failing"))
    return ChangesTab(
        baseline=a, sections=tuple(sections), sentence=_sentence(found), share=arrived.share, compare=compare
    )


def _folded(lines: Sequence[ChangeLine]) -> tuple[ChangeLine, ...]:
    """Return lines with those under the first one whose logs say the same in the same place."""
    first: dict[object, ChangeLine] = {}
    others: dict[object, list[ChangeLine]] = {}
    for line in lines:
        key: object = (line.word, line.group.kind, line.places, line.group.said) if line.group.said else line
        if first.setdefault(key, line) is not line:
            others.setdefault(key, []).append(line)
    return tuple(replace(line, alike=tuple(others.get(key, ()))) for key, line in first.items())


def _sentence(found: RevisionChanges) -> str:
    said = enumeration(
        f"{found.total(*changes):,} {words}"
        for changes, words in (
            ((Change.REGRESSION, Change.NEW_FAILURE), "new"),
            ((Change.FIXED,), "fixed"),
            ((Change.STILL_FAILING,), "still failing"),
        )
    )
    left_out = enumeration(
        plural(count, noun)
        for count, noun in (
            (found.total(Change.FLAKY), "flaky failure"),
            (found.total(Change.INFRASTRUCTURE), "infrastructure failure"),
        )
        if count
    )
    return f"{said}{f' ({left_out} left out)' if left_out else ''}"


def _more(compare: str, changes: Sequence[Change]) -> str:
    return compare if len(changes) > 1 else _with(compare, ("change", str(changes[0].label)))


def _with(url: str, *params: tuple[str, str]) -> str:
    return f"{url}&{with_query('', params).removeprefix('?')}"


def _verdicts(groups: Sequence[ChangedGroup]) -> dict[str, RunVerdict]:
    runs = [group.example for group in groups if group.example and group.kind != "build"]
    try:
        return run_verdicts(runs) if runs else {}
    except QueryTimeout:
        return {}


def _change_line(
    group: ChangedGroup, b: NamedRevision, compare: str, verdicts: dict[str, RunVerdict]
) -> ChangeLine:
    is_build = group.kind == "build"
    glyph, look, word = GLYPHS[group.change]
    about = Selection().where(**{"config" if is_build else "path": group.name or None})
    rows = _with(compare, ("kind", group.kind), ("change", str(group.change.label)), *about.params())
    example = build_path(group.example) if is_build else test_path(group.example)
    verdict = verdicts.get(group.example)
    tab = {"build": "builds", "boot": "boots", "test": "tests"}[group.kind]
    return ChangeLine(
        group=group,
        glyph=glyph,
        look=look,
        word=word,
        name=_name(group),
        url=example if group.example else rows,
        places=_places(group),
        rows=rows,
        runs=revision_url(b.revision, ("tab", tab), *about.where(status="fail").params()),
        grid="" if is_build else _grid(b.revision, about),
        log=f"{example}/log" if group.example else "",
        said=run_words(verdict) if verdict else None,
        issue=verdict.issue if verdict else None,
    )


def _name(group: ChangedGroup) -> str:
    if group.kind == "build":
        return f"build {group.name}" if group.name else "builds without a config"
    return group.name or "(no path)"


def _places(group: ChangedGroup) -> str:
    if group.kind == "build":
        return plural(group.architectures, "architecture")
    if group.platforms == 1 and group.platform:
        return group.platform
    return f"{plural(group.platforms, 'device')} in {plural(group.labs, 'lab')}"


def _grid(revision: RevisionRef, about: Selection) -> str:
    return with_query("/grid", [*tree_params(revision.tree), ("rows", "all"), *about.params()])


@dataclass(frozen=True, slots=True, kw_only=True)
class PathLine:
    """A node of the path tree. ``url`` goes down, or where nothing is below to the runs."""

    name: str
    url: str
    tests: int
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class PathsTab:
    """One level of the path tree; ``ways``: name and address of the nodes above, the top first."""

    under: str
    ways: tuple[tuple[str, str], ...]
    lines: tuple[PathLine, ...]


def paths_tab(nodes: Sequence[PathNode], revision: RevisionRef, under: str, here: str) -> PathsTab:
    """Return a level of the path tree; ``here`` is the address of its top."""
    parts = under.split(".") if under else []
    above = [".".join(parts[: number + 1]) for number in range(len(parts) - 1)]
    return PathsTab(
        under=under,
        ways=(("all", here), *((way.rpartition(".")[2], _with(here, ("under", way))) for way in above))
        if under
        else (),
        lines=tuple(_path_line(node, revision, under, here) for node in nodes),
    )


def _path_line(node: PathNode, revision: RevisionRef, under: str, here: str) -> PathLine:
    runs = selected_counts(revision.selection.within(_at_or_below(node, under)), node.counts)
    goes_down = node.tests > 1 and node.path != under
    return PathLine(
        name=node.path.removeprefix(f"{under}.") if under else node.path or "(no path)",
        url=_with(here, ("under", node.path)) if goes_down else runs.listing,
        tests=node.tests,
        counts=runs,
    )


def _at_or_below(node: PathNode, under: str) -> Selection:
    itself = Term(node.path or None)
    if not node.path or node.path == under:
        return Selection.of({"path": [itself]})
    return Selection.of({"path": [itself, Term(f"{node.path}.", prefix=True)]})


def lab_lines(labs: Sequence[RevisionLab], revision: RevisionRef) -> tuple[PlaceLine, ...]:
    """Return the lines of the labs of a revision."""
    return tuple(
        PlaceLine.of(
            lab.lab,
            lab_path(lab.lab),
            lab.last,
            revision.selection.where(lab=lab.lab),
            boots=lab.boots,
            tests=lab.tests,
            note=plural(lab.platforms, "device") if lab.is_physical else "no hardware",
        )
        for lab in labs
    )


@dataclass(frozen=True, slots=True)
class OriginLine:
    """What arrived from an origin, and what is expected of it, with the addresses of both."""

    row: OriginArrival
    arrived: str
    expected: str


@dataclass(frozen=True, slots=True)
class GapLine:
    """Where something is missing, with the addresses of what is there and of what was there before."""

    row: Gap
    arrived: str
    expected: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalTab:
    """What arrived, against a baseline (None: the tree has none)."""

    baseline: NamedRevision | None
    arrival: Arrival
    origins: tuple[OriginLine, ...]
    gaps: tuple[GapLine, ...]
    started: datetime


def arrival_tab(found: Arrival, a: NamedRevision | None, b: NamedRevision) -> ArrivalTab:
    """Return what arrived of b, against a."""
    here = b.revision.selection
    there = a.revision.selection if a else EVERYTHING

    def at(about: Selection) -> tuple[str, str]:
        arrived, expected = (with_query("/tests", about.within(side).params()) for side in (here, there))
        return arrived, expected

    return ArrivalTab(
        baseline=a,
        arrival=found,
        origins=tuple(OriginLine(row, *at(Selection().where(origin=row.origin))) for row in found.origins),
        gaps=tuple(GapLine(row, *at(_of_gap(row))) for row in found.gaps),
        started=b.started,
    )


def _of_gap(gap: Gap) -> Selection:
    return Selection().where(
        origin=gap.origin,
        lab=gap.lab,
        platform=gap.platform,
        suite=gap.suite,
        kind="boot" if gap.is_boot else "test",
    )
