"""Whether products may ship: what ran of them on each branch, and what their gates make of that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import combinations

from results.models import Event
from results.products.definition import Definition
from results.products.gates import AtMost, Coverage, Gate, Kind, Measured, PassRate
from results.products.naming import canonical
from results.products.overlap import overlap
from results.queries.product_branches import Branch, Position, product_branches
from results.queries.product_cells import Cell, Ran, product_cells
from results.queries.product_events import OpenEvent, open_events
from results.queries.product_measurements import Measurement, Question, product_measurements
from results.queries.records import StatusCounts
from results.queries.revision_names import NamedRevision
from results.selection import Selection, Term
from results.status import Status


class Verdict(StrEnum):
    """What a gate says; UNKNOWN is that there is nothing to tell by, which is no pass.

    NONE is of a gate that has nothing to do with a branch: of tests, where boots alone are selected.
    """

    PASS = "pass"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Pair:
    """A suite that is expected on a device; ``covered``: it passed or failed there.

    ``day`` (UTC) is when it ran last, None when it never did as far as was looked.
    """

    platform: str | None
    suite: str
    covered: bool
    day: date | None


@dataclass(frozen=True, slots=True)
class GateResult:
    """A gate and what it says of a revision.

    ``value`` is what is compared: percent, a number, or by how many percent the ``worst``
    measurement moved; None when there is nothing to compare.
    """

    gate: Gate
    verdict: Verdict
    value: float | None = None
    worst: Measurement | None = None


@dataclass(frozen=True, slots=True)
class BranchState:
    """A branch of a product: the revision that is looked at (``head``), and what it did.

    ``head`` is None when nothing of the product ran. ``pairs`` are all that is expected;
    ``cells`` are in the order of devices and suites.
    """

    branch: Branch
    head: Position | None
    cells: tuple[Cell, ...]
    events: tuple[OpenEvent, ...]
    pairs: tuple[Pair, ...]
    gates: tuple[GateResult, ...]

    @property
    def verdict(self) -> Verdict:
        """What all gates say together."""
        return together(result.verdict for result in self.gates)

    @property
    def newer(self) -> Position | None:
        """The newest revision, when nothing of the product has run on it yet."""
        newest = self.branch.revisions[0]
        return None if newest == self.head else newest

    @property
    def silent(self) -> tuple[Pair, ...]:
        """The pairs that are not covered."""
        return tuple(pair for pair in self.pairs if not pair.covered)

    def counts(self, kind: Kind, platform: tuple[str | None] | None = None) -> StatusCounts:
        """Return the counts of boots or tests, of all devices or of one."""
        return sum(
            (
                cell.counts
                for cell in self.cells
                if cell.is_boot == (kind == "boot") and platform in (None, (cell.platform,))
            ),
            StatusCounts(),
        )

    def regressions(self, platform: str | None) -> tuple[int, ...]:
        """Return the regressions that go on on a device, by their number."""
        return tuple(
            event.event
            for event in self.events
            if event.platform == platform and event.kind == Event.Kind.REGRESSION
        )

    def open(self, kind: Kind, what: Event.Kind) -> tuple[int, ...]:
        """Return the regressions (or new flakes) of boots or tests that go on, by their number."""
        return tuple(
            dict.fromkeys(
                event.event
                for event in self.events
                if event.kind == what and (event.subject == Event.Subject.BOOT) == (kind == "boot")
            )
        )


@dataclass(frozen=True, slots=True)
class ProductState:
    """A product as it stands, its definition in the names that things have here.

    ``unmatched`` are the places of parts that no known branch has. ``is_ambiguous``: two parts have
    come to mean the same results, since the names in them are aliases; no gate is decided then.
    """

    definition: Definition
    branches: tuple[BranchState, ...]
    unmatched: tuple[int, ...]

    @property
    def is_ambiguous(self) -> bool:
        """Whether results would count twice."""
        return any(overlap(one, other) for one, other in combinations(self.definition.parts, 2))

    @property
    def verdict(self) -> Verdict:
        """What all branches say together."""
        if self.is_ambiguous:
            return Verdict.UNKNOWN
        return together(state.verdict for state in self.branches)

    def of_trees(self, trees: Collection[int]) -> ProductState:
        """Return the state of some branches only, by the numbers of their trees."""
        return replace(self, branches=tuple(b for b in self.branches if b.branch.tree in trees))

    @property
    def platforms(self) -> tuple[str | None, ...]:
        """The devices that are named, in this order, then those that were seen, by name."""
        named = [name for part in self.definition.parts for name in exact(part["platform"])]
        seen = {cell.platform for state in self.branches for cell in state.cells}
        return tuple(dict.fromkeys([*named, *sorted(seen, key=lambda name: (name is None, name or ""))]))


def together(verdicts: Iterable[Verdict]) -> Verdict:
    """Return FAIL if any is that, PASS if all are (and there is one), else UNKNOWN; NONE is left out."""
    found = set(verdicts) - {Verdict.NONE}
    if Verdict.FAIL in found:
        return Verdict.FAIL
    return Verdict.PASS if found == {Verdict.PASS} else Verdict.UNKNOWN


def product_states(asked: Sequence[tuple[Definition, NamedRevision | None]]) -> tuple[ProductState, ...]:
    """Return how products stand, in five statements; may raise QueryTimeout.

    Looked at is the newest revision of each branch on which anything of the product ran, or only
    the revision that stands beside it, whatever ran on that.
    """
    definitions = canonical([definition for definition, _ in asked])
    products = [definition.parts for definition in definitions]
    revisions = [revision for _, revision in asked]
    branches = product_branches(list(zip(products, revisions, strict=True)))
    every = [branch for of_one in branches for branch in of_one]
    pinned = [product for product, revision in enumerate(revisions) if revision]
    ran = product_cells(products, every, pinned=pinned)
    heads = [
        (branch, branch.revisions[ran[branch.product, branch.tree].head])
        for branch in every
        if (branch.product, branch.tree) in ran
    ]
    events = open_events(products, heads)
    measured = product_measurements(products, _questions(definitions, heads))

    def state(branch: Branch) -> BranchState:
        key = (branch.product, branch.tree)
        definition = definitions[branch.product]
        answers = [measured.get((*key, number), ()) for number, _ in enumerate(definition.gates)]
        return _state(definition, branch, ran.get(key), events.get(key, ()), answers)

    return tuple(
        ProductState(
            definition,
            tuple(map(state, of_one)),
            tuple(p for p, _ in enumerate(definition.parts) if not any(p in b.parts for b in of_one)),
        )
        for definition, of_one in zip(definitions, branches, strict=True)
    )


def _questions(definitions: Sequence[Definition], heads: Iterable[tuple[Branch, Position]]) -> list[Question]:
    return [
        Question(number, gate, branch, head)
        for branch, head in heads
        for number, gate in enumerate(definitions[branch.product].gates)
        if isinstance(gate, Measured)
    ]


def exact(terms: Iterable[Term]) -> Iterator[str]:
    """Yield the values that terms name one by one."""
    return (term.value for term in terms if term.value is not None and not term.negated and not term.prefix)


def _state(
    definition: Definition,
    branch: Branch,
    ran: Ran | None,
    events: tuple[OpenEvent, ...],
    measured: Sequence[tuple[Measurement, ...]],
) -> BranchState:
    cells = ran.cells if ran else ()
    state = BranchState(
        branch=branch,
        head=branch.revisions[ran.head] if ran else None,
        cells=cells,
        events=events,
        pairs=_pairs(definition, branch, cells),
        gates=(),
    )
    gates = tuple(
        _decide(gate, state, answers)
        if _concerns(gate, [definition.parts[part] for part in branch.parts])
        else GateResult(gate, Verdict.NONE)
        for gate, answers in zip(definition.gates, measured, strict=True)
    )
    return replace(state, gates=gates)


def _pairs(definition: Definition, branch: Branch, cells: Iterable[Cell]) -> tuple[Pair, ...]:
    """Return what is expected: what ran lately, and what the definition names by device and suite."""
    found: dict[tuple[str | None, str], Pair] = {
        (platform, suite): Pair(platform, suite, covered=False, day=None)
        for part in branch.parts
        for platform in exact(definition.parts[part]["platform"])
        for suite in exact(definition.parts[part]["suite"])
    }
    for cell in cells:
        key = (cell.platform, cell.suite)
        known = found.get(key)
        covered = bool(cell.counts.passed or cell.counts.failed) or bool(known and known.covered)
        days = [day for day in (cell.day, known and known.day) if day]
        found[key] = Pair(*key, covered, max(days, default=None))
    return tuple(sorted(found.values(), key=lambda pair: (pair.platform or "\uffff", pair.suite)))


def _concerns(gate: Gate, parts: Sequence[Selection]) -> bool:
    """Return whether a gate of boots (or tests) is about anything that parts can select."""
    if not isinstance(gate, PassRate | AtMost):
        return True
    boots = Selection.of({"suite": [Term("boot")]})
    if gate.kind == "boot":
        return any(overlap(part.only(["suite"]), boots) for part in parts)
    return any(part["suite"] != boots["suite"] for part in parts)


def _decide(gate: Gate, state: BranchState, measured: tuple[Measurement, ...]) -> GateResult:
    match gate:
        case PassRate():
            counts = state.counts(gate.kind)
            return _share(gate, counts.passed, counts.passed + counts.failed)
        case Coverage():
            return _share(gate, len(state.pairs) - len(state.silent), len(state.pairs))
        case Measured():
            return _moved(gate, measured)
        case AtMost():
            return _at_most(gate, state)


def _share(gate: PassRate | Coverage, part: int, whole: int) -> GateResult:
    if not whole:
        return GateResult(gate, Verdict.UNKNOWN)
    return GateResult(gate, _if(100 * part >= gate.least * whole), 100 * part / whole)


def _at_most(gate: AtMost, state: BranchState) -> GateResult:
    """Decide how much may fail; where nothing passed or failed, to find nothing says nothing."""
    counts = state.counts(gate.kind)
    if gate.what == "fail":
        number = counts.failed
    else:
        kind = Event.Kind.REGRESSION if gate.what == "newfail" else Event.Kind.FLAKE
        number = len(state.open(gate.kind, kind))
    if number <= gate.most and not counts[Status.PASS] + counts.failed:
        return GateResult(gate, Verdict.UNKNOWN)
    return GateResult(gate, _if(number <= gate.most), number)


def _moved(gate: Measured, measured: tuple[Measurement, ...]) -> GateResult:
    if not measured:
        return GateResult(gate, Verdict.UNKNOWN)
    upwards = gate.most >= 0
    worst = (max if upwards else min)(measured, key=lambda one: one.change)
    passes = worst.change <= gate.most if upwards else worst.change >= gate.most
    return GateResult(gate, _if(passes), worst.change, worst)


def _if(passes: bool) -> Verdict:
    return Verdict.PASS if passes else Verdict.FAIL
