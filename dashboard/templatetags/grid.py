"""The cells of a history grid: thousands on a page, so they are written without a template."""

from __future__ import annotations

from typing import Final

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from dashboard.grid_lines import GridLine
from dashboard.paths import test_path
from dashboard.templatetags.ui import GLYPHS
from results.models import SeriesVerdict
from results.queries.grid import GridCell, GridRow
from results.status import Status

register = template.Library()

Words = SeriesVerdict.Verdict

_FLAKY: Final = (Words.FLAKY, Words.FLAKY_SUSPECTED, Words.NEW_FLAKE)
_BROKEN: Final = (Words.REGRESSION, Words.SUSPECTED)
_NOTHING: Final = "<td>&nbsp;</td>"
_PASSED: Final = f'<td><span class="cell s-pass">{GLYPHS[Status.PASS]}</span></td>'


@register.filter
def grid_cells(line: GridLine) -> SafeString:
    """Return the cells of a row. Only what did not pass is a link; a cell without a run is a space."""
    return SafeString(
        "".join(
            _cell(cell, line.row, column.number)
            for cell, column in zip(line.row.cells, line.columns, strict=True)
        )
    )


def _cell(cell: GridCell | None, row: GridRow, revision: int) -> str:
    if cell is None:
        return _NOTHING
    if cell.run is None:
        return _PASSED
    mark, css, said = GLYPHS[cell.status], cell.status.label, str(cell.status.label)
    if cell.status is Status.FAIL and row.verdict in _FLAKY:
        mark, css, said = "~", "flaky", "fail, flaky"
    elif cell.status is Status.FAIL and row.verdict in _BROKEN and row.since == revision:
        mark, css, said = "R", "new", "fail, regression"
    url = escape(test_path(cell.run))
    return f'<td><a class="cell s-{css}" href="{url}" aria-label="{said}">{mark}</a></td>'
