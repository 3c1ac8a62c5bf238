"""Every URL of the site. One line per page; the views live in dashboard/views by noun.

A page that is ``twinned`` has addresses with a suffix too: /trees.json.
"""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, register_converter

from dashboard.api.reference import reference
from dashboard.converters import AnythingConverter
from dashboard.twins import twinned
from dashboard.views import (
    accounts,
    badges,
    builds,
    charts,
    commits,
    compare,
    devices,
    events,
    flaky,
    grid,
    help,
    home,
    issues,
    labs,
    logs,
    measurements,
    prefs,
    probes,
    product_edit,
    product_report,
    product_rows,
    products,
    revisions,
    search,
    status,
    submissions,
    suites,
    tests,
    trees,
)

register_converter(AnythingConverter, "anything")

handler400 = "dashboard.views.errors.bad_request"
handler403 = "dashboard.views.errors.forbidden"
handler404 = "dashboard.views.errors.not_found"
handler500 = "dashboard.views.errors.server_error"

urlpatterns = [
    path("", include("ingest.intake.urls")),
    path("", home.home, name="home"),
    path("index.<twin:suffix>", home.home, name="home_twin"),
    path("", include("dashboard.compat.links")),
    path("c/<str:tree>/<anything:branch>/<str:commit>", revisions.revision, name="revision"),
    path("c/<str:tree>/<str:commit>", revisions.revision, name="revision_without_branch"),
    path("c/<str:text>", commits.commit, name="commit"),
    path("tree/<str:tree>/<anything:branch>", trees.tree, name="tree"),
    path("tree/<str:tree>", trees.tree, name="tree_without_branch"),
    *twinned("trees", trees.trees, name="trees"),
    *twinned("grid", grid.history, name="grid"),
    *twinned("compare", compare.comparison, name="compare"),
    *twinned("builds", builds.builds, name="builds"),
    path("b/<anything:kcidb_id>/log/raw", logs.build_log_raw, name="build_log_raw"),
    path("b/<anything:kcidb_id>/log", logs.build_log, name="build_log"),
    path("b/<anything:kcidb_id>", builds.build, name="build"),
    *twinned("tests", tests.tests, name="tests"),
    path("t/<anything:kcidb_id>/log/raw", logs.test_log_raw, name="test_log_raw"),
    path("t/<anything:kcidb_id>/log", logs.test_log, name="test_log"),
    path("t/<anything:kcidb_id>", tests.test, name="test"),
    *twinned("s/<int:number>", tests.series, name="series"),
    *twinned("devices", devices.devices, name="devices"),
    path("suite/<anything:name>", suites.suite, name="suite"),
    *twinned("suites", suites.suites, name="suites"),
    path("charts/<str:name>", charts.page, name="chart"),
    path("_/facets", tests.tests_facets, name="tests_facets"),
    path("_/charts/<str:name>", charts.numbers, name="chart_numbers"),
    path("device/<anything:platform>", devices.device, name="device"),
    *twinned("labs", labs.labs, name="labs"),
    path("lab/<anything:name>", labs.lab, name="lab"),
    *twinned("issues", issues.issues, name="issues"),
    path("i/<anything:kcidb_id>", issues.issue, name="issue"),
    *twinned("regressions", events.regressions, name="regressions"),
    *twinned("r/<int:number>", events.event, name="event"),
    *twinned("products", products.products, name="products"),
    path("products/new", product_edit.new, name="product_new"),
    *twinned("p/<slug:slug>", products.product, name="product"),
    *twinned("p/<slug:slug>/report", product_report.report, name="product_report"),
    *twinned("p/<slug:slug>/regressions", product_rows.regressions, name="product_regressions"),
    *twinned("p/<slug:slug>/coverage", product_rows.coverage, name="product_coverage"),
    *twinned("p/<slug:slug>/history", product_edit.history, name="product_history"),
    path("p/<slug:slug>/edit", product_edit.edit, name="product_edit"),
    *twinned("measurements", measurements.measurements, name="measurements"),
    *twinned("flaky", flaky.flaky, name="flaky"),
    path("", include("dashboard.people.urls")),
    *twinned("submissions", submissions.submissions, name="submissions"),
    *twinned("submission/<int:number>", submissions.submission, name="submission"),
    *twinned("rejections", submissions.rejections, name="rejections"),
    *twinned("search", search.find, name="search"),
    path("badge/tree/<str:tree>/<anything:branch>.svg", badges.tree_badge, name="tree_badge"),
    path("badge/tree/<str:tree>.svg", badges.tree_badge, name="tree_badge_without_branch"),
    path("badge/device/<anything:platform>.svg", badges.device_badge, name="device_badge"),
    path("badge/product/<str:slug>.svg", badges.product_badge, name="product_badge"),
    path("robots.txt", badges.robots, name="robots"),
    path("opensearch.xml", search.opensearch, name="opensearch"),
    *twinned("help", help.help_index, name="help"),
    *twinned("help/keys", help.help_keys, name="help_keys"),
    path("prefs", prefs.prefs, name="prefs"),
    path("status", status.page_or_receipt("ingest.intake.views.status"), name="status"),
    path("status.json", status.status_json, name="status_json"),
    path("metrics", status.metrics, name="metrics"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("api/", reference, name="api"),
    path("api/v1/", include("dashboard.api.urls")),
    path("api/", include("dashboard.compat.urls")),
    # The same page as for everybody, which counts wrong passwords.
    path("admin/login/", accounts.sign_in),
    path("admin/", admin.site.urls),
]
