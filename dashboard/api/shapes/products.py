"""Products: what they are, how they stand, and what became of them."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict

from dashboard.api.shapes import refs
from results.products.definition import Definition
from results.products.state import BranchState, GateResult, Pair, ProductState
from results.queries.product_measurements import Measurement
from results.queries.products import ProductChangeRow, ProductRow
from results.selection import Selection


class MeasurementPart(TypedDict):
    """The measurement that moved most: in the revision, and in those before it; `change` is in percent."""

    series: int
    path: str
    platform: str | None
    unit: str
    now: float
    before: float
    change: float | None


class GatePart(TypedDict):
    """A gate and its verdict: pass, fail, unknown when there is nothing to tell by, or none.

    None is of a gate that has nothing to do with the branch: of tests, where only boots are selected.

    `value` is what is compared: percent, a number, or by how many percent the worst measurement moved.
    """

    gate: str
    verdict: str
    value: float | None
    worst: MeasurementPart | None


class PairPart(TypedDict):
    """A suite that is expected on a device, and the day of its last run."""

    platform: str | None
    suite: str
    last_run: date | None


class DevicePart(TypedDict):
    """Boots and tests of a device in the revision, and its open regressions by number."""

    platform: str | None
    boots: refs.Counts
    tests: refs.Counts
    regressions: list[int]


class BranchPart(TypedDict):
    """A branch: the newest revision on which anything of the product ran (null: none), and its gates.

    `newer` is the newest revision when nothing of the product has run on it yet.
    """

    tree: refs.Tree
    revision: refs.Revision | None
    newer: refs.Revision | None
    verdict: str
    gates: list[GatePart]


class BranchWhole(BranchPart):
    """A branch with its devices, and what is expected and silent there."""

    devices: list[DevicePart]
    expected: int
    silent: list[PairPart]


class ProductFacts(TypedDict):
    """What a product is, and its verdict: fail if a gate of any branch fails, pass if all pass."""

    slug: str
    name: str
    about: str
    owner: str
    created: datetime
    changed: datetime
    verdict: str


class ProductItem(ProductFacts):
    """A product and how it stands."""

    branches: list[BranchPart]


class DefinitionPart(TypedDict):
    """A definition as structure: sets of results by dimension, and gates."""

    name: str
    about: str
    selects: list[dict[str, list[str]]]
    gates: list[str]


class HistoryPart(TypedDict):
    """A definition that the product had from then on; `text` is empty of a deletion."""

    what: str
    at: datetime
    who: str
    why: str
    text: str


class ProductWhole(ProductFacts):
    """A product whole: its definition as it was written and as structure, its state and its history."""

    text: str
    definition: DefinitionPart
    branches: list[BranchWhole]
    history: list[HistoryPart]


class ProductGate(TypedDict):
    """Whether a revision may ship: pass, fail, or unknown."""

    slug: str
    verdict: str
    branches: list[BranchPart]


class ProductWhy(TypedDict, total=False):
    """Why it is changed, for people."""

    why: str


class ProductBody(ProductWhy):
    """The definition of a product, as text."""

    text: str


class ProductSlug(TypedDict, total=False):
    """The short name; without it one is made of the name."""

    slug: str


class NewProduct(ProductBody, ProductSlug):
    """A product to be made."""


def product_item(row: ProductRow, state: ProductState) -> ProductItem:
    """Return a row of the listing."""
    return {
        **_facts(row, state),
        "branches": [branch_part(branch) for branch in state.branches],
    }


def product_whole(
    row: ProductRow, state: ProductState, history: tuple[ProductChangeRow, ...]
) -> ProductWhole:
    """Return a product whole."""
    return {
        **_facts(row, state),
        "text": row.text,
        "definition": _definition(state.definition),
        "branches": [branch_whole(branch) for branch in state.branches],
        "history": [
            {"what": str(each.what.label), "at": each.at, "who": each.who, "why": each.why, "text": each.text}
            for each in history
        ],
    }


def product_gate(slug: str, state: ProductState) -> ProductGate:
    """Return whether a revision may ship."""
    return {
        "slug": slug,
        "verdict": str(state.verdict),
        "branches": [branch_part(branch) for branch in state.branches],
    }


def _facts(row: ProductRow, state: ProductState) -> ProductFacts:
    return {
        "slug": row.slug,
        "name": row.name,
        "about": row.about,
        "owner": row.owner,
        "created": row.created,
        "changed": row.changed,
        "verdict": str(state.verdict),
    }


def branch_part(state: BranchState) -> BranchPart:
    """Return a branch with its gates."""
    return {
        "tree": refs.tree(state.branch.ref),
        "revision": refs.revision(state.head.revision) if state.head else None,
        "newer": refs.revision(state.newer.revision) if state.newer else None,
        "verdict": str(state.verdict),
        "gates": [_gate(result) for result in state.gates],
    }


def branch_whole(state: BranchState) -> BranchWhole:
    """Return a branch with its devices."""
    platforms = dict.fromkeys(cell.platform for cell in state.cells)
    return {
        **branch_part(state),
        "devices": [_device(state, platform) for platform in platforms],
        "expected": len(state.pairs),
        "silent": [pair_part(pair) for pair in state.silent],
    }


def _definition(definition: Definition) -> DefinitionPart:
    return {
        "name": definition.name,
        "about": definition.about,
        "selects": [_select(part) for part in definition.parts],
        "gates": [str(gate) for gate in definition.gates],
    }


def _select(part: Selection) -> dict[str, list[str]]:
    return {name: [str(term) for term in terms] for name, terms in part.terms}


def _gate(result: GateResult) -> GatePart:
    return {
        "gate": str(result.gate),
        "verdict": str(result.verdict),
        "value": _finite(result.value),
        "worst": _measurement(result.worst) if result.worst else None,
    }


def _measurement(measured: Measurement) -> MeasurementPart:
    return {
        "series": measured.series,
        "path": measured.path,
        "platform": measured.platform,
        "unit": measured.unit,
        "now": measured.now,
        "before": measured.before,
        "change": _finite(measured.change),
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or value in (float("inf"), float("-inf")) else value


def _device(state: BranchState, platform: str | None) -> DevicePart:
    return {
        "platform": platform,
        "boots": refs.counts(state.counts("boot", platform=(platform,))),
        "tests": refs.counts(state.counts("tests", platform=(platform,))),
        "regressions": list(state.regressions(platform)),
    }


def pair_part(pair: Pair) -> PairPart:
    return {"platform": pair.platform, "suite": pair.suite, "last_run": pair.day}
