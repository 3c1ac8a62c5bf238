"""The command: documents into the database through the real ingestion, or into a folder."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from results.models import Commit, Due, Incident, Issue, Rejection, ResultCount, Revision, Submission, Test
from tests.ingest.demo.conftest import UNTIL

SIZE = {"tests": 400, "days": 4, "seed": 5, "until": UNTIL}


@pytest.mark.django_db(transaction=True)
def test_it_loads_everything_and_a_second_time_nothing(tmp_path):
    out = StringIO()
    call_command("seed_demo", **SIZE, truth=tmp_path / "truth.json", stdout=out)
    first = Test.objects.count()
    assert 250 < first < 550
    assert not Rejection.objects.exists()
    assert Issue.objects.exists()
    assert Incident.objects.exists()
    assert not Due.objects.exists()
    assert sum(count.n_pass for count in ResultCount.objects.all()) > 0.5 * first
    assert "Summaries are up to date" in out.getvalue()
    tested = set(Revision.objects.values_list("commit", flat=True))
    commits = {bytes(hash_).hex() for hash_ in Commit.objects.values_list("hash", flat=True)}
    assert tested < commits
    assert json.loads((tmp_path / "truth.json").read_text())["until"] == UNTIL.isoformat()

    submissions = Submission.objects.count()
    call_command("seed_demo", **SIZE, stdout=StringIO())
    assert (Test.objects.count(), Submission.objects.count()) == (first, submissions)


def test_it_writes_files_that_are_as_old_as_their_submission(tmp_path):
    call_command("seed_demo", **SIZE, to=tmp_path / "spool", stdout=StringIO())
    truth = json.loads((tmp_path / "spool" / "truth.json").read_text())
    files = sorted((tmp_path / "spool").glob("submission-*.json"), key=lambda path: path.stat().st_mtime)
    tests = [test for path in files for test in json.loads(path.read_bytes()).get("tests", [])]
    assert len({test["id"] for test in tests}) <= truth["tests"] <= len(tests)
    assert datetime.fromtimestamp(files[-1].stat().st_mtime, UTC) <= UNTIL
    assert files[0].stat().st_mtime < files[-1].stat().st_mtime - 86_400


def test_a_generator_that_dies_is_an_error(monkeypatch):
    from ingest.demo import feed

    class Broken:
        def __init__(self, *args):
            raise SystemExit(3)

    monkeypatch.setattr(feed, "Timeline", Broken)
    # The other process imports the module anew: break what it is given instead.
    with pytest.raises(feed.GeneratorFailed, match="exit code"):
        list(feed.made_elsewhere(None))
