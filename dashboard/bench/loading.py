"""How fast results are stored and counted: fresh documents into a scratch copy of the database."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from os import environ
from pathlib import Path
from subprocess import Popen, run

from django.conf import settings
from django.core.management import call_command

from dashboard.bench.database import ask, days_for, environment
from dashboard.bench.figures import Figure, Section, half
from dashboard.bench.pages import Biggest, addresses
from dashboard.bench.web import running
from results.rollups import refresh

TESTS = 100_000
SEEDS = (101, 102, 103)
ONE_PROCESS = 20_000
TWO_PROCESSES = 35_000
VISIBLE_SECONDS = 10.0
SLOWER = 2.0


def loading(tests: int, requests: int) -> Iterator[Section]:
    """Yield what loading takes, in one process and in two, and what pages take meanwhile."""
    figures = []
    with tempfile.TemporaryDirectory(prefix="treewatch-bench-") as folder:
        spools = [_spool(Path(folder) / str(seed), tests, seed) for seed in SEEDS]
        start = _startup(spools[0])
        for processes, spool, budget in zip((1, 2), spools, (ONE_PROCESS, TWO_PROCESSES), strict=False):
            loaded, seconds = _load(spool, processes)
            seconds -= start
            name = f"ingest, {processes} process{'es' if processes > 1 else ''}"
            note = f"{loaded:,} tests in {seconds:.1f} s"
            figures.append(Figure(name, loaded / seconds, "tests/s", at_least=budget, note=note))
            figures.append(_backlog())
        figures.append(_one_job(spools[2], start))
        yield Section("Ingest", figures)
        yield _pages_meanwhile(spools[2], requests)


def _manage(*words: str) -> list[str]:
    return [sys.executable, str(settings.BASE_DIR / "manage.py"), *words]


def _variables() -> dict[str, str]:
    return {**environ, **environment()}


def _spool(folder: Path, tests: int, seed: int) -> Path:
    """Write fresh documents to a folder: a day and more of the same universe with another seed."""
    call_command("seed_demo", tests=tests, days=days_for(tests), seed=seed, to=folder, stdout=StringIO())
    (folder / "truth.json").unlink()
    return folder


def _ingest(path: Path, processes: int = 1) -> list[str]:
    return _manage("ingest_kcidb", str(path), "--processes", str(processes), "--verbosity", "0")


def _startup(spool: Path) -> float:
    """Return the seconds a load of next to nothing takes: starting Python, connecting."""
    tiny = min(spool.iterdir(), key=lambda path: path.stat().st_size)
    begun = time.monotonic()
    run(_ingest(tiny), check=True, env=_variables())
    return time.monotonic() - begun


def _tests() -> int:
    return int(ask("SELECT count(*) FROM results_test")[0][0])


def _load(spool: Path, processes: int) -> tuple[int, float]:
    """Load a folder; return the number of new tests and the seconds."""
    before = _tests()
    begun = time.monotonic()
    run(_ingest(spool, processes), check=True, env=_variables())
    return _tests() - before, time.monotonic() - begun


def _backlog() -> Figure:
    """Recompute what the load made due."""
    begun = time.monotonic()
    rows = sum(iter(refresh, 0))
    return Figure("  its summaries", time.monotonic() - begun, "s", note=f"{rows:,} due")


def _one_job(spool: Path, startup: float) -> Figure:
    """Return the seconds from submitting the results of a job to their being counted."""
    files = sorted(spool.iterdir(), key=lambda path: path.stat().st_size)
    job = next(path for path in files[len(files) // 2 :] if b'"tests":[{' in path.read_bytes())
    begun = time.monotonic()
    run(_ingest(job), check=True, env=_variables())
    sum(iter(refresh, 0))
    taken = max(0.0, time.monotonic() - begun - startup)
    return Figure(
        "submission → counts", taken, "s", at_most=VISIBLE_SECONDS, note=f"{job.stat().st_size:,} bytes"
    )


def _pages_meanwhile(spool: Path, requests: int) -> Section:
    """Measure the small pages while results are loaded at full speed."""
    section = Section("Small pages while ingest runs (times the quiet p50)")
    small = [(page, path) for page, path in addresses(Biggest()) if page.is_small]
    with running() as server:
        for _, path in small:
            server.milliseconds(path, 6)
        quiet = {path: half(server.milliseconds(path, requests)) for _, path in small}
        with _loading_for_ever(spool):
            for page, path in small:
                busy = half(server.milliseconds(path, requests))
                note = f"{quiet[path]:.1f} → {busy:.1f} ms"
                section.figures.append(
                    Figure(page.name, busy / quiet[path], "times", at_most=SLOWER, note=note)
                )
    return section


@contextmanager
def _loading_for_ever(spool: Path) -> Iterator[None]:
    process = Popen(_ingest(spool), env=_variables())
    try:
        time.sleep(2)
        yield
    finally:
        process.terminate()
        process.wait()
