"""A release report: what became of a product from one revision of a branch to another."""

from __future__ import annotations

from dataclasses import dataclass

from results.products.definition import Definition
from results.products.state import BranchState, Pair, product_states
from results.queries.product_report import (
    ChangedMetric,
    ProductChanges,
    product_changes_between,
    product_metric_changes,
)
from results.queries.revision_names import NamedRevision
from results.selection import Selection


@dataclass(frozen=True, slots=True)
class ProductReport:
    """How the product stood at both revisions (None: nothing of it had run), and what changed.

    ``parts`` are the product's selections that are about the branch: what ``changes`` counts by.
    """

    a: NamedRevision
    b: NamedRevision
    before: BranchState | None
    after: BranchState | None
    parts: tuple[Selection, ...]
    changes: ProductChanges
    metrics: tuple[ChangedMetric, ...]

    @property
    def lost(self) -> tuple[Pair, ...]:
        """What had a verdict at a and has none at b."""
        return self._newly(self.before, self.after)

    @property
    def gained(self) -> tuple[Pair, ...]:
        """What had no verdict at a and has one at b."""
        return self._newly(self.after, self.before)

    def _newly(self, here: BranchState | None, there: BranchState | None) -> tuple[Pair, ...]:
        covered = {(pair.platform, pair.suite) for pair in there.pairs if pair.covered} if there else set()
        pairs = here.pairs if here else ()
        return tuple(pair for pair in pairs if pair.covered and (pair.platform, pair.suite) not in covered)


def product_report(definition: Definition, a: NamedRevision, b: NamedRevision) -> ProductReport:
    """Return the report on b since a, which are revisions of one tree; may raise QueryTimeout."""
    after, before = product_states([(definition, b), (definition, a)])
    state = next(iter(after.branches), None)
    about = state.branch.parts if state else ()
    parts = tuple(after.definition.parts[part] for part in about)
    return ProductReport(
        a=a,
        b=b,
        before=next(iter(before.branches), None),
        after=state,
        parts=parts,
        changes=product_changes_between(parts, a, b) if parts else ProductChanges({}, ()),
        metrics=product_metric_changes(parts, a, b) if parts else (),
    )
