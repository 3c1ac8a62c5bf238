"""Whatever Hypothesis makes of the schema: nothing crashes the loader, everything is stored or refused."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ingest.document import Document
from ingest.load import load_documents
from ingest.schema import KINDS
from results.models import Rejection, Submission
from results.rollups import refresh
from tests.ingest import kcidb
from tests.ingest.generated import as_bytes, documents, garbled, mutated
from tests.results.recounts import assert_counts_are_right

pytestmark = pytest.mark.django_db

CASES = Path(__file__).resolve().parents[3] / "shared" / "data" / "kcidb-cases" / "valid"
OWN_CASES = [
    {
        "version": {"major": 5, "minor": 3},
        "checkouts": [kcidb.checkout(git_commit_hash="a" * 40, tree_name="t", valid=True)],
        "builds": [kcidb.build(status="PASS", misc={"lab": "l"}), kcidb.build(2)],
        "tests": [kcidb.run(path="a.b", status="FAIL", number={"value": 1.5, "unit": "s"}), kcidb.run(2)],
        "issues": [kcidb.issue(culprit={"code": True})],
        "incidents": [kcidb.incident(test_id="o:t1", present=True)],
    },
    {"version": {"major": 4, "minor": 2}, "builds": [kcidb.build(3, valid=True)], "tests": []},
]


def cases():
    """Return valid documents by number: a strategy of the documents themselves has no readable name."""
    files = sorted(CASES.glob("*.json")) if CASES.is_dir() else []
    known = [*OWN_CASES, *(json.loads(path.read_bytes()) for path in files)]
    return st.integers(0, len(known) - 1).map(known.__getitem__)


def examples(number):
    return settings(
        max_examples=number,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],  # each example is a load: making one smaller takes minutes
        suppress_health_check=list(HealthCheck),
    )


clock = count()


def loaded(raw):
    """Load a document, look what was said of it, and return what was stored and refused."""
    at = kcidb.NOW + timedelta(seconds=next(clock))
    summary = load_documents([Document("generated", at, raw)])
    submission = Submission.objects.get(submitted_at=at)
    refused = Rejection.objects.filter(submission=submission)
    assert summary.documents == 1 and submission.rejections == len(refused)
    assert all(each.reason for each in refused)
    stored = sum(getattr(submission, name) for name in KINDS)
    assert bool(stored or not refused) == (submission.state != Submission.State.REJECTED)
    return stored, [each.kind for each in refused]


def check_counts():
    while refresh():
        pass
    assert_counts_are_right()


def all_are_accounted_for(document, stored, refused):
    """Whether every object is stored or refused; kcidb-io makes issues of the waivers of old versions."""
    lists = [document.get(name) for name in (*KINDS, "revisions")]
    objects = sum(len(items) for items in lists if isinstance(items, list))
    told = stored + len(refused)
    return told == objects or (told > objects and "waived" in str(document))


def test_documents_from_the_schema():
    """Each object is stored, or is one of the few that are too strange for a database, with a reason."""

    @examples(40)
    @given(documents())
    def check(document):
        stored, refused = loaded(as_bytes(document))
        assert "document" not in refused
        assert all_are_accounted_for(document, stored, refused)

    check()
    check_counts()


def test_mutated_documents():
    @examples(40)
    @given(mutated(cases() | documents()))
    def check(document):
        stored, refused = loaded(as_bytes(document))
        assert "document" in refused or all_are_accounted_for(document, stored, refused)

    check()
    check_counts()


def test_garbled_bytes():
    @examples(40)
    @given(garbled(cases()))
    def check(raw):
        loaded(raw)

    check()
    check_counts()
