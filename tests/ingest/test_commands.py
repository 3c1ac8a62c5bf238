from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from ingest.sources import paths
from results.models import Checkout, Submission, Test
from tests.ingest import dying, kcidb


def write(folder, name, *documents):
    path = folder / name
    path.write_bytes(b"\n".join(one.raw for one in documents))
    return str(path)


def run_command(*args, **options):
    """Return (exit code, lines of output)."""
    out = io.StringIO()
    try:
        call_command(*args, stdout=out, **options)
    except SystemExit as end:
        return end.code, out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


@pytest.mark.django_db
def test_a_summary_is_printed(tmp_path):
    tests = kcidb.document(tests=[kcidb.run(1), kcidb.run(2)], builds=[kcidb.build()])
    write(tmp_path, "a.json", tests)
    write(
        tmp_path,
        "b.jsonl",
        kcidb.document(tests=[kcidb.run(3)]),
        kcidb.document(checkouts=[kcidb.checkout()]),
    )
    code, lines = run_command("ingest_kcidb", str(tmp_path))
    assert code == 0
    assert lines[0] == "3 documents loaded, 0 had been loaded before"
    assert "  tests: 3 new, 0 updated, 0 unchanged" in lines and lines[-1].endswith("tests/s")
    code, lines = run_command("ingest_kcidb", str(tmp_path))
    assert (code, lines[0]) == (0, "0 documents loaded, 3 had been loaded before")


@pytest.mark.django_db
def test_rejections_are_printed_and_make_the_exit_code_1(tmp_path):
    path = write(tmp_path, "a.json", kcidb.document(tests=[kcidb.run(1, path="."), kcidb.run(2)]))
    code, lines = run_command("ingest_kcidb", path)
    assert code == 1 and Test.objects.count() == 1
    assert any(line.startswith(f"  {path} o:t1 /tests/0/path: path: '.' does not match") for line in lines)
    code, lines = run_command("replay_rejected")
    assert code == 1 and lines[0] == "0 stored now, 1 still rejected"


@pytest.mark.django_db
def test_nothing_rejected_nothing_to_replay():
    assert run_command("replay_rejected") == (0, ["0 stored now, 0 still rejected"])


@pytest.mark.django_db
def test_quiet(tmp_path, capfd):
    path = write(tmp_path, "a.json", kcidb.document(tests=[kcidb.run()]))
    assert run_command("ingest_kcidb", path, verbosity=0) == (0, [])
    assert capfd.readouterr() == ("", "")


@pytest.mark.django_db
def test_the_source_is_named(tmp_path):
    run_command("ingest_kcidb", write(tmp_path, "a.json", kcidb.document(tests=[])), source="nightly")
    assert Submission.objects.get().source == "nightly"


@pytest.mark.parametrize("paths", [["/nowhere/at/all"], []])
def test_a_path_that_cannot_be_read_is_exit_code_2(paths, tmp_path):
    with pytest.raises(CommandError) as caught:
        call_command("ingest_kcidb", *(paths or [str(tmp_path)]))
    assert caught.value.returncode == 2


def test_a_database_that_is_gone_is_exit_code_3(tmp_path, monkeypatch):
    def gone(*args, **options):
        raise OperationalError("gone")

    monkeypatch.setattr("ingest.workers.load_documents", gone)
    with pytest.raises(CommandError) as caught:
        call_command("ingest_kcidb", write(tmp_path, "a.json", kcidb.document()))
    assert caught.value.returncode == 3


def test_an_interrupt_is_exit_code_130(tmp_path, monkeypatch):
    def interrupted(*args, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("ingest.workers.load_documents", interrupted)
    with pytest.raises(CommandError) as caught:
        call_command("ingest_kcidb", write(tmp_path, "a.json", kcidb.document()))
    assert caught.value.returncode == 130


@pytest.mark.django_db(transaction=True)
def test_several_processes(tmp_path):
    for number in range(12):
        items = [kcidb.run(n, path=f"ltp.x{n}") for n in range(number, number + 30)]
        write(tmp_path, f"{number}.json", kcidb.document(tests=items, checkouts=[kcidb.checkout(number)]))
    write(tmp_path, "bad.json", kcidb.document(tests=[kcidb.run(99, path=".")]))
    code, lines = run_command("ingest_kcidb", str(tmp_path), processes=2)
    assert code == 1 and lines[0].startswith("13 documents loaded")
    assert (Test.objects.count(), Checkout.objects.filter(known=True).count()) == (41, 12)
    assert Submission.objects.get(state="rejected").name == str(tmp_path / "bad.json")


def test_a_process_that_dies_is_exit_code_3(tmp_path, monkeypatch):
    write(tmp_path, "a.json", kcidb.document())
    monkeypatch.setattr(paths, "files", lambda _: [str(tmp_path / "a.json")] * 20_000)
    monkeypatch.setattr("ingest.workers.run", dying.die)
    with pytest.raises(CommandError, match="ended with 7; load again") as caught:
        call_command("ingest_kcidb", str(tmp_path), processes=2)
    assert caught.value.returncode == 3
