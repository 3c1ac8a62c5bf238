"""The order of arrival does not matter: neither of submissions nor of parents and children."""

from __future__ import annotations

from random import Random

import pytest
from django.db import connection

from ingest.load import load_documents
from results.rollups import refresh
from tests.ingest import kcidb, states
from tests.results.recounts import assert_counts_are_right

pytestmark = pytest.mark.django_db

URLS = (
    "https://kernel.googlesource.com/pub/scm/linux/kernel/git/next/linux-next.git",
    "https://x.org/a/linux",
)
CHOICES = {
    "checkout": {
        "tree_name": ("next", "a/b"),
        "git_repository_url": URLS,
        "git_repository_branch": ("master", "pending-fixes"),
        "git_commit_hash": ("a" * 40, "b" * 40),
        "patchset_hash": ("", "c" * 64),
        "start_time": ("2026-11-20T10:00:00Z", "2026-11-20T10:00:02.5+02:00"),
        "valid": (True, False),
        "misc": ({"a": 1}, {"b": None}),
    },
    "build": {
        "checkout_id": ("o:c1", "o:c2"),
        "architecture": ("aarch64", "arm64", "x86_64"),
        "compiler": ("gcc-12", "gcc (GCC) 15.1.1 20250521"),
        "config_name": ("defconfig+", "", "allmodconfig"),
        "status": ("PASS", "FAIL"),
        "duration": (1, 2.5),
        "log_excerpt": ("", "error: no"),
        "misc": ({"lab": "k8s-all"}, {}),
    },
    "test": {
        "build_id": ("o:b1", "o:b2", "o:nowhere"),
        "path": ("boot", "kselftest.net.tcp_fastopen", ""),
        "status": ("PASS", "FAIL", "SKIP", "MISS"),
        "start_time": ("2026-11-20T10:00:00Z", "2026-11-21T23:59:60Z", "2026-11-22T10:00:00.123456+00:00"),
        "duration": (0, 3.25, -1),
        "log_excerpt": ("ok", "oops"),
        "number": ({"value": 5}, {"value": 1.5, "unit": "s"}, {"value": 2, "prefix": "metric"}),
        "environment": (
            {},
            {"comment": "x"},
            {"misc": {"platform": "board-1"}},
            {"compatible": ["v,board-2", "v,soc"], "misc": {"platform": "board-1"}},
            {"compatible": ["v,board-3"]},
        ),
        "misc": ({"runtime": "lava-one"}, {"runtime": 5}, {"nul": "\0"}),
        "output_files": ([], [{"name": "a", "url": "https://x.org/a"}]),
    },
    "issue": {
        "comment": ("one", "two"),
        "culprit": ({"code": True}, {"tool": False}, {}),
        "misc": ({}, {"x": 1}),
    },
    "incident": {
        "issue_id": ("o:i1", "o:i2"),
        "issue_version": (0, 1),
        "test_id": ("o:t1", "o:t2"),
        "build_id": ("o:b1",),
        "present": (True, False),
    },
}
MAKERS = {
    "checkouts": (kcidb.checkout, 2),
    "builds": (kcidb.build, 2),
    "tests": (kcidb.run, 6),
    "issues": (kcidb.issue, 2),
    "incidents": (kcidb.incident, 3),
}


def _fields(random, kind):
    return {name: random.choice(values) for name, values in CHOICES[kind].items() if random.random() < 0.5}


def _documents(random, count):
    """Return documents with partial objects, the same few ids again and again."""
    made = []
    for number in range(count):
        lists = {}
        for name, (make, most) in MAKERS.items():
            picked = [random.randint(1, most) for _ in range(random.choice((0, 0, 1, 2, 4)))]
            lists[name] = [make(one, **_fields(random, name[:-1])) for one in picked]
            if name == "issues":
                lists[name] = [item | {"version": random.randint(0, 1)} for item in lists[name]]
        made.append(kcidb.document(f"{number}.json", at=number, **lists))
    return made


def _empty():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            """
            TRUNCATE results_checkout, results_build, results_test, results_issue, results_incident,
                results_submission, results_fieldsource, results_due, results_revision, results_tree,
                results_series, results_testpath, results_platform, results_document, results_excerpt,
                results_issuecount, results_daycount CASCADE
            """
        )


def _load(random, documents):
    """Load documents in calls and batches of random size."""
    left = list(documents)
    while left:
        size = random.randint(1, 8)
        load_documents(left[:size])
        left = left[size:]
        if random.random() < 0.3:
            refresh(limit=random.randint(1, 20))
    while refresh():
        pass
    assert_counts_are_right()
    return states.objects(), states.platforms()


@pytest.mark.parametrize("seed", range(6))
def test_any_order_gives_the_same(seed):
    random = Random(seed)
    documents = _documents(random, 40)
    first = _load(random, documents)
    for _ in range(2):
        _empty()
        documents = documents + random.sample(documents, 5)
        random.shuffle(documents)
        assert _load(random, documents) == first


@pytest.mark.parametrize("seed", range(4))
def test_the_newest_submission_wins_each_field(seed):
    random = Random(100 + seed)
    documents = _documents(random, 30)
    expected = {key: kcidb.comparable(key[0], item) for key, item in kcidb.merged(documents).items()}
    random.shuffle(documents)
    (found, _) = _load(random, documents)
    stored = {
        (kind, value["item"]["id"], version): value["item"]
        for (kind, _, version), value in found.items()
        if value.get("item")
    }
    assert {key: item for key, item in stored.items() if item != expected.get(key)} == {}
    assert stored.keys() == expected.keys()
