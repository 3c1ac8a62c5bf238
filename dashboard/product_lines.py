"""Products as they are printed: branches, gates and devices, each number linked to what it counts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from dashboard.parts import plural
from dashboard.paths import device_path, series_path, tree_path, with_query
from dashboard.rows import revision_url, tree_name, tree_params
from dashboard.shell import Link
from results.models import Event
from results.products.definition import Definition
from results.products.gates import AtMost, Coverage, Kind, Measured, PassRate
from results.products.overlap import merged
from results.products.state import BranchState, GateResult, ProductState, Verdict, exact
from results.queries.product_cells import Cell
from results.queries.records import TreeRef
from results.status import Status

MOST_COLUMNS = 8
"""Branches that stand beside each other."""
MOST_DEVICES = 100

WORDS = {
    Verdict.PASS: ("pass", "·", "PASS"),
    Verdict.FAIL: ("fail", "F", "FAIL"),
    Verdict.UNKNOWN: ("none", "\N{NO-BREAK SPACE}", "NO DATA"),
    Verdict.NONE: ("none", "\N{NO-BREAK SPACE}", ""),
}
"""Status class, glyph and word of a verdict."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A status: its class, glyph and word."""

    css: str
    glyph: str
    word: str

    @classmethod
    def of(cls, verdict: Verdict) -> Badge:
        """Return the badge of a verdict."""
        return cls(*WORDS[verdict])


@dataclass(frozen=True, slots=True)
class Number:
    """A count with its noun. Its ``links`` lead to just what it counts, together: most often there is one."""

    count: int
    noun: str
    links: tuple[Link, ...]
    css: str = ""

    @property
    def url(self) -> str:
        """The address of all that is counted; "" when there are several, or none."""
        return self.links[0].url if len(self.links) == 1 else ""


@dataclass(frozen=True, slots=True)
class GateCell:
    """What a gate says of a branch. ``value`` may lead to ``url``; ``numbers`` tell what it is made of."""

    badge: Badge
    value: str
    url: str
    numbers: tuple[Number, ...]
    note: str


