"""Every sample document: accounted for, stored, and shown again as it was submitted."""

from __future__ import annotations

import json

import pytest

from ingest.load import load_documents
from ingest.sources import paths
from results.models import Rejection, Submission
from results.rollups import refresh
from tests.ingest import kcidb, states

pytestmark = pytest.mark.django_db

FIELDS = {
    "01": "incident", "02": "status", "03": "path", "04": "git_repository_url", "05": "git_repository_url",
    "06": "path", "07": "minor", "08": "version", "09": "log_excerpt", "10": "comment", "11": "start_time",
    "12": "platform", "13": "valid", "14": "column", "15": "id", "16": "version", "17": "empty", "18": "name",
    "19": "git_commit_hash", "20": "value", "21": "object",
}  # fmt: skip
"""What the reason must name, by the number of the invalid file."""


def _all(*folders):
    return [one for path in paths.files(map(str, folders)) for one in paths.documents(path)]


def _stored():
    return {
        (kind, value["item"]["id"], version): value["item"]
        for (kind, _, version), value in states.objects().items()
        if value["item"]
    }


@pytest.mark.parametrize("folder", ["kcidb-cases/valid", "kcidb-real"])
def test_every_object_is_stored_and_shown_again(samples, folder):
    documents = _all(samples / folder)
    summary = load_documents(documents)
    expected = {key: kcidb.comparable(key[0], item) for key, item in kcidb.merged(documents).items()}
    assert summary.is_whole and summary.documents == len(documents)
    assert Submission.objects.filter(state="accepted").count() == len(documents)
    assert _stored() == expected


def test_submissions_count_their_objects(samples):
    documents = _all(samples / "kcidb-real")
    load_documents(documents)
    for one in documents:
        row = Submission.objects.get(name=one.name)
        data = json.loads(one.raw)
        assert row.tests == len(data.get("tests", [])) and row.builds == len(data.get("builds", []))
        assert row.size == len(one.raw) and row.submitted_at == one.submitted_at


def test_loading_again_changes_nothing(samples):
    documents = _all(samples / "kcidb-cases", samples / "kcidb-real")
    load_documents(documents)
    before = states.objects(), states.submissions()
    again = load_documents(documents)
    assert (again.documents, again.repeated, again.rejected_before) == (0, len(documents), 21)
    assert (states.objects(), states.submissions()) == before


@pytest.mark.parametrize("number", FIELDS)
def test_what_is_invalid_is_rejected_with_a_reason_that_names_the_field(samples, number):
    (path,) = (samples / "kcidb-cases" / "invalid").glob(f"{number}-*")
    summary = load_documents(paths.documents(str(path)))
    reasons = [row.pointer + " " + row.reason for row in Rejection.objects.all()]
    assert not summary.is_whole and summary.objects() == 0
    assert any(FIELDS[number] in reason for reason in reasons), reasons


def test_summaries_can_be_made_of_the_samples(samples):
    load_documents(_all(samples / "kcidb-cases", samples / "kcidb-real"))
    while refresh():
        pass
    before = states.objects()
    load_documents(_all(samples / "kcidb-cases", samples / "kcidb-real"))
    assert states.objects() == before
