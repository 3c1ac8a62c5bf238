"""The tables that objects refer to, each with its cache: one set per loader."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from functools import partial
from hashlib import blake2b

from ingest import normalise
from ingest.tables import Table
from results.keys import key_bytes


def _named(table: str, *extra: str) -> Table:
    return Table(table, {"name": "text"}, extra)


def _content(table: str) -> Table:
    return Table(table, {"key": "uuid"}, ("body",))


_SERIES = dict.fromkeys(
    ("path_id", "platform_id", "tree_id", "lab_id", "config_id", "architecture_id", "compiler_id", "origin_id"),
    "int",
)


@dataclass
class Dimensions:
    """Everything that objects refer to by id."""

    origins: Table = field(default_factory=partial(_named, "results_origin"))
    labs: Table = field(default_factory=partial(_named, "results_lab", "is_physical"))
    platforms: Table = field(default_factory=partial(_named, "results_platform", "compatibles"))
    architectures: Table = field(default_factory=partial(_named, "results_architecture"))
    compilers: Table = field(default_factory=partial(_named, "results_compiler"))
    configs: Table = field(default_factory=partial(_named, "results_config"))
    suites: Table = field(default_factory=partial(_named, "results_suite"))
    paths: Table = field(default_factory=partial(_named, "results_testpath", "suite_id"))
    units: Table = field(default_factory=partial(Table, "results_unit", {"name": "text", "prefix": "text"}))
    trees: Table = field(
        default_factory=partial(Table, "results_tree", {"name": "text", "url": "text", "branch": "text"})
    )
    revisions: Table = field(
        default_factory=partial(
            Table,
            "results_revision",
            {"tree_id": "int", "commit": "text", "patchset": "text"},
            ("started", "describe", "subject"),
        )
    )
    documents: Table = field(default_factory=partial(_content, "results_document"))
    excerpts: Table = field(default_factory=partial(_content, "results_excerpt"))
    checkouts: Table = field(default_factory=partial(Table, "results_checkout", {"key": "uuid"}, ("kcidb_id",)))
    builds: Table = field(
        default_factory=partial(Table, "results_build", {"key": "uuid"}, ("kcidb_id", "is_dummy"))
    )
    series: Table = field(default_factory=partial(Table, "results_series", _SERIES, ("suite_id",)))

    def tables(self) -> Iterator[Table]:
        """Yield every table."""
        for part in fields(self):
            yield getattr(self, part.name)

    def forget_if_full(self) -> None:
        """Keep memory bounded; to be called between batches."""
        for table in self.tables():
            table.forget_if_full()

    def lab_ids(self, names: list[str]) -> list[int | None]:
        """Return the ids of labs."""
        return self.labs.of([(name,) for name in names], [(normalise.is_physical_lab(name),) for name in names])

    def text_ids(self, table: Table, texts: list[str | None]) -> list[int | None]:
        """Return the ids of contents (documents or excerpts); None of None."""
        keys = [None if text is None else (content_key(text.encode()),) for text in texts]
        return table.of(keys, [(text,) for text in texts])

    def mention_builds(self, kcidb_ids: Iterable[str]) -> None:
        """Make rows for builds that are only names so far."""
        self.builds.add(
            {(key_bytes(name).hex(),): (name, normalise.is_dummy_build(name)) for name in kcidb_ids}
        )

    def mention_checkouts(self, kcidb_ids: Iterable[str]) -> None:
        """Make rows for checkouts that are only names so far."""
        self.checkouts.add({(key_bytes(name).hex(),): (name,) for name in kcidb_ids})


def content_key(content: bytes) -> str:
    """Return the key of content in hex (``results.keys.content_key``)."""
    return blake2b(content, digest_size=16).hexdigest()


def name_keys(names: Iterable[str | None]) -> list[tuple[str] | None]:
    """Return names as keys of a table."""
    return [(name,) if name is not None else None for name in names]
