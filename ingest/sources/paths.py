"""Documents out of files, folders and archives."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

from ingest.document import Document, now
from ingest.sources import stream

STDIN: Final = "-"
TEXTS: Final = (".json", ".jsonl", ".ndjson")
TARS: Final = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
OPENERS: Final[dict[str, Callable[[BinaryIO], Any]]] = {
    ".gz": lambda file: gzip.GzipFile(fileobj=file),
    ".bz2": bz2.BZ2File,
    ".xz": lzma.LZMAFile,
}
BROKEN: Final = (
    OSError,
    EOFError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
    zipfile.BadZipFile,
    RuntimeError,
)

OnRead = Callable[[int], object]
"""Called with the number of bytes read from disk since the last call."""


def files(paths: Iterable[str]) -> Iterator[str]:
    """Yield every file that the paths name, folders in sorted order; "-" is standard input.

    In folders only names that promise KCIDB documents count (.json, .jsonl, .ndjson, compressed
    ones and archives). Raises OSError for a path that does not exist or cannot be listed.
    """
    for path in paths:
        if path == STDIN or not os.path.isdir(path):
            if path != STDIN:
                os.stat(path)
            yield path
            continue
        for folder, folders, names in os.walk(path, onerror=_raise):
            folders[:] = sorted(name for name in folders if not name.startswith("."))
            yield from (os.path.join(folder, name) for name in sorted(names) if is_wanted(name))


def is_wanted(name: str) -> bool:
    """Return whether a file of a folder is read: a document, a stream of them or an archive."""
    return not Path(name).name.startswith(".") and (_is_text(name) or name.lower().endswith((".zip", *TARS)))


def documents(path: str, on_read: OnRead = lambda _: None) -> Iterator[Document]:
    """Yield the documents of one file. What cannot be read is a document with a problem."""
    if path == STDIN:
        yield from _member(cast(BinaryIO, sys.stdin.buffer), "stdin", now())
        return
    when = now()
    try:
        when = datetime.fromtimestamp(os.stat(path).st_mtime, UTC)
        with _Metered(path, on_read) as raw, io.BufferedReader(raw, 1 << 20) as file:
            lower = path.lower()
            if lower.endswith(".zip"):
                yield from _zipped(file, path)
            elif lower.endswith(TARS):
                yield from _tarred(file, path)
            else:
                yield from _member(file, path, when)
    except BROKEN as error:
        yield Document(path, when, b"", f"cannot be read: {error}")


def _member(file: BinaryIO, name: str, when: datetime) -> Iterator[Document]:
    opener = OPENERS.get(Path(name).suffix.lower(), io.BufferedReader)
    content = file if opener is io.BufferedReader else opener(file)
    yield from stream.documents(cast(BinaryIO, content), name, when)


def _zipped(file: BinaryIO, path: str) -> Iterator[Document]:
    with zipfile.ZipFile(file) as archive:
        for member in sorted(archive.infolist(), key=lambda member: member.filename):
            if not member.is_dir() and _is_text(member.filename):
                when = datetime(*member.date_time, tzinfo=UTC)
                with archive.open(member) as content:
                    yield from _member(cast(BinaryIO, content), f"{path}/{member.filename}", when)


def _tarred(file: BinaryIO, path: str) -> Iterator[Document]:
    with tarfile.open(fileobj=file, mode="r|*") as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() and _is_text(member.name) else None
            if content is not None:
                when = datetime.fromtimestamp(member.mtime, UTC)
                yield from _member(cast(BinaryIO, content), f"{path}/{member.name}", when)


def _is_text(name: str) -> bool:
    plain = Path(name.lower())
    return (plain.with_suffix("") if plain.suffix in OPENERS else plain).suffix in TEXTS


class _Metered(io.FileIO):
    """A file that tells how much of it was read."""

    def __init__(self, path: str, on_read: OnRead) -> None:
        super().__init__(path)
        self._on_read = on_read

    def readinto(self, buffer: Any) -> int | None:
        count = super().readinto(buffer)
        self._on_read(count or 0)
        return count


def _raise(error: OSError) -> None:
    raise error
