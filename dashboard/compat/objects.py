"""One test run or one build, and the known problems that it shows."""

from __future__ import annotations

from typing import Any, Final, Literal

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from dashboard.compat.answers import Refused, answer, endpoint
from dashboard.compat.shapes import STATUS_NAMES, Shape, object_shape, revision_shape
from results.errors import NotFound
from results.queries.builds import BuildDetail, build_detail
from results.queries.issue_reports import present_in
from results.queries.test_runs import TestDetail, test_detail

NO_ISSUES: Final = "No issues were found for this {}"

_TEST_FIELDS: Final = ("log_url", "misc", "output_files", "input_files", "number", "comment")
_BUILD_FIELDS: Final = (
    "command", "comment", "config_url", "log_url", "input_files", "output_files", "misc", "checkout_id",
)  # fmt: skip


@endpoint("GET")
def test(request: HttpRequest, kcidb_id: str) -> HttpResponseBase:
    """Answer test/<id>."""
    try:
        return answer(_test(test_detail(kcidb_id)))
    except NotFound as missing:
        raise Refused("Test not found") from missing


@endpoint("GET")
def build(request: HttpRequest, kcidb_id: str) -> HttpResponseBase:
    """Answer build/<id>."""
    try:
        detail = build_detail(kcidb_id)
    except NotFound as missing:
        raise Refused("Build not found") from missing
    if not detail.build.known:
        raise Refused("Build not found")
    return answer(_build(detail))


@endpoint("GET")
def issues(request: HttpRequest, kind: Literal["build", "test"], kcidb_id: str) -> HttpResponseBase:
    """Answer build/<id>/issues and test/<id>/issues."""
    found = present_in(kind, kcidb_id)
    if not found:
        raise Refused(NO_ISSUES.format(kind))
    return answer(
        [
            {
                "id": report.id,
                "version": report.version,
                "comment": report.fields.get("comment"),
                "report_url": report.fields.get("report_url"),
            }
            for report in found
        ]
    )


def _test(detail: TestDetail) -> Shape:
    run, fields = detail.run, detail.fields
    shape: Shape = {
        "id": run.id,
        "build_id": run.build.id,
        "status": STATUS_NAMES[run.status],
        "path": run.path,
        "start_time": run.start_time,
        "duration": run.duration,
        "number_value": run.value,
        "number_unit": run.unit or None,
        "log_excerpt": detail.excerpt or None,
        **object_shape(fields, _TEST_FIELDS),
        "environment_misc": {**_environment(fields), "platform": run.platform},
        "environment_compatible": list(detail.compatibles) or None,
        "architecture": run.build.architecture,
        "compiler": run.build.compiler,
        "config_name": run.build.config,
        "lab": run.lab,
        "origin": run.origin,
        "test_origin": run.origin,
        **revision_shape(run.revision),
    }
    return {**shape, "misc": shape["misc"] or {}}


def _environment(fields: dict[str, Any]) -> dict[str, Any]:
    environment = fields.get("environment")
    misc = environment.get("misc") if isinstance(environment, dict) else None
    return misc if isinstance(misc, dict) else {}


def _build(detail: BuildDetail) -> Shape:
    return {
        "id": detail.build.id,
        "origin": detail.origin,
        "build_origin": detail.origin,
        "status": STATUS_NAMES[detail.status],
        "architecture": detail.build.architecture,
        "config_name": detail.build.config,
        "compiler": detail.build.compiler,
        "start_time": detail.start_time,
        "duration": detail.duration,
        "log_excerpt": detail.excerpt or None,
        **object_shape(detail.fields, _BUILD_FIELDS),
        "lab": detail.lab,
        **revision_shape(detail.revision),
    }
