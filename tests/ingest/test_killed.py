"""A loader that is killed loses nothing that it had counted, and loading again finishes the work."""

from __future__ import annotations

import multiprocessing
import signal

import pytest
from django.db import connection

from ingest.load import load_documents
from ingest.process import run
from ingest.sources import paths
from results.models import Submission, Test
from tests.ingest import kcidb, states
from tests.ingest.test_order import _empty

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def files(tmp_path):
    for number in range(60):
        tests = [kcidb.run(n, path=f"ltp.test_number_{n}") for n in range(number * 300, number * 300 + 500)]
        document = kcidb.document(tests=tests, builds=[kcidb.build(number)])
        (tmp_path / f"{number:02}.json").write_bytes(document.raw)
    return list(paths.files([str(tmp_path)]))


def _load_until_the_first_report(files):
    """Load files in another process, and kill that in the middle of its work."""
    context = multiprocessing.get_context("spawn")
    tasks, reports = context.Queue(), context.Queue()
    for path in (*files, None):
        tasks.put(path)
    database = str(connection.settings_dict["NAME"])
    worker = context.Process(target=run, args=(0, tasks, reports, database, "kcidb"), daemon=True)
    worker.start()
    counted = reports.get(timeout=60).summary
    worker.kill()
    worker.join()
    assert worker.exitcode == -signal.SIGKILL
    return counted


def test_loading_again_finishes_the_work(files):
    everything = [one for path in files for one in paths.documents(path)]
    load_documents(everything)
    undisturbed = states.objects()
    _empty()
    counted = _load_until_the_first_report(files)
    assert counted.documents <= Submission.objects.count() < len(files)
    assert counted.counts["test"].new <= Test.objects.count()
    summary = load_documents(everything)
    assert summary.documents + summary.repeated == len(files)
    assert Submission.objects.count() == len(files)
    assert states.objects() == undisturbed
