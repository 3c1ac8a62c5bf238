"""Files that survive a power cut: their content, and their names in a folder."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Condition


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_durably(path: Path, content: bytes) -> None:
    """Write a small file; it is there whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    with draft.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(path)
    sync_folder(path.parent)


class SharedSync:
    """Syncs one folder for the threads of a process: who comes while a sync runs shares the next one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._state = Condition()
        self._begun = self._done = 0
        self._is_running = False

    def sync(self) -> None:
        """Return when every name that is in the folder now is durable. Raises OSError."""
        with self._state:
            mine = self._begun + 1
            while self._is_running:
                self._state.wait()
                if self._done >= mine:
                    return
            self._begun += 1
            number, self._is_running = self._begun, True
        try:
            sync_folder(self._folder)
        except OSError:
            number = 0  # nothing is done: the others try for themselves
            raise
        finally:
            with self._state:
                self._is_running = False
                self._done = max(self._done, number)
                self._state.notify_all()
