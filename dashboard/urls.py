"""Every URL of the site. One line per page; the views live in dashboard/views by noun."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, register_converter

from dashboard.api.reference import reference
from dashboard.converters import AnythingConverter
from dashboard.views import (
    accounts,
    builds,
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
    revisions,
    search,
    status,
    submissions,
    tests,
    trees,
)

register_converter(AnythingConverter, "anything")

handler400 = "dashboard.views.errors.bad_request"
handler403 = "dashboard.views.errors.forbidden"
handler404 = "dashboard.views.errors.not_found"
handler500 = "dashboard.views.errors.server_error"

urlpatterns = [
    path("", home.home, name="home"),
    path("", include("dashboard.compat.links")),
    path("c/<str:tree>/<anything:branch>/<str:commit>", revisions.revision, name="revision"),
    path("c/<str:tree>/<str:commit>", revisions.revision, name="revision_without_branch"),
    path("c/<str:text>", revisions.commit, name="commit"),
    path("tree/<str:tree>/<anything:branch>", trees.tree, name="tree"),
    path("tree/<str:tree>", trees.tree, name="tree_without_branch"),
    path("trees", trees.trees, name="trees"),
    path("grid", grid.history, name="grid"),
    path("compare", compare.comparison, name="compare"),
    path("builds", builds.builds, name="builds"),
    path("b/<anything:kcidb_id>/log/raw", logs.build_log_raw, name="build_log_raw"),
    path("b/<anything:kcidb_id>/log", logs.build_log, name="build_log"),
    path("b/<anything:kcidb_id>", builds.build, name="build"),
    path("tests", tests.tests, name="tests"),
    path("t/<anything:kcidb_id>/log/raw", logs.test_log_raw, name="test_log_raw"),
    path("t/<anything:kcidb_id>/log", logs.test_log, name="test_log"),
    path("t/<anything:kcidb_id>", tests.test, name="test"),
    path("s/<int:number>", tests.series, name="series"),
    path("devices", devices.devices, name="devices"),
    path("device/<anything:platform>", devices.device, name="device"),
    path("labs", labs.labs, name="labs"),
    path("lab/<anything:name>", labs.lab, name="lab"),
    path("issues", issues.issues, name="issues"),
    path("i/<anything:kcidb_id>", issues.issue, name="issue"),
    path("regressions", events.regressions, name="regressions"),
    path("r/<int:number>", events.event, name="event"),
    path("r/<int:number>.txt", events.report, name="event_report"),
    path("measurements", measurements.measurements, name="measurements"),
    path("flaky", flaky.flaky, name="flaky"),
    path("accounts/login", accounts.sign_in, name="login"),
    path("accounts/logout", accounts.sign_out, name="logout"),
    path("submissions", submissions.submissions, name="submissions"),
    path("submission/<int:number>", submissions.submission, name="submission"),
    path("rejections", submissions.rejections, name="rejections"),
    path("search", search.find, name="search"),
    path("opensearch.xml", search.opensearch, name="opensearch"),
    path("help", help.help_index, name="help"),
    path("help/keys", help.help_keys, name="help_keys"),
    path("prefs", prefs.prefs, name="prefs"),
    path("status", status.page_or_receipt("ingest.intake.views.status"), name="status"),
    path("status.json", status.status_json, name="status_json"),
    path("metrics", status.metrics, name="metrics"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("api/", reference, name="api"),
    path("api/v1/", include("dashboard.api.urls")),
    path("api/", include("dashboard.compat.urls")),
    path("admin/", admin.site.urls),
    path("", include("ingest.urls")),
]
