"""``manage.py import_git PATH``: take over from a clone the commits around the tested revisions."""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from results.git.importing import DAYS, Imported, TreeFound, import_git
from results.git.repository import Repository, RepositoryError
from results.models import Tree

INCOMPLETE: Final = 3
TOLD: Final = 3
"""Hashes that are told of those that were not found."""


class Command(BaseCommand):
    """Read a clone: what is new in it. Exit code 1: nothing could be read; 3: history is missing in it."""

    help = "Read commits, tags and branches of a clone (bare or not) for the trees it belongs to."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("path", type=Path, metavar="PATH", help="The clone.")
        parser.add_argument(
            "--tree",
            action="append",
            default=[],
            metavar="NAME",
            help="Only trees of this name (repeatable).",
        )
        parser.add_argument(
            "--branch", action="append", default=[], metavar="NAME", help="Only these branches (repeatable)."
        )
        parser.add_argument(
            "--days",
            type=int,
            default=DAYS,
            metavar="N",
            help="Read history back to N days before the oldest tested commit (%(default)s).",
        )

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        """Import, and say what was found."""
        trees = _trees(options["tree"], options["branch"])
        began = time.monotonic()
        try:
            with Repository(path) as repository, _Progress() as progress:
                done = import_git(repository, trees, days=options["days"], progress=progress)
        except RepositoryError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n".join(_lines(done, time.monotonic() - began)))
        if not any(each.found for each in done.trees):
            raise CommandError(f"None of the tested revisions is in {path}. Fetch it, or name its trees.")
        if done.missing:
            raise CommandError(
                f"The clone is shallow: {done.missing:,} parents are missing, and what is older is not "
                f"counted. Run git fetch --unshallow in {path}, then import again.",
                returncode=INCOMPLETE,
            )


class _Progress:
    """A bar for reading, then one for storing."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None
        self._doing = ""

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def __call__(self, doing: str, more: int, total: int) -> None:
        if doing != self._doing:
            self.__exit__()
            self._doing = doing
            hidden = None if sys.stderr.isatty() else True
            self._bar = tqdm(total=total or None, desc=f"Commits {doing}", unit=" commits", disable=hidden)
        assert self._bar is not None
        self._bar.update(more)


def _trees(names: list[str], branches: list[str]) -> list[Tree]:
    trees = Tree.objects.order_by("name", "branch", "url")
    if names:
        trees = trees.filter(name__in=names)
    if branches:
        trees = trees.filter(branch__in=branches)
    if not (found := list(trees)):
        asked = ", ".join([*names, *branches])
        raise CommandError(f"There is no tree {asked}." if asked else "There are no trees yet.")
    return found


def _lines(done: Imported, seconds: float) -> list[str]:
    """Return the summary; trees of which nothing was found are one line together."""
    others = [each for each in done.trees if not each.found and each.absent]
    lines = [_line(each) for each in done.trees if each.found]
    if others:
        lines.append("Nothing found of " + ", ".join(str(each.tree) for each in others) + ".")
    lines.append(
        f"{done.commits:,} commits and {done.tags:,} tags are new, {done.named:,} revisions were named; "
        f"{seconds:.1f} s."
    )
    return lines


def _line(each: TreeFound) -> str:
    line = f"{each.tree}: {len(each.found):,} of {len(each.found) + len(each.absent):,} revisions found"
    if not each.absent:
        return line
    hashes = ", ".join(hash_.hex()[:12] for hash_ in each.absent[:TOLD])
    more = f" and {len(each.absent) - TOLD:,} more" if len(each.absent) > TOLD else ""
    return f"{line}; not found: {hashes}{more}"
