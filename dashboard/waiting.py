"""Submissions that wait in a folder: on disk, acknowledged, and not loaded yet."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from django.conf import settings

MOST_FILES: Final = 10_000
"""Counting further would cost more than the number is worth."""


@dataclass(frozen=True, slots=True)
class Spool:
    """Files that wait in a spool folder, counted up to ``MOST_FILES``; None: it cannot be read."""

    name: str
    files: int | None


def spools() -> tuple[Spool, ...]:
    """Return the folder that /submit fills, as "submit", and the watched ones by name."""
    folders = {"submit": Path(settings.SPOOL_DIR)}
    folders |= {Path(folder).name: Path(folder) for folder in settings.WATCHED_SPOOLS}
    return tuple(Spool(name, _count(folder)) for name, folder in folders.items())


def _count(folder: Path) -> int | None:
    """Count without reading a folder of millions to its end; one that is not there yet is empty."""
    try:
        with os.scandir(folder) as entries:
            waiting = (1 for entry in entries if entry.name.endswith(".json") and entry.name[0] != ".")
            return sum(islice(waiting, MOST_FILES))
    except FileNotFoundError:
        return 0
    except OSError:
        return None
