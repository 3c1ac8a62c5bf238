"""``manage.py recount``: rebuild every summary from the rows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from results.rollups import recount


class Command(BaseCommand):
    """For the operator who doubts a number; pages may be read and data loaded meanwhile."""

    help = "Rebuild every summary (counts, revisions of builds, series of tests) from the rows."

    def handle(self, *args: Any, **options: Any) -> None:
        """Recount with a progress bar, and say how many objects were looked at."""
        with tqdm(unit=" objects", desc="recounting", disable=None) as bar:
            total = recount(progress=bar.update)
        self.stdout.write(f"{total} checkouts, builds and issues recounted.")
