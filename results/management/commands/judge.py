"""manage.py judge: analyse trees now, whether or not anything is due."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from results.git.ranges import measure_ranges
from results.judging.trees import all_trees, judge_tree
from results.models import Judged


class Command(BaseCommand):
    """Judge all trees, or those of one name."""

    help = "Find regressions, flakes and outages in the newest revisions of each tree."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tree", default="", metavar="NAME", help="Only the trees of this name.")

    def handle(self, *_args: Any, **options: Any) -> None:
        trees = all_trees(options["tree"])
        if not trees:
            raise CommandError(f"There is no tree {options['tree']}." if options["tree"] else "No trees.")
        started = time.monotonic()
        for tree in trees:
            if judge_tree(tree):
                told = Judged.objects.select_related("tree").get(tree=tree)
                self.stdout.write(f"{told.tree}: {told.series:,} series, {told.seconds:.1f} s")
        measure_ranges()
        self.stdout.write(f"{len(trees):,} trees judged in {time.monotonic() - started:.1f} s.")