@dataclass(frozen=True, slots=True)
class DeviceCell:
    """How a device does on a branch: a word that may lead to ``url``, and numbers."""

    badge: Badge
    url: str
    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class BranchHead:
    """A branch at the head of a column. ``newer``: a revision on which nothing has run yet."""

    name: str
    url: str
    revision: Link | None
    started: datetime | None
    newer: Link | None
    badge: Badge
    said: str
    report: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table with a cell for each branch (None: it has nothing to do with it)."""

    text: str
    url: str
    cells: tuple[tuple[BranchHead, GateCell | DeviceCell | None], ...]


def branch_params(tree: TreeRef) -> list[tuple[str, str]]:
    """Return the parameters that name a branch of a product, repository and all."""
    return [*tree_params(tree), *([("url", tree.url)] if tree.url else [])]


def branch_head(slug: str, state: BranchState) -> BranchHead:
    """Return the head of a column."""
    head, newer = state.head, state.newer
    oldest = state.branch.revisions[-1]
    report = ""
    if head and head != oldest:
        ends = [("from", oldest.revision.commit[:12]), ("to", head.revision.commit[:12])]
        report = with_query(reverse("product_report", args=[slug]), [*ends, *branch_params(state.branch.ref)])
    return BranchHead(
        name=tree_name(state.branch.ref),
        url=tree_path(state.branch.ref),
        revision=Link(head.revision.title, revision_url(head.revision)) if head else None,
        started=head.started if head else None,
        newer=Link(newer.revision.title, revision_url(newer.revision)) if newer and head else None,
        badge=Badge.of(state.verdict),
        said=said_of(state),
        report=report,
    )


def said_of(state: BranchState) -> str:
    """Return what the gates of a branch say: "1 of 4 gates fails"."""
    total = sum(result.verdict != Verdict.NONE for result in state.gates)
    failing = sum(result.verdict == Verdict.FAIL for result in state.gates)
    unknown = sum(result.verdict == Verdict.UNKNOWN for result in state.gates)
    if state.head is None:
        return "nothing has run"
    if not total:
        return "no gates"
    if failing:
        return f"{failing} of {plural(total, 'gate')} {'fails' if failing == 1 else 'fail'}"
    if unknown:
        return f"{unknown} of {plural(total, 'gate')} cannot tell"
    return f"all {total} gates pass" if total > 1 else "its gate passes"


def gate_rows(slug: str, product: ProductState, heads: Sequence[BranchHead]) -> tuple[Row, ...]:
    """Return a row for each gate."""
    states = product.branches[: len(heads)]
    return tuple(
        Row(
            str(gate),
            "",
            tuple(
                (head, _gate_cell(slug, product.definition, state, state.gates[number]))
                for head, state in zip(heads, states, strict=True)
            ),
        )
        for number, gate in enumerate(product.definition.gates)
    )


def device_rows(
    slug: str, product: ProductState, heads: Sequence[BranchHead], today: date
) -> tuple[Row, ...]:
    """Return a row for each device, at most ``MOST_DEVICES``."""
    states = product.branches[: len(heads)]
    return tuple(
        Row(
            platform or "(no device)",
            device_path(platform) if platform else "",
            tuple(
                (head, _device_cell(slug, product.definition, state, platform, today))
                for head, state in zip(heads, states, strict=True)
            ),
        )
        for platform in product.platforms[:MOST_DEVICES]
    )


def sub_page(name: str, slug: str, state: BranchState, *params: tuple[str, str]) -> str:
    """Return the address of the regressions or the coverage of a branch, at the revision looked at."""
    assert state.head is not None
    commit = ("commit", state.head.revision.commit)
    return with_query(reverse(name, args=[slug]), [*branch_params(state.branch.ref), commit, *params])


def number(
    definition: Definition,
    state: BranchState,
    cells: Iterable[Cell],
    noun: str,
    *statuses: Status,
    kind: Kind | None = None,
    platform: tuple[str | None] | None = None,
    css: str = "",
) -> Number:
    """Return how many results with some statuses are in cells, which are all of a kind and device."""
    assert state.head is not None
    by_part: dict[int, int] = {}
    for cell in cells:
        count = sum(cell.counts[status] for status in statuses)
        by_part[cell.part] = by_part.get(cell.part, 0) + count
    fixed: dict[str, str | None] = {}
    if kind:
        fixed["kind"] = "boot" if kind == "boot" else "test"
    if platform:
        fixed["platform"] = platform[0]
    within = state.head.revision.selection
    counted = merged(
        [
            (definition.parts[part].within(within).where(**fixed), count)
            for part, count in by_part.items()
            if count
        ]
    )
    said = [("status", str(status.label)) for status in statuses]
    links = tuple(
        Link(f"{count:,}", with_query("/tests", [*selection.params(), *said])) for selection, count in counted
    )
    return Number(sum(by_part.values()), noun, links, css)


def _gate_cell(slug: str, definition: Definition, state: BranchState, result: GateResult) -> GateCell | None:
    if state.head is None or result.verdict == Verdict.NONE:
        return None
    badge, gate = Badge.of(result.verdict), result.gate
    match gate:
        case PassRate():
            cells = [cell for cell in state.cells if cell.is_boot == (gate.kind == "boot")]
            failed = number(definition, state, cells, "of", Status.FAIL, kind=gate.kind, css="is-fail")
            whole = number(definition, state, cells, "fail", Status.PASS, Status.FAIL, kind=gate.kind)
            return GateCell(badge, percent(result.value), "", (failed, whole) if whole.count else (), "")
        case AtMost(what="fail"):
            cells = [cell for cell in state.cells if cell.is_boot == (gate.kind == "boot")]
            failed = number(definition, state, cells, "fail", Status.FAIL, kind=gate.kind, css="is-fail")
            return GateCell(badge, "", "", (failed,), "")
        case AtMost():
            what = Event.Kind.REGRESSION if gate.what == "newfail" else Event.Kind.FLAKE
            count = len(state.open(gate.kind, what))
            params = [("kind", gate.kind), ("what", gate.what)]
            url = sub_page("product_regressions", slug, state, *params) if count else ""
            return GateCell(badge, f"{count:,}", url, (), "")
        case Coverage():
            silent = len(state.silent)
            url = sub_page("product_coverage", slug, state, ("shown", "silent")) if silent else ""
            note = f"of {plural(len(state.pairs), 'suite')} on devices"
            missing = Number(silent, "silent", (Link("", url),) if url else ())
            return GateCell(badge, percent(result.value), "", (missing,), note)
        case Measured():
            worst = result.worst
            if worst is None:
                return GateCell(badge, "", "", (), "not measured often enough")
            note = f"{worst.before:.4g} → {worst.now:.4g} {worst.unit} on {worst.platform or 'no device'}"
            return GateCell(badge, change(result.value), series_path(worst.series), (), note)


def _device_cell(
    slug: str, definition: Definition, state: BranchState, platform: str | None, today: date
) -> DeviceCell | None:
    cells = [cell for cell in state.cells if cell.platform == platform]
    if not cells or state.head is None:
        named = any(
            platform in tuple(exact(definition.parts[part]["platform"])) for part in state.branch.parts
        )
        return DeviceCell(Badge("none", "\N{NO-BREAK SPACE}", "no run lately"), "", ()) if named else None

    def of(noun: str, *statuses: Status, css: str = "") -> Number:
        return number(definition, state, cells, noun, *statuses, platform=(platform,), css=css)

    numbers = (
        of("pass", Status.PASS),
        of("fail", Status.FAIL, css="is-fail"),
        of("broke", Status.ERROR, Status.MISS),
    )
    shown = tuple(one for one in numbers if one.count)
    if not any(cell.counts for cell in cells):
        days = [cell.day for cell in cells if cell.day]
        since = f"no run for {plural((today - max(days)).days, 'day')}" if days else "no run lately"
        if days and max(days) >= today:
            since = "no run yet"
        return DeviceCell(Badge("none", "\N{NO-BREAK SPACE}", since), "", ())
    if events := state.regressions(platform):
        url = sub_page("product_regressions", slug, state, ("platform", platform or "none"))
        word = f"{len(events)} new fail" if len(events) == 1 else f"{len(events)} new fails"
        return DeviceCell(Badge("new", "R", word), url, shown)
    passed, failed, broke = numbers
    if failed.count:
        return DeviceCell(Badge("fail", "F", "fails, none new"), "", shown)
    if passed.count:
        return DeviceCell(Badge("pass", "·", "ok"), "", shown)
    return DeviceCell(
        Badge("error", "!", "no verdict") if broke.count else Badge("skip", "-", "skipped"), "", shown
    )


def percent(value: float | None) -> str:
    """Return a share, rounded down: what is below a threshold does not look as if it were not."""
    if value is None:
        return ""
    return f"{math.floor(10 * value) / 10:.1f}".removesuffix(".0") + " %"


def change(value: float | None) -> str:
    """Return by how much something moved, with its sign: +7.2 %."""
    return "" if value is None else f"{value:+.1f} %"
