"""Charts: the drawing, the figure, the table and the CSV of one are of the same numbers."""

from __future__ import annotations

import csv
import gzip
import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from bs4 import BeautifulSoup

from dashboard.plots.chart import Chart, Mark, Point, Trace
from dashboard.plots.decimation import decimated
from dashboard.plots.drawing import drawing
from dashboard.plots.figure import figure_json
from results.models import MetricChange, Revision, Series
from results.status import Status
from tests.factories import NOW, count, create_build, create_history, create_test

CHARTS = (
    "pass-rate?tree=mainline&branch=master",
    "failures?tree=mainline&branch=master",
    "durations?tree=mainline&branch=master",
    "lab?lab=lab-one",
    "coverage?platform=rk3399-gru-kevin",
)


def made_up(*traces, marks=()):
    points = tuple(Point(f"v{number}", NOW) for number in range(len(traces[0].values)))
    return Chart(
        name="x", params=(), title="X", about="y", about_url="/", sentence="", unit="s", point="Revision",
        points=points, traces=traces, marks=marks,
    )  # fmt: skip


@pytest.fixture
def branch(monkeypatch, db):
    """A branch with a build, a boot and a test that fails more often from revision to revision."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    for number, checkout in enumerate(create_history(4)):
        build = create_build(checkout=checkout, duration=100.0 + number, start_time=checkout.start_time)
        create_test(build=build, path="boot", duration=10.0, start_time=checkout.start_time)
        for test in range(4):
            status = Status.FAIL if test < number else Status.PASS
            create_test(build=build, path=f"net.t{test}", status=status, start_time=checkout.start_time)
    count()


def numbers(client, address):
    joint = "&" if "?" in address else "?"
    answer = client.get(f"/_/charts/{address}{joint}format=csv")
    return list(csv.DictReader(StringIO(answer.content.decode())))


@pytest.mark.parametrize("address", CHARTS)
def test_all_forms_have_the_same_numbers(branch, client, address):
    rows = numbers(client, address)
    page = BeautifulSoup(client.get(f"/charts/{address}").content, "html.parser")
    table = [
        [cell.get_text().strip() for cell in row.select("td")] for row in page.select("[data-rows] > tr")
    ]
    names = list(rows[0])[2:]
    printed = [[f"{float(row[name]):.6g}" if row[name] else "-" for name in names] for row in reversed(rows)]
    assert table == printed
    figure = client.get(f"/_/charts/{address}").json()
    assert page.select_one("figure.chart svg[role=img]")["aria-label"]
    for trace in figure["data"]:
        if trace["meta"].get("as") != "band":
            assert trace["y"] == [float(row[trace["name"]]) if row[trace["name"]] else None for row in rows]
            assert trace["text"] == [next(iter(row.values())) for row in rows]


def test_the_pass_rate_is_of_what_passed_or_failed(branch, client):
    rows = numbers(client, CHARTS[0])
    assert [float(row["tests"]) for row in rows] == [100, 75, 50, 25]
    assert [row["tests"] for row in numbers(client, CHARTS[1])] == ["0", "1", "2", "3"]
    assert [float(row["builds"]) for row in numbers(client, CHARTS[2])] == [100, 101, 102, 103]
    assert {row["boots"] for row in numbers(client, CHARTS[2])} == {"10.0"}


def test_days_without_results_are_gaps(branch, client):
    rows = numbers(client, CHARTS[3])
    assert len(rows) == 90
    assert sum(int(row["results"]) for row in rows) == 20
    assert rows[0]["fail"] == "" and rows[0]["results"] == "0"
    assert [row["suites"] for row in numbers(client, CHARTS[4])][-4:].count("2") == 3


def test_changes_of_a_measurement_are_marked(db, client):
    for number, checkout in enumerate(create_history(6, step=timedelta(hours=5))):
        create_test(build=create_build(checkout=checkout), value=10.0 if number < 3 else 20.0, unit="ms")
    count()
    series = Series.objects.get(tree__isnull=False)
    revision = Revision.objects.order_by("started")[3]
    MetricChange.objects.create(
        tree_id=revision.tree_id, series=series, metric="measured", unit="ms", revision=revision, at=NOW,
        direction=MetricChange.Direction.REGRESSION, confirmed=True, before=10, after=20, shift=10, low=8,
        high=12, confidence=0.99,
    )  # fmt: skip
    rows = numbers(client, f"measurement?series={series.id}")
    assert [float(row["median"]) for row in rows] == [10, 10, 10, 20, 20, 20]
    assert [float(row["median, high"]) - float(row["median, low"]) for row in rows] == [0, 0, 0, 4, 4, 4]
    figure = client.get(f"/_/charts/measurement?series={series.id}&metric=measured").json()
    assert [shape["x0"] for shape in figure["layout"]["shapes"]] == [2.5]
    page = client.get(f"/charts/measurement?series={series.id}").content.decode()
    assert "10 ms → 20 ms (+100.0 %)" in page
    assert 'class="rule"' in client.get(f"/s/{series.id}").content.decode()


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("pass-rate", 400), ("pass-rate?tree=none", 404), ("no-such", 404), ("lab?lab=x", 404),
        ("coverage?platform=x", 404), ("measurement?series=x", 400), ("measurement?series=9", 404),
        ("failures?tree=mainline&lab=x", 400),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_is_told(db, client, address, status):
    assert client.get(f"/charts/{address}").status_code == status
    assert client.get(f"/_/charts/{address}").status_code == status


def test_pages_with_charts_allow_what_plotly_needs_and_nothing_more(branch, client):
    allowed = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    for address in (f"/charts/{CHARTS[0]}", "/tree/mainline/master", "/lab/lab-one"):
        policy = client.get(address)["Content-Security-Policy"]
        assert allowed in policy and "unsafe" not in policy
    assert allowed not in client.get("/trees")["Content-Security-Policy"]


def test_many_points_become_fewer_without_losing_what_stands_out():
    values = [float(number % 7) for number in range(50_000)]
    values[31_234], values[40_000] = 99.0, -5.0
    chart = decimated(made_up(Trace("a", tuple(values), "dots"), marks=(Mark(12_345, "it changed"),)))
    assert len(chart.points) <= 1300
    kept = chart.traces[0].values
    assert {99.0, -5.0} <= set(kept)
    assert chart.points[0].label == "v0" and chart.points[-1].label == "v49999"
    assert chart.points[chart.marks[0].index].label == "v12345"
    assert len(gzip.compress(figure_json(chart).encode())) <= 40_000


def test_a_figure_is_small_and_has_no_template():
    figure = json.loads(figure_json(made_up(Trace("a", (1.0, None, 3.0)))))
    assert "template" not in figure["layout"] or not figure["layout"]["template"].get("layout")
    assert len(json.dumps(figure)) < 1200


def test_the_script_is_of_the_version_that_makes_the_figures():
    from importlib.resources import files

    from tests.test_architecture import ROOT

    bundle = next((ROOT / "static" / "vendor").glob("plotly-basic-*.min.js"))
    version = bundle.name.removeprefix("plotly-basic-").removesuffix(".min.js")
    assert f"v{version}" in bundle.read_text()[:200]
    whole = (files("plotly") / "package_data" / "plotly.min.js").read_text()[:200]
    assert f"v{version}" in whole


def test_a_drawing_stays_within_its_frame():
    values = (0.0, 5.0, None, 1e6, -3.0)
    for look in ("line", "bar", "dots"):
        made = drawing(made_up(Trace("a", values, look), Trace("b", values, look)))
        for trace in made.traces:
            for dot in trace.dots:
                assert 0 <= dot.y <= made.height and made.left <= dot.x <= made.right
    flat = drawing(made_up(Trace("a", (7.0, 7.0), "dots")))
    assert len(flat.ticks) > 1
    assert drawing(made_up(Trace("a", (0.0,), "line"))).traces[0].dots


def test_no_name_is_a_link_or_a_field_of_plotly():
    chart = replace(made_up(Trace("<a href='//x'>n</a>%{y}", (1.0, 2.0))), unit="<b>s</b>")
    figure = json.loads(figure_json(chart))
    trace = figure["data"][0]
    for text in (trace["name"], trace["hovertemplate"], figure["layout"]["yaxis"]["title"]["text"]):
        assert "<a" not in text
        assert "<b>" not in text
    assert "n&lt;/a&gt;%{y" not in trace["hovertemplate"]
