"""Reports on products."""

from __future__ import annotations

from typing import TypedDict

from dashboard.api.shapes import refs
from dashboard.api.shapes.products import BranchWhole, PairPart, branch_whole, pair_part
from results.products.report import ProductReport
from results.queries.product_report import ChangedMetric, ChangedTest


class ChangedPart(TypedDict):
    """A boot or test that changed, in so many series on these devices; `regression` explains one of them."""

    kind: str
    change: str
    path: str
    series: int
    platforms: list[str]
    regression: int | None


class MetricPart(TypedDict):
    """A measurement that changed in a revision: medians before and after."""

    series: int
    path: str
    platform: str | None
    metric: str
    unit: str
    direction: str
    confirmed: bool
    revision: refs.Revision
    before: float
    after: float


class ProductReportWhole(TypedDict):
    """What became of a product from one revision to another.

    `changes` counts series by what became of them (see compare), `tests` lists the first of each
    change. `before` and `after` are how the product stood (null: nothing of it ran).
    """

    slug: str
    a: refs.Revision
    b: refs.Revision
    changes: dict[str, int]
    tests: list[ChangedPart]
    before: BranchWhole | None
    after: BranchWhole | None
    lost: list[PairPart]
    gained: list[PairPart]
    measurements: list[MetricPart]


def product_report_whole(slug: str, report: ProductReport) -> ProductReportWhole:
    """Return a report."""
    changes: dict[str, int] = {}
    for (_, _, change), count in report.changes.counts.items():
        changes[str(change.label)] = changes.get(str(change.label), 0) + count
    return {
        "slug": slug,
        "a": refs.revision(report.a.revision),
        "b": refs.revision(report.b.revision),
        "changes": changes,
        "tests": [_changed(test) for test in report.changes.tests],
        "before": branch_whole(report.before) if report.before else None,
        "after": branch_whole(report.after) if report.after else None,
        "lost": [pair_part(pair) for pair in report.lost],
        "gained": [pair_part(pair) for pair in report.gained],
        "measurements": [_metric(metric) for metric in report.metrics],
    }


def _changed(test: ChangedTest) -> ChangedPart:
    return {
        "kind": test.kind,
        "change": str(test.change.label),
        "path": test.path,
        "series": test.n,
        "platforms": list(test.platforms),
        "regression": test.event,
    }


def _metric(metric: ChangedMetric) -> MetricPart:
    return {
        "series": metric.series,
        "path": metric.path,
        "platform": metric.platform,
        "metric": metric.metric,
        "unit": metric.unit,
        "direction": str(metric.direction.label),
        "confirmed": metric.confirmed,
        "revision": refs.revision(metric.revision),
        "before": metric.before,
        "after": metric.after,
    }
