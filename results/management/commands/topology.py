"""``manage.py topology export|import``: what an operator knows of trees, labs and devices, as YAML."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from results.topology import DEFAULTS, TopologyError, export_topology, import_topology


class Command(BaseCommand):
    """Write everything to a file, or take over what a file says. Exit code 1: the file is wrong."""

    help = "Export or import aliases, labs, platforms and origins (no FILE: to stdout, or the defaults)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("action", choices=("export", "import"))
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help='"-" is stdin or stdout')

    def handle(self, *args: Any, action: str, file: Path | None, **options: Any) -> None:
        """Do it, and print what changed."""
        try:
            if action == "export":
                self._export(file)
            else:
                self._import(file)
        except (OSError, TopologyError) as error:
            raise CommandError(str(error)) from error

    def _export(self, file: Path | None) -> None:
        if file is None or str(file) == "-":
            self.stdout.write(export_topology())
        else:
            file.write_text(export_topology(), encoding="utf-8")

    def _import(self, file: Path | None) -> None:
        if file is None:
            changed = import_topology(DEFAULTS.read_text(encoding="utf-8"), only_new=True)
        else:
            text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
            changed = import_topology(text)
        self.stdout.write("Changed: " + ", ".join(f"{count:,} {what}" for what, count in changed.items()))
