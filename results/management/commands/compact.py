"""``manage.py compact``: give back the space that indexes lost while they grew."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from results.compaction import compact


class Command(BaseCommand):
    """For a timer, once a week; pages may be read and data loaded meanwhile."""

    help = "Write indexes anew that grew loose; nobody waits for it."

    def handle(self, *args: Any, **options: Any) -> None:
        """Compact, and say what each index gave back."""
        saved = 0
        for index in compact():
            saved += index.before - index.after
            self.stdout.write(f"{index.name}: {index.before / 1e6:,.1f} → {index.after / 1e6:,.1f} MB")
        self.stdout.write(f"{saved / 1e6:,.1f} MB given back.")
