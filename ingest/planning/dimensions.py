"""The tables that objects refer to, each with its cache: one set per loader."""

from __future__ import annotations

from collections.abc import Iterable

from ingest import normalise
from ingest.planning.contents import Contents, Excerpts
from ingest.planning.names import Names
from ingest.planning.series import SeriesTable
from ingest.planning.tables import Table
from results.keys import key_hex


class Dimensions:
    """Everything that objects refer to by id. ``names`` are read anew for every plan."""

    def __init__(self) -> None:
        self.names = Names()
        self.origins = _named("results_origin")
        self.labs = _named("results_lab", "is_physical")
        self.platforms = _named("results_platform", "compatibles")
        self.architectures = _named("results_architecture")
        self.compilers = _named("results_compiler")
        self.configs = _named("results_config")
        self.suites = _named("results_suite")
        self.paths = _named("results_testpath", "suite_id")
        self.units = Table("results_unit", {"name": "text", "prefix": "text"})
        self.trees = Table("results_tree", {"name": "text", "url": "text", "branch": "text"})
        self.revisions = Table(
            "results_revision",
            {"tree_id": "int4", "commit": "text", "patchset": "text"},
            ("started", "place", "describe", "subject"),
        )
        self.documents = Contents("document")
        self.excerpts = Excerpts()
        self.checkouts = Table("results_checkout", {"key": "uuid"}, ("kcidb_id",))
        self.builds = Table("results_build", {"key": "uuid"}, ("kcidb_id", "is_dummy"))
        self.series = SeriesTable()

    def forget_if_full(self) -> None:
        """Keep memory bounded; to be called between batches."""
        for table in vars(self).values():
            if isinstance(table, (Table, SeriesTable)):
                table.forget_if_full()

    def forget_contents(self) -> None:
        """Forget documents and excerpts, which are deleted when nothing names them any more."""
        self.documents.ids.clear()
        self.excerpts.ids.clear()

    def lab_ids(self, names: Iterable[str]) -> list[int | None]:
        """Return the ids of labs."""
        known = list(names)
        return self.labs.of(known, [(normalise.is_physical_lab(name),) for name in known])

    def mention_builds(self, kcidb_ids: Iterable[str]) -> None:
        """Make rows for builds that are only names so far."""
        self.builds.add({key_hex(name): (name, normalise.is_dummy_build(name)) for name in kcidb_ids})

    def mention_checkouts(self, kcidb_ids: Iterable[str]) -> None:
        """Make rows for checkouts that are only names so far."""
        self.checkouts.add({key_hex(name): (name,) for name in kcidb_ids})


def _named(table: str, *extra: str) -> Table:
    return Table(table, {"name": "text"}, extra)
