"""Lists and summaries of a scope, the same for trees and for hardware."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from django.http.response import HttpResponseBase

from dashboard.compat.answers import streamed
from dashboard.compat.shapes import (
    Shape,
    architectures_by_compiler,
    architectures_by_name,
    around_shape,
    build_shape,
    run_shape,
    section_shape,
)
from results.queries.builds import BuildRow
from results.queries.scope_issues import scope_issues
from results.queries.scopes import Scope, scope_counts
from results.queries.submitted import build_fields, log_urls, platform_compatibles
from results.queries.whole import WholeTest, all_builds, all_tests

Part = Literal["builds", "boots", "tests"]


def whole_list(scope: Scope, part: Part) -> HttpResponseBase:
    """Return all builds, boots or tests of a scope, streamed."""
    if part == "builds":
        return streamed(part, builds_of(all_builds(scope.builds, within=scope.builds_within)))
    selection = scope.boots if part == "boots" else scope.tests
    return streamed(part, runs_of(all_tests(selection, within=scope.results_within)))


def summary(scope: Scope) -> dict[str, Shape]:
    """Return the sections of a summary."""
    counts = scope_counts(scope)
    compatibles = platform_compatibles()
    builds = section_shape(counts.builds, scope_issues(scope, "builds"), {})
    boots = section_shape(counts.boots, scope_issues(scope, "boots"), compatibles)
    tests = section_shape(counts.tests, scope_issues(scope, "tests"), compatibles)
    return {
        "builds": {**builds, "architectures": architectures_by_name(counts.builds)},
        "boots": {**boots, "architectures": architectures_by_compiler(counts.boots)},
        "tests": {**tests, "architectures": architectures_by_compiler(counts.tests)},
    }


def choices(sections: dict[str, Shape]) -> Shape:
    """Return what a summary can be filtered by."""
    builds = sections["builds"]
    compilers = {name for found in builds["architectures"].values() for name in found["compilers"]}
    return {
        "all": {
            "architectures": list(builds["architectures"]),
            "compilers": sorted(compilers),
            "configs": list(builds["configs"]),
        },
        **{
            kind: {
                "issues": [[issue["id"], issue["version"]] for issue in section["issues"]],
                "origins": list(section["origins"]),
                "has_unknown_issue": section["unknown_issues"] > 0,
                "labs": list(section["labs"]),
            }
            for kind, section in sections.items()
        },
    }


def builds_of(pieces: Iterable[Sequence[BuildRow]]) -> Iterator[list[Shape]]:
    """Yield builds as items of a list."""
    for rows in pieces:
        fields = build_fields(row.build.id for row in rows)
        yield [build_shape(row, fields[row.build.id]) for row in rows]


def runs_of(pieces: Iterable[Sequence[WholeTest]]) -> Iterator[list[Shape]]:
    """Yield test runs as items of a list."""
    compatibles = platform_compatibles()
    for runs in pieces:
        # What runs say of their build is made once for each build.
        around = {id(run.build): around_shape(run) for run in {id(run.build): run for run in runs}.values()}
        yield [
            run_shape(run, url, compatibles, around[id(run.build)])
            for run, url in zip(runs, log_urls(runs), strict=True)
        ]
