"""What the database holds, without the numbers that depend on the order of arrival."""

from __future__ import annotations

from django.db.models import Q

from results import documents
from results.models import Build, Checkout, FieldSource, Incident, Issue, Platform, Submission, Test


def submissions():
    return {
        row.id: (bytes(row.sha256).hex()[:12], row.submitted_at, row.state)
        for row in Submission.objects.all()
    }


def _sources(known):
    return {
        (row.kind, row.key, row.version): {name: known[number] for name, number in row.fields.items()}
        for row in FieldSource.objects.all()
    }


def _named(row, *names):
    return {name: str(value) if (value := getattr(row, name)) is not None else None for name in names}


def _tree(revision):
    return revision and (revision.tree.name, revision.tree.url, revision.tree.branch)


def _checkout(row):
    revision = row.revision
    return {
        "item": documents.whole_object(row),
        "known": row.known,
        "revision": revision and (*_tree(revision), revision.commit, revision.patchset),
        "start": row.start_time,
        "valid": row.valid,
        **_named(row, "origin"),
    }


def _build(row):
    return {
        "item": documents.whole_object(row),
        "known": row.known,
        "is_dummy": row.is_dummy,
        "status": row.status,
        "checkout": row.checkout and row.checkout.kcidb_id,
        "start": row.start_time,
        "duration": row.duration,
        **_named(row, "origin", "architecture", "config", "compiler", "lab"),
    }


def _test(row):
    series = row.series
    return {
        "item": documents.test_object(row),
        "status": row.status,
        "is_boot": row.is_boot,
        "value": row.value,
        "unit": row.unit and (row.unit.name, row.unit.prefix),
        "build": row.build.kcidb_id,
        "tree": series.tree and (series.tree.name, series.tree.url, series.tree.branch),
        **_named(series, "path", "suite", "origin", "lab", "platform", "architecture", "config", "compiler"),
    }


def _issue(row):
    return {
        "item": documents.whole_object(row),
        "is_newest": row.is_newest,
        "culprit": (row.culprit_code, row.culprit_tool, row.culprit_harness),
        "comment": row.comment,
    }


def _incident(row):
    return {
        "item": documents.whole_object(row),
        "points": (row.issue_key, row.issue_version, row.build_key, row.test_key),
        "present": row.present,
    }


_TEST_PARTS = (
    "build", "document", "excerpt", "unit", "series__path", "series__suite", "series__origin",
    "series__lab", "series__platform", "series__architecture", "series__config", "series__compiler",
    "series__tree",
)  # fmt: skip


def mentioned(model, children):
    """Return the rows of a model that are known or have children."""
    return model.objects.filter(Q(known=True) | Q(**{f"{children}__isnull": False})).distinct()


def objects():
    """Return (kind, key, version) -> everything about each object.

    Names of parents that no object mentions any more are left out.
    """
    known = submissions()
    sources = _sources(known)
    parts = ("document", "excerpt")
    described = [
        (
            "checkout",
            _checkout,
            mentioned(Checkout, "builds").select_related(*parts, "origin", "revision__tree"),
        ),
        ("build", _build, mentioned(Build, "tests").select_related(*parts, "checkout")),
        ("test", _test, Test.objects.select_related(*_TEST_PARTS)),
        ("issue", _issue, Issue.objects.select_related("document")),
        ("incident", _incident, Incident.objects.select_related("document")),
    ]
    return {
        (identity := (kind, row.key, row.version if kind == "issue" else 0)): describe(row)
        | {"submission": known.get(row.submission_id), "sources": sources.pop(identity, {})}
        for kind, describe, rows in described
        for row in rows
    } | sources


def platforms():
    """Return what is known of each platform that tests ran on."""
    used = Platform.objects.filter(pk__in=Test.objects.values("series__platform"))
    return {row.name: (row.compatibles, row.vendor) for row in used}
