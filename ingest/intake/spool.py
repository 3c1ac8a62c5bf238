"""A folder of submissions that wait: how a file becomes durable, and how waiting files are listed.

The layout is KCIDB's, so that either side can be exchanged: ``submission-<id>.json``, written
under ``.json.temp`` and renamed; ``archive/`` and ``failed/`` hold what was loaded. Beside our
own files lies ``submission-<id>.meta``, JSON that says whose objects the file may hold.
"""

from __future__ import annotations

import os
import re
import secrets
import string
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

import orjson
from django.conf import settings

JSON: Final = ".json"
TEMP: Final = ".json.temp"
META: Final = ".meta"
ARCHIVE: Final = "archive"
FAILED: Final = "failed"
ID: Final = re.compile(r"[A-Za-z0-9]{1,64}")
"""What may stand in a submission's name (the whole string); ours have 32 characters."""

_ALPHABET: Final = string.ascii_letters + string.digits
_ABANDONED_AFTER: Final = 24 * 3600


def new_id() -> str:
    """Return 32 random letters and digits: nobody guesses the name of another's submission."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(32))


def file_name(submission_id: str) -> str:
    """Return the name of a submission's file, which is also its name in the database."""
    return f"submission-{submission_id}{JSON}"


@dataclass(frozen=True, slots=True)
class Spool:
    """One spool folder. ``is_own``: /submit fills it, so what it left unfinished is ours to remove."""

    folder: Path
    is_own: bool = False

    def prepare(self) -> None:
        """Make the folder and those beside it that loaded files move to."""
        for folder in (self.folder, self.folder / ARCHIVE, self.folder / FAILED):
            if not folder.is_dir():
                folder.mkdir(parents=True, exist_ok=True)
                _sync_folder(folder.parent)

    def draft(self, submission_id: str) -> Draft:
        """Return a new file to write a body to; a context that removes it unless published."""
        return Draft(self.folder, submission_id)

    def is_arriving(self, submission_id: str) -> bool:
        """Return whether the body of a submission is still being written."""
        return (self.folder / f"submission-{submission_id}{TEMP}").exists()

    def is_waiting(self, submission_id: str) -> bool:
        """Return whether a submission is durable and not loaded yet."""
        return (self.folder / file_name(submission_id)).exists()

    def names(self) -> Iterator[str]:
        """Yield the names of files that wait, in no order, as the folder is read: never a full list.

        What an interrupted writer left behind a day ago is removed on the way.
        """
        try:
            entries = os.scandir(self.folder)
        except FileNotFoundError:
            return
        with entries:
            for entry in entries:
                if entry.name.endswith(JSON) and not entry.name.startswith("."):
                    yield entry.name
                elif self.is_own and entry.name.endswith(TEMP):
                    self._remove_abandoned(Path(entry.path))

    def origins_of(self, name: str) -> tuple[str, ...] | None:
        """Return whose objects a waiting file may hold.

        None: anybody's, because no ``.meta`` lies beside it; whoever puts files here is trusted.
        """
        try:
            meta = orjson.loads(self._meta(name).read_bytes())
        except FileNotFoundError:
            return None
        return tuple(meta["origins"])

    def finish(self, name: str, *, failed: bool) -> None:
        """Move a loaded file out of the way: to today's archive, or to the failed ones."""
        today = datetime.now(UTC).strftime("%Y-%m-%d")
        folder = self.folder / FAILED if failed else self.folder / ARCHIVE / today
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / name
        while target.exists():  # a foreign spool may use a name again
            target = target.with_name(f"{target.name.removesuffix(JSON)}-{secrets.token_hex(4)}{JSON}")
        (self.folder / name).rename(target)
        try:
            self._meta(name).rename(target.with_name(target.name.removesuffix(JSON) + META))
        except FileNotFoundError:
            pass  # a foreign file, or a kill between the two renames

    def _meta(self, name: str) -> Path:
        return self.folder / (name.removesuffix(JSON) + META)

    def _remove_abandoned(self, path: Path) -> None:
        try:
            if path.stat().st_mtime < time.time() - _ABANDONED_AFTER:
                self._meta(path.name.removesuffix(TEMP) + JSON).unlink(missing_ok=True)
                path.unlink()
        except FileNotFoundError:
            pass  # its writer finished just now


def own_spool() -> Spool:
    """Return the spool that /submit fills."""
    return Spool(Path(settings.SPOOL_DIR), is_own=True)


def all_spools() -> list[Spool]:
    """Return the own spool and those that the settings name."""
    return [own_spool(), *(Spool(Path(folder)) for folder in settings.WATCHED_SPOOLS)]


class Draft:
    """A body on its way to disk. ``size`` counts the bytes written."""

    def __init__(self, folder: Path, submission_id: str) -> None:
        self._folder = folder
        self._stem = f"submission-{submission_id}"
        self.path = folder / f"{self._stem}{TEMP}"
        self.size = 0
        self._file: BinaryIO = open(self.path, "xb", buffering=0)  # noqa: SIM115 (closed by __exit__)

    def write(self, piece: bytes) -> None:
        """Append a piece of the body."""
        view = memoryview(piece)
        while view:
            view = view[self._file.write(view) or 0 :]
        self.size += len(piece)

    def publish(self, origins: tuple[str, ...], sender: str) -> None:
        """Let the loader see the body; durable, together with who sent it, when this returns."""
        os.fsync(self._file.fileno())
        meta = orjson.dumps({"origins": origins, "sender": sender})
        with open(self._folder / f"{self._stem}{META}", "wb") as file:
            file.write(meta)
            file.flush()
            os.fsync(file.fileno())
        self.path.rename(self._folder / f"{self._stem}{JSON}")
        _sync_folder(self._folder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
