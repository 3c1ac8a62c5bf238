"""The addresses of charts: page, figure and CSV."""

from __future__ import annotations

from dataclasses import dataclass

from dashboard.paths import with_query
from dashboard.rows import tree_params
from results.queries.records import TreeRef


@dataclass(frozen=True, slots=True)
class ChartLink:
    """A chart that a page leads to: ``text`` is what it shows."""

    text: str
    name: str
    params: tuple[tuple[str, str], ...]

    @property
    def page(self) -> str:
        """The page with the chart, as a drawing and as a table."""
        return with_query(f"/charts/{self.name}", self.params)

    @property
    def figure(self) -> str:
        """The figure that Plotly draws."""
        return with_query(f"/_/charts/{self.name}", [*self.params, ("format", "json")])

    @property
    def csv(self) -> str:
        """The numbers."""
        return with_query(f"/_/charts/{self.name}", [*self.params, ("format", "csv")])


def branch_charts(tree: TreeRef, *, with_repository: bool) -> tuple[ChartLink, ...]:
    """Return the charts of a branch."""
    params = (*tree_params(tree), *([("url", tree.url)] if with_repository else []))
    return (
        ChartLink("Pass rates", "pass-rate", params),
        ChartLink("Failures", "failures", params),
        ChartLink("Durations", "durations", params),
    )


def measurement_link(series: int, metric: str) -> ChartLink:
    """Return the chart of a metric of a series."""
    return ChartLink("Interactive chart", "measurement", (("series", str(series)), ("metric", metric)))


def lab_charts(lab: str) -> tuple[ChartLink, ...]:
    """Return the charts of a lab."""
    return (ChartLink("Health, day by day", "lab", (("lab", lab),)),)


def device_charts(platform: str) -> tuple[ChartLink, ...]:
    """Return the charts of a device."""
    return (ChartLink("Coverage, day by day", "coverage", (("platform", platform),)),)
