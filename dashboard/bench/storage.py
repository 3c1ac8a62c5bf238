"""What a test costs on disk."""

from __future__ import annotations

from dashboard.bench.database import ask
from dashboard.bench.figures import Figure, Section
from results.compaction import compact

BYTES_PER_TEST = 280
LARGEST = 8


def storage() -> Section:
    """Return the bytes per test, all tables and indexes considered, and where they are.

    Indexes are compacted first, as operators do once a week.
    """
    given_back = sum(index.before - index.after for index in compact())
    ((tests,),) = ask("SELECT count(*) FROM results_test")
    sizes = ask(
        """
        SELECT relname, pg_total_relation_size(oid), pg_indexes_size(oid)
        FROM pg_class WHERE relkind = 'r' AND relname ~ '^(results|ingest)_' ORDER BY 2 DESC
        """
    )
    total = sum(size for _, size, _ in sizes)
    figures = [
        Figure("tests", tests),
        Figure("everything", total / tests, "B/test", at_most=BYTES_PER_TEST, note=_note(given_back, tests)),
    ]
    figures += [
        Figure(f"  {name}", size / tests, "B/test", note=f"of it indexes {indexes / tests:.1f}")
        for name, size, indexes in sizes[:LARGEST]
    ]
    return Section("Disk", figures)


def _note(given_back: int, tests: int) -> str:
    return f"indexes just gave back {given_back / tests:.1f}" if given_back else ""
