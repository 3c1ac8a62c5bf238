"""Charts: one record of a chart, drawn as SVG, as an interactive figure, as a table and as CSV."""
