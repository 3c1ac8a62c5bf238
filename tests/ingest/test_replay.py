from __future__ import annotations

import pytest

from ingest import load
from ingest.document import Document
from ingest.load import load_documents
from ingest.replay import replay_rejected
from results.models import Rejection, Submission, Test
from results.status import Status
from tests.ingest import kcidb

pytestmark = pytest.mark.django_db

BAD = kcidb.run(2, status="UNKNOWN", path="boot")


@pytest.fixture
def newer_schema(monkeypatch):
    """A schema that knows one more status, as after an update."""
    real = load.accept

    def accept(document):
        return real(Document(document.name, document.submitted_at, document.raw.replace(b"UNKNOWN", b"MISS")))

    def use():
        monkeypatch.setattr(load, "accept", accept)

    return use


def load_both():
    load_documents(
        [kcidb.document("a.json", at=5, tests=[kcidb.run(1), BAD]), Document("b", kcidb.NOW, b"{")]
    )


def test_nothing_changes_while_the_reasons_stand():
    load_both()
    replayed = replay_rejected()
    assert replayed.stored == 0 and len(replayed.rejected) == 2
    assert "status" in replayed.rejected[0] and "o:t2" in replayed.rejected[0]
    assert Submission.objects.count() == Rejection.objects.count() == 2


def test_what_is_accepted_now_is_stored(newer_schema):
    load_both()
    newer_schema()
    replayed = replay_rejected()
    assert (replayed.stored, len(replayed.rejected)) == (1, 1)
    assert Test.objects.get(kcidb_id="o:t2").status == Status.MISS
    stored, still = Rejection.objects.order_by("id")
    assert stored.replayed_at and not still.replayed_at
    again = Submission.objects.get(source="replay")
    assert again.submitted_at == stored.submission.submitted_at
    assert replay_rejected().stored == 0
    assert load_documents([kcidb.document("a.json", at=5, tests=[kcidb.run(1), BAD])]).is_whole


def test_newer_data_win_over_what_is_stored_late(newer_schema):
    load_both()
    load_documents([kcidb.document("c.json", at=9, tests=[kcidb.run(2, status="PASS")])])
    newer_schema()
    replay_rejected()
    test = Test.objects.select_related("series__path").get(kcidb_id="o:t2")
    assert (test.status, test.is_boot) == (Status.PASS, True)


def test_one_submission_only(newer_schema):
    load_both()
    newer_schema()
    other = Submission.objects.get(name="b").id
    assert replay_rejected(other).stored == 0
    assert replay_rejected(Submission.objects.get(name="a.json").id).stored == 1


def test_a_document_that_could_not_be_read_stays_rejected():
    load_documents([Document("x.gz", kcidb.NOW, b"", "cannot be read: CRC check failed")])
    assert replay_rejected().rejected == ["x.gz: cannot be read: CRC check failed"]


def test_a_document_of_which_parts_are_good_now(monkeypatch):
    raw = kcidb.document(tests=[kcidb.run(1), BAD]).raw.replace(b'"minor": 3', b'"minor": 4')
    load_documents([Document("a", kcidb.NOW, raw)])
    real = load.accept

    def accept(document):
        fixed = document.raw.replace(b'"minor": 4', b'"minor": 3')
        return real(Document(document.name, document.submitted_at, fixed))

    monkeypatch.setattr(load, "accept", accept)
    assert replay_rejected().stored == 1
    assert Test.objects.count() == 1
    assert Rejection.objects.get(replayed_at=None).object_id == "o:t2"
