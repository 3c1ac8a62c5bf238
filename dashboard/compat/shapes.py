"""Our records in the shapes of the KernelCI dashboard's API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from results.queries.builds import BuildRow
from results.queries.records import RevisionRef, StatusCounts
from results.queries.scope_issues import ScopeIssues
from results.queries.scopes import Group
from results.queries.whole import WholeTest
from results.status import Status

Shape = dict[str, Any]

STATUS_NAMES: Final = {status: "NULL" if status is Status.NONE else status.name for status in Status}
UNKNOWN: Final = "Unknown"
"""What a group is called that has no name."""


def upper_counts(counts: StatusCounts) -> dict[str, int]:
    """Return counts as ``{"PASS": 1, …}``, zeros included."""
    return {STATUS_NAMES[status]: count for status, count in counts}


def lower_counts(counts: StatusCounts, suffix: str = "") -> dict[str, int]:
    """Return counts as ``{"pass": 1, …}``; ``suffix`` is put behind each name."""
    return {f"{STATUS_NAMES[status].lower()}{suffix}": count for status, count in counts}


def grouped_counts(counts: StatusCounts) -> dict[str, int]:
    """Return counts as PASS, FAIL and INCONCLUSIVE."""
    return {"PASS": counts.passed, "FAIL": counts.failed, "INCONCLUSIVE": counts.inconclusive}


def revision_shape(revision: RevisionRef | None) -> Shape:
    """Return the fields of a revision; None each when it is not known."""
    return {
        "tree_name": revision.tree.name if revision else None,
        "git_repository_url": revision.tree.url if revision else None,
        "git_repository_branch": revision.tree.branch if revision else None,
        "git_commit_hash": revision.commit if revision else None,
        "git_commit_name": revision.describe if revision else None,
    }


def build_shape(row: BuildRow, fields: Mapping[str, Any]) -> Shape:
    """Return a build of a list; ``fields`` is what was submitted."""
    return {
        "id": row.build.id,
        "origin": row.origin,
        "status": STATUS_NAMES[row.status],
        "architecture": row.build.architecture,
        "config_name": row.build.config,
        "compiler": row.build.compiler,
        "config_url": fields.get("config_url"),
        "log_url": fields.get("log_url"),
        "start_time": row.start_time,
        "duration": row.duration,
        "misc": {"lab": row.lab, "runtime": row.lab},
        **revision_shape(row.revision),
    }


def around_shape(run: WholeTest) -> Shape:
    """Return what a test run says of its build and revision."""
    return {
        "architecture": run.build.architecture,
        "compiler": run.build.compiler,
        "config": run.build.config,
        "config_name": run.build.config,
        **revision_shape(run.revision),
    }


def run_shape(
    run: WholeTest, log_url: str | None, compatibles: Mapping[str | None, Sequence[str]], around: Shape
) -> Shape:
    """Return a boot or another test of a list; ``around`` is that of its build."""
    return {
        "id": run.id,
        "origin": run.origin,
        "status": STATUS_NAMES[run.status],
        "path": run.path,
        "start_time": run.start_time,
        "duration": run.duration,
        "log_url": log_url,
        "environment_misc": {"platform": run.platform},
        "environment_compatible": compatibles.get(run.platform) or None,
        "lab": run.lab,
        "misc": {"runtime": run.lab},
        **around,
    }


def section_shape(
    groups: Sequence[Group], issues: ScopeIssues, compatibles: Mapping[str | None, Sequence[str]]
) -> Shape:
    """Return the section of a summary for one kind of results."""
    total = next((group.counts for group in groups if group.by == ""), StatusCounts())
    platforms = [group for group in groups if group.by == "platform"]
    by_compatible: dict[str, StatusCounts] = {}
    for group in platforms:
        for name in compatibles.get(group.name, ()):
            by_compatible[name] = by_compatible.get(name, StatusCounts()) + group.counts
    return {
        "status": upper_counts(total),
        "origins": _by(groups, "origin"),
        "configs": _by(groups, "config"),
        "labs": _by(groups, "lab"),
        "platforms": _by(groups, "platform"),
        "environment_misc": _by(groups, "platform"),
        "environment_compatible": {name: upper_counts(found) for name, found in by_compatible.items()},
        "failed_platforms": [group.name for group in platforms if group.name and group.counts.failed],
        "fail_reasons": {},
        "issues": [
            {
                "id": issue.id,
                "version": issue.version,
                "comment": issue.comment,
                "report_url": issue.url or None,
                "incidents_info": upper_counts(issue.counts),
            }
            for issue in issues.issues
        ],
        "unknown_issues": issues.unknown,
    }


def architectures_by_name(groups: Sequence[Group]) -> Shape:
    """Return ``{arch: counts and compilers}``, as summaries of builds have it."""
    found: dict[str, Shape] = {}
    sums: dict[str, StatusCounts] = {}
    for group in _of(groups, "arch"):
        name = group.name or UNKNOWN
        sums[name] = sums.get(name, StatusCounts()) + group.counts
        compilers = found.get(name, {}).get("compilers", [])
        found[name] = {**upper_counts(sums[name]), "compilers": [*compilers, group.part or UNKNOWN]}
    return found


def architectures_by_compiler(groups: Sequence[Group]) -> list[Shape]:
    """Return one item for each architecture and compiler, as summaries of tests have it."""
    return [
        {
            "arch": group.name or UNKNOWN,
            "compiler": group.part or UNKNOWN,
            "status": upper_counts(group.counts),
        }
        for group in _of(groups, "arch")
    ]


def _of(groups: Sequence[Group], by: str) -> list[Group]:
    return [group for group in groups if group.by == by]


def _by(groups: Sequence[Group], by: str) -> dict[str, dict[str, int]]:
    return {group.name or UNKNOWN: upper_counts(group.counts) for group in _of(groups, by)}


def object_shape(fields: Mapping[str, Any], names: Sequence[str]) -> Shape:
    """Return some submitted fields, None for each that is absent."""
    return {name: fields.get(name) for name in names}
