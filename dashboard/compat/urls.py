"""The routes under /api/, each with and without a slash at its end: posts cannot be redirected."""

from __future__ import annotations

from django.urls import re_path

from dashboard.compat import hardware, issues, metrics, objects, report, trees

PART = "(?P<part>summary|builds|boots|tests)"
LIST = "(?P<part>builds|tests)"
TREE = r"tree/(?P<tree>[^/]+)/(?P<branch>[\s\S]+)"
ID = r"(?P<kcidb_id>[\s\S]+?)"

urlpatterns = [
    re_path(r"^tree/?$", trees.trees),
    re_path(r"^tree-report/?$", report.tree_report),
    re_path(rf"^tree/(?P<commit>[^/]+)/{PART}/?$", trees.tree_part),
    re_path(r"^tree/(?P<commit>[^/]+)/commits/?$", trees.tree_commits),
    re_path(rf"^{TREE}/(?P<commit>[^/]+)/{PART}/?$", trees.tree_part),
    re_path(rf"^{TREE}/(?P<commit>[^/]+)/commits/?$", trees.tree_commits),
    re_path(rf"^{TREE}/?$", trees.tree_head),
    re_path(r"^hardware/?$", hardware.hardware),
    re_path(rf"^hardware/(?P<name>[\s\S]+)/{PART}/?$", hardware.hardware_part),
    re_path(r"^issue/?$", issues.issues),
    re_path(r"^issue/extras/?$", issues.extras),
    re_path(rf"^issue/{ID}/{LIST}/?$", issues.issue_part),
    re_path(rf"^issue/{ID}/?$", issues.issue),
    re_path(rf"^(?P<kind>build|test)/{ID}/issues/?$", objects.issues),
    re_path(rf"^build/{ID}/?$", objects.build),
    re_path(rf"^test/{ID}/?$", objects.test),
    re_path(r"^metrics/?$", metrics.metrics),
]
