"""A folder of submissions that wait: how a file becomes durable, and how waiting files are listed.

The layout is KCIDB's, so that either side can be exchanged: ``submission-<id>.json``, written
under ``.json.temp`` and renamed; ``archive/`` and ``failed/`` hold what was loaded. Whose objects
a file of our own may hold is told by the end of its id (see ``ingest.intake.senders``), or by
``submission-<id>.meta`` beside it.
"""

from __future__ import annotations

import os
import re
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Final, Self

import orjson
from django.conf import settings

from ingest.intake.durable import SharedSync, sync_folder
from ingest.intake.senders import TAG_LENGTH, note_sender, origins_of_sender

JSON: Final = ".json"
TEMP: Final = ".json.temp"
META: Final = ".meta"
ARCHIVE: Final = "archive"
FAILED: Final = "failed"
ID: Final = re.compile(r"[A-Za-z0-9]{1,64}")
"""What may stand in a submission's name (the whole string)."""

_RANDOM_BYTES: Final = 16
_OURS: Final = re.compile(rf"submission-[0-9a-f]{{{2 * _RANDOM_BYTES}}}([A-Za-z0-9]{{{TAG_LENGTH}}})\.json")
_ABANDONED_AFTER: Final = 24 * 3600

_shared_sync: Final = cache(SharedSync)


def new_id(sender: str) -> str:
    """Return letters and digits that nobody guesses, and that end in the tag of the sender."""
    return secrets.token_hex(_RANDOM_BYTES) + sender


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
                sync_folder(folder.parent)

    def draft(self, origins: tuple[str, ...], sender: str) -> Draft:
        """Return a new file for a body of a sender; a context that removes it unless published."""
        return Draft(self.folder, new_id(note_sender(self.folder, origins, sender)))

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

        None: anybody's, because it has no sender; whoever puts files here is trusted. Raises OSError
        when nothing is known of the sender.
        """
        if self.is_own and (ours := _OURS.fullmatch(name)):
            try:
                return origins_of_sender(self.folder, ours[1])
            except FileNotFoundError as error:
                raise OSError(f"{name}: nothing is known of its sender") from error
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
        self.id = submission_id
        self.path = folder / f"submission-{submission_id}{TEMP}"
        self.size = 0
        self._file: BinaryIO = open(self.path, "xb", buffering=0)  # noqa: SIM115 (closed by __exit__)

    def write(self, piece: bytes) -> None:
        """Append a piece of the body."""
        view = memoryview(piece)
        while view:
            view = view[self._file.write(view) or 0 :]
        self.size += len(piece)

    def publish(self) -> None:
        """Let the loader see the body; durable when this returns."""
        os.fsync(self._file.fileno())
        self.path.rename(self.path.with_name(file_name(self.id)))
        _shared_sync(self.path.parent).sync()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)
