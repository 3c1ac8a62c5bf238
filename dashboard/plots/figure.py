"""A chart as a figure that Plotly draws: made by its own library, so that it fits its schema.

Colours are names in ``meta``: the script that draws a figure looks them up in the style sheet,
which knows light from dark.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any, Final

from dashboard.plots.chart import Chart, Trace

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

BAND: Final = "band"
NAMED: Final = 5
"""Points of the horizontal axis that are named."""


def figure_json(chart: Chart) -> str:
    """Return the figure of a chart as JSON text."""
    return str(_figure(chart).to_json(engine="orjson"))


def _figure(chart: Chart) -> Figure:
    # Here and not above: processes that draw no figure need not load the library.
    from plotly import graph_objects

    figure = graph_objects.Figure(
        layout={
            "template": "none",
            "barmode": "stack",
            "hovermode": "closest",
            "showlegend": len(chart.drawn) > 1,
            "legend": {"orientation": "h", "y": 1.12, "x": 0},
            "margin": {"l": 56, "r": 12, "t": 28, "b": 40},
            "xaxis": _axis(chart),
            "yaxis": {"title": {"text": _plain(chart.unit)}, "rangemode": _from(chart)},
            "shapes": [_rule(mark.index) for mark in chart.marks],
        }
    )
    figure.add_traces([made for trace in chart.drawn for made in _traces(chart, trace)])
    return figure


def _from(chart: Chart) -> str:
    return "normal" if any(trace.look == "dots" for trace in chart.drawn) else "tozero"


def _traces(chart: Chart, trace: Trace) -> list[Any]:
    from plotly.graph_objects import Bar, Scatter

    common: dict[str, Any] = {
        "name": _plain(trace.name),
        "x": list(range(len(chart.points))),
        "y": list(trace.values),
        "meta": {"colour": trace.colour},
        "text": [_plain(point.label) for point in chart.points],
        "customdata": [point.url for point in chart.points],
        "hovertemplate": f"%{{text}}<br>%{{y:.5~g}} {_plain(chart.unit)}<extra>{_plain(trace.name)}</extra>",
    }
    if trace.look == "bar":
        return [Bar(**common)]
    mode = {"dots": "markers", "level": "lines"}.get(trace.look, "lines+markers")
    drawn = Scatter(**common, mode=mode, connectgaps=True, marker={"size": 6}, line={"shape": _shape(trace)})
    return [*_band(common["x"], trace), drawn] if trace.low else [drawn]


def _band(x: list[Any], trace: Trace) -> list[Any]:
    """Return two invisible lines with what lies between them filled."""
    from plotly.graph_objects import Scatter

    plain: dict[str, Any] = {
        "x": x, "mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False,
        "connectgaps": True, "meta": {"colour": trace.colour, "as": BAND},
    }  # fmt: skip
    plain["line"]["shape"] = _shape(trace)
    return [Scatter(y=list(trace.low), **plain), Scatter(y=list(trace.high), fill="tonexty", **plain)]


def _shape(trace: Trace) -> str:
    return "hvh" if trace.look == "level" else "linear"


def _plain(text: str) -> str:
    """Return a text as Plotly shows it: in its texts, tags make links and % fields."""
    return escape(text, quote=False).replace("%{", "%\u200b{")


def _rule(index: int) -> dict[str, Any]:
    """Return a vertical line between the point of an index and the one before."""
    between = index - 0.5
    return {"type": "line", "x0": between, "x1": between, "yref": "paper", "y0": 0, "y1": 1,
            "line": {"width": 1, "dash": "dash"}}  # fmt: skip


def _axis(chart: Chart) -> dict[str, Any]:
    """Return the horizontal axis: points at equal distances, a few of them named."""
    count = len(chart.points)
    named = list(range(count - 1, -1, -max(1, -(-count // NAMED))))
    texts = [_plain(chart.points[index].label) for index in named]
    return {"tickvals": named, "ticktext": texts, "range": [-0.7, count - 0.3], "automargin": True}
