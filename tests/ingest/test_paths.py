from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import tarfile
import zipfile
from datetime import UTC, datetime

import pytest

from ingest.sources import paths

TIME = datetime(2026, 3, 4, 5, 6, 8, tzinfo=UTC)
ONE, TWO = b'{"a":1}', b'{"b":2}'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "b" / "deep").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    for name in (
        "b/deep/2.json",
        "b/1.jsonl",
        "a.json",
        "ignored.txt",
        "half.json.temp",
        ".git/x.json",
        ".y.json",
    ):
        (tmp_path / name).write_bytes(ONE)
    return tmp_path


def read(path):
    return [
        (one.name.removeprefix(str(path.parent) + "/"), one.submitted_at, one.raw)
        for one in paths.documents(str(path))
    ]


def test_folders_are_read_deep_and_sorted(folder):
    found = [os.path.relpath(path, folder) for path in paths.files([str(folder)])]
    assert found == ["a.json", "b/1.jsonl", "b/deep/2.json"]


def test_a_named_file_is_read_whatever_its_name(folder):
    path = folder / "ignored.txt"
    assert list(paths.files([str(path)])) == [str(path)]
    assert [raw for *_, raw in read(path)] == [ONE]


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(paths.files([str(tmp_path / "nowhere")]))


def test_a_file_was_submitted_when_it_was_written(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(ONE)
    os.utime(path, (TIME.timestamp(), TIME.timestamp()))
    assert read(path) == [("a.json", TIME, ONE)]


@pytest.mark.parametrize(
    ("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)]
)
def test_compressed_files(tmp_path, suffix, pack):
    path = tmp_path / f"a.jsonl{suffix}"
    path.write_bytes(pack(ONE + b"\n" + TWO))
    assert [raw for *_, raw in read(path)] == [ONE, TWO]
    assert paths.is_wanted(path.name)


@pytest.mark.parametrize("mode", ["", ":gz", ":bz2", ":xz"])
def test_tar_archives(tmp_path, mode):
    path = tmp_path / f"all.tar{mode.replace(':', '.')}"
    with tarfile.open(path, f"w{mode}") as archive:
        for name, content in (("x/1.json", ONE), ("README", b"no"), ("x/2.json.gz", gzip.compress(TWO))):
            member = tarfile.TarInfo(name)
            member.size, member.mtime = len(content), int(TIME.timestamp())
            archive.addfile(member, io.BytesIO(content))
        folder = tarfile.TarInfo("dir.json")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
    assert read(path) == [(f"{path.name}/x/1.json", TIME, ONE), (f"{path.name}/x/2.json.gz", TIME, TWO)]


def test_zip_archives(tmp_path):
    path = tmp_path / "all.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("2.json", "1.json", "README"):
            archive.writestr(zipfile.ZipInfo(name, TIME.timetuple()[:6]), ONE)
    assert read(path) == [("all.zip/1.json", TIME, ONE), ("all.zip/2.json", TIME, ONE)]


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.json.gz", "a.json.xz"])
def test_a_broken_archive_is_a_document_with_a_problem(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"PK\x03\x04 this is none")
    (document,) = paths.documents(str(path))
    assert document.problem.startswith("cannot be read: ")


def test_what_was_read_before_a_break_is_kept(tmp_path):
    path = tmp_path / "a.jsonl.gz"
    text = b"".join(
        b'{"number": %d, "random": "%s"}\n' % (number, os.urandom(8).hex().encode()) for number in range(5000)
    )
    path.write_bytes(gzip.compress(text)[:-5000])
    *good, bad = paths.documents(str(path))
    assert bad.problem and all(not one.problem for one in good)


def test_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(ONE + b"\n" + TWO)))
    assert list(paths.files(["-"])) == ["-"]
    found = list(paths.documents("-"))
    assert [(one.name, one.raw) for one in found] == [("stdin#1", ONE), ("stdin#2", TWO)]
    assert abs(datetime.now(UTC) - found[0].submitted_at).total_seconds() < 60


def test_reading_tells_how_much_was_read(folder):
    sizes = []
    list(paths.documents(str(folder / "a.json"), sizes.append))
    assert sum(sizes) == len(ONE)
