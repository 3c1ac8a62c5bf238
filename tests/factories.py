"""Rows for tests, made by plain functions with defaults; names of other things become things.

They write what a load writes, and mark it due; ``count()`` brings the summaries up to date.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count as counter

from results.documents import pack
from results.jsontext import dumps
from results.keys import content_key, is_node_id, key_of
from results.models import (
    Architecture,
    Build,
    Checkout,
    Compiler,
    Config,
    Document,
    Due,
    Excerpt,
    Incident,
    Issue,
    Lab,
    Origin,
    Platform,
    Rejection,
    Revision,
    Series,
    Submission,
    Suite,
    Test,
    TestPath,
    Tree,
    Unit,
)
from results.rollups import refresh
from results.status import Status

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
URL = "https://git.example.org/linux.git"
_numbers = counter(1)


def count():
    """Bring all summaries up to date."""
    while refresh():
        pass


def named(model, name, **defaults):
    """Return the row of a small table with this name; None for None."""
    return None if name is None else model.objects.get_or_create(name=name, defaults=defaults)[0]


def _document(item):
    body = item if isinstance(item, str) else dumps(item).decode()
    return Document.objects.get_or_create(key=content_key(body.encode()), defaults={"body": body})[0]


def _excerpt(text):
    if text is None:
        return None
    return Excerpt.objects.get_or_create(key=content_key(text.encode()), defaults={"body": text})[0]


def _due(kind, key):
    Due.objects.create(kind=kind, ref=key)


def create_submission(name="one.json", **columns):
    """Store that a document arrived; the first one of a test has the id that objects name."""
    defaults = {
        "source": "kcidb",
        "sha256": sha256(name.encode()).digest(),
        "size": 1000,
        "version": "5.3",
        "state": "accepted",
    }
    return Submission.objects.create(
        **{
            **defaults,
            "submitted_at": NOW,
            "received_at": NOW,
            "origins": ["maestro"],
            **columns,
            "name": name,
        }
    )


def create_rejection(submission, **columns):
    """Store that a part of a document was refused."""
    defaults = {
        "kind": "test",
        "object_id": "maestro:bad",
        "pointer": "/tests/0/status",
        "reason": "no such status",
    }
    return Rejection.objects.create(**{**defaults, "raw": b"x" * 10, **columns, "submission": submission})


def create_tree(name="mainline", *, branch="master", url=URL):
    """Return a tree, made if it is new."""
    return Tree.objects.get_or_create(name=name, branch=branch, url=url)[0]


def create_revision(commit=None, *, tree=None, started=NOW, patchset="", **columns):
    """Make a revision without checkouts, which no page shows."""
    return Revision.objects.create(
        tree=tree or create_tree(),
        commit=commit or f"{next(_numbers):040x}",
        patchset=patchset,
        started=started,
        **{"place": started, **columns},
    )


def create_checkout(
    kcidb_id=None, *, revision=None, origin="maestro", start_time=NOW, known=True, excerpt=None, **fields
):
    """Make a checkout of a revision (a new one by default); fields are those of KCIDB."""
    kcidb_id = kcidb_id or f"{origin}:checkout{next(_numbers)}"
    if known and revision is None:
        revision = create_revision(started=start_time)
    checkout = Checkout.objects.create(
        key=key_of(kcidb_id),
        kcidb_id=kcidb_id,
        known=known,
        revision=revision if known else None,
        origin=named(Origin, origin) if known else None,
        start_time=start_time if known else None,
        document=_document({"id": kcidb_id, "origin": origin, **fields}) if known else None,
        excerpt=_excerpt(excerpt),
        submission_id=1,
    )
    _due(Due.Kind.CHECKOUT, checkout.key)
    return checkout


def _mention_build(kcidb_id):
    build = Build.objects.create(key=key_of(kcidb_id), kcidb_id=kcidb_id)
    _due(Due.Kind.BUILD, build.key)
    return build


def create_build(
    kcidb_id=None,
    *,
    checkout=None,
    origin="maestro",
    status=Status.PASS,
    known=True,
    arch="arm64",
    config="defconfig",
    compiler="gcc-14",
    lab="k8s-all",
    start_time=NOW,
    duration=300.0,
    excerpt=None,
    **columns,
):
    """Make a build of a checkout (a new one by default), or only the name of one."""
    kcidb_id = kcidb_id or f"{origin}:build{next(_numbers)}"
    if not known:
        return _mention_build(kcidb_id)
    checkout = checkout or create_checkout(start_time=start_time or NOW)
    build = Build.objects.create(
        key=key_of(kcidb_id),
        kcidb_id=kcidb_id,
        known=True,
        status=status,
        checkout=checkout,
        origin=named(Origin, origin),
        architecture=named(Architecture, arch),
        config=named(Config, config),
        compiler=named(Compiler, compiler),
        lab=named(Lab, lab),
        start_time=start_time,
        duration=duration,
        document=_document({"id": kcidb_id, "origin": origin, "checkout_id": checkout.kcidb_id}),
        excerpt=_excerpt(excerpt),
        submission_id=1,
        **{"is_dummy": ":dummy_" in kcidb_id, **columns},
    )
    _due(Due.Kind.BUILD, build.key)
    return build


def suite_of(path):
    """Return the suite of a path as loaders find it."""
    parts = path.split(".")
    return "boot" if parts[0] == "boot" else ".".join(parts[:2]) if len(parts) > 2 else parts[0]


def _series(build, path, platform, compatibles, lab, origin):
    suite = named(Suite, suite_of(path))
    revision = build.checkout.revision if build.checkout else None
    return Series.objects.get_or_create(
        path=named(TestPath, path, suite=suite),
        suite=suite,
        origin=named(Origin, origin),
        lab=named(Lab, lab),
        platform=named(Platform, platform, compatibles=list(compatibles)),
        tree=revision.tree if revision else None,
        architecture=build.architecture if revision else None,
        config=build.config if revision else None,
        compiler=build.compiler if revision else None,
    )[0]


def create_test(
    kcidb_id=None,
    *,
    build=None,
    path="kselftest.net.tcp_mmap",
    status=Status.PASS,
    platform="rk3399-gru-kevin",
    compatibles=(),
    lab="lab-one",
    origin="maestro",
    start_time=NOW,
    duration=1.0,
    value=None,
    unit=None,
    excerpt=None,
    **fields,
):
    """Make a run of a test on a build (a new one by default); further fields are those of KCIDB."""
    build = build or create_build()
    kcidb_id = kcidb_id or f"{origin}:{next(_numbers):024x}"
    test = Test.objects.create(
        key=key_of(kcidb_id),
        kcidb_id=None if is_node_id(kcidb_id) else kcidb_id,
        build=build,
        series=_series(build, path, platform, compatibles, lab, origin),
        status=status,
        is_boot=path == "boot" or path.startswith("boot."),
        start_time=start_time,
        duration=duration,
        value=value,
        unit=Unit.objects.get_or_create(name=unit, prefix="")[0] if unit else None,
        document=_document(pack({"origin": origin, **fields}, kcidb_id, path)),
        excerpt=_excerpt(excerpt),
        submission_id=1,
    )
    _due(Due.Kind.BUILD, build.key)
    return test


def create_issue(kcidb_id=None, *, version=1, origin="maestro", comment="a known problem", **columns):
    """Make a version of an issue; the highest one is the newest."""
    kcidb_id = kcidb_id or f"{origin}:issue{next(_numbers)}"
    others = Issue.objects.filter(key=key_of(kcidb_id))
    is_newest = not others.filter(version__gt=version).exists()
    if is_newest:
        others.update(is_newest=False)
    issue = Issue.objects.create(
        key=key_of(kcidb_id),
        kcidb_id=kcidb_id,
        version=version,
        origin=named(Origin, origin),
        comment=comment,
        is_newest=is_newest,
        document=_document({"id": kcidb_id, "version": version, "origin": origin, "comment": comment}),
        submission_id=1,
        **columns,
    )
    _due(Due.Kind.ISSUE, issue.key)
    return issue


def create_incident(issue, *, test_id=None, build_id=None, present=True, origin="maestro", **fields):
    """Make an incident of an issue in what has these ids, known or not."""
    kcidb_id = f"{origin}:incident{next(_numbers)}"
    named_ids = {name: value for name, value in (("test_id", test_id), ("build_id", build_id)) if value}
    incident = Incident.objects.create(
        key=key_of(kcidb_id),
        kcidb_id=kcidb_id,
        origin=named(Origin, origin),
        issue_key=issue.key,
        issue_version=issue.version,
        test_key=key_of(test_id) if test_id else None,
        build_key=key_of(build_id) if build_id else None,
        present=present,
        document=_document(
            {"id": kcidb_id, "origin": origin, "issue_id": issue.kcidb_id, **named_ids, **fields}
        ),
        submission_id=1,
    )
    _due(Due.Kind.ISSUE, issue.key)
    return incident


def create_history(length=3, *, tree=None, step=timedelta(days=1)):
    """Make revisions of a tree with one checkout each, oldest first; return the checkouts."""
    tree = tree or create_tree()
    starts = [NOW - step * (length - number) for number in range(length)]
    return [
        create_checkout(revision=create_revision(tree=tree, started=start), start_time=start)
        for start in starts
    ]
