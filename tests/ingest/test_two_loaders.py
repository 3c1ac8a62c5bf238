"""Two loaders at once: no deadlock, nothing lost, nothing counted twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import pytest
from django.db import connection

from ingest import load
from ingest.load import load_documents
from results.models import Submission, Test
from results.rollups import refresh
from tests.ingest import kcidb, states
from tests.ingest.test_order import _documents, _empty
from tests.results.recounts import assert_counts_are_right

pytestmark = pytest.mark.django_db(transaction=True)


def _at_once(*parts, size=3):
    """Load lists of documents at the same time, a few documents to a call, while summaries are made."""
    barrier = Barrier(len(parts) + 1)
    done = []

    def work(documents):
        try:
            barrier.wait()
            return [load_documents(documents[at : at + size]) for at in range(0, len(documents), size)]
        finally:
            done.append(1)
            connection.close()

    def summarise():
        try:
            barrier.wait()
            while len(done) < len(parts):
                refresh(limit=20)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(parts) + 1) as pool:
        jobs = [pool.submit(work, documents) for documents in parts]
        summaries = pool.submit(summarise)
        results = [job.result(timeout=120) for job in jobs]
        summaries.result(timeout=120)
    while refresh():
        pass
    return results


@pytest.mark.parametrize("seed", range(3))
def test_they_end_with_what_one_loader_makes(seed):
    random = Random(seed)
    documents = _documents(random, 60)
    load_documents(documents)
    while refresh():
        pass
    alone = states.objects()
    _empty()
    halves = documents[:40], documents[20:]
    for half in halves:
        random.shuffle(half)
    summaries = _at_once(*halves)
    assert all(summary.is_whole for one in summaries for summary in one)
    assert Submission.objects.count() == len(documents)
    assert states.objects() == alone
    assert_counts_are_right()


def test_the_same_documents_at_once_are_one_submission_each():
    documents = [
        kcidb.document(f"{n}.json", at=n, tests=[kcidb.run(m) for m in range(n, n + 50)]) for n in range(20)
    ]
    first, second = _at_once(documents, list(documents), size=20)
    (first,), (second,) = first, second
    assert first.documents + second.documents == 20
    assert first.repeated + second.repeated == 20
    assert Submission.objects.count() == 20 and Test.objects.count() == 69


def test_a_change_between_reading_and_writing_is_merged_again(monkeypatch):
    load_documents([kcidb.document(tests=[kcidb.run(status="FAIL", path="boot")])])
    make_plan = load.make_plan
    other = [kcidb.document("b.json", at=20, tests=[kcidb.run(status="PASS"), kcidb.run(2)])]

    def interrupted(arrivals, dimensions):
        plan = make_plan(arrivals, dimensions)
        if other:
            document = other.pop()
            with ThreadPoolExecutor(1) as pool:
                pool.submit(_load_elsewhere, document).result()
        return plan

    monkeypatch.setattr(load, "make_plan", interrupted)
    load_documents(
        [kcidb.document("c.json", at=10, tests=[kcidb.run(status="MISS", duration=3), kcidb.run(2)])]
    )
    item = states.objects()[("test", _key("o:t1"), 0)]["item"]
    assert (item["status"], item["duration"], item["path"]) == ("PASS", 3, "boot")
    assert Test.objects.count() == 2


def _load_elsewhere(document):
    try:
        load_documents([document])
    finally:
        connection.close()


def _key(kcidb_id):
    from results.keys import key_of

    return key_of(kcidb_id)
