"""manage.py evaluate_analysis: how right the analysis is, in worlds where the truth is known."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from results.evaluation.table import lines
from results.evaluation.trial import try_world
from results.evaluation.worlds import build_world


class Command(BaseCommand):
    """Builds worlds, scores our rules beside today's, prints the figures and the targets."""

    help = "Score the analysis in made-up worlds with a known truth, beside the rules of other tools."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the options."""
        parser.add_argument("--world", choices=("simple", "hard", "both"), default="both")
        parser.add_argument("--seeds", default="101-110", help="like 101-110 or 1,2,7 (default: %(default)s)")
        parser.add_argument(
            "--replay", default="", help="seeds that are also lived day by day (slow), or all"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one report per world."""
        seeds = _numbers(options["seeds"])
        lived = seeds if options["replay"] == "all" else _numbers(options["replay"])
        worlds = ("simple", "hard") if options["world"] == "both" else (options["world"],)
        for name in worlds:
            hard = name == "hard"
            self.stdout.write(f"{name} world, seeds {options['seeds']}")
            figures = [try_world(build_world(seed, hard=hard), replay=seed in lived) for seed in seeds]
            for line in lines(figures, hard=hard):
                self.stdout.write(line)
            self.stdout.write("")


def _numbers(text: str) -> list[int]:
    """Return the numbers of "1-3,7"; CommandError when it is something else."""
    numbers: list[int] = []
    try:
        for part in filter(None, text.split(",")):
            first, _, last = part.partition("-")
            numbers += range(int(first), int(last or first) + 1)
    except ValueError:
        raise CommandError(f"Not a list of seeds: {text!r}") from None
    return numbers
