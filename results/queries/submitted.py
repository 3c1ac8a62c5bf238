"""What was submitted of many things at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final
from typing import Literal as OneOf

from psycopg.sql import SQL, Literal

from results.compression import text_of
from results.db import fetch
from results.documents import LEAF, OWN_ID, restore, unpack
from results.jsontext import loads
from results.keys import key_of
from results.queries.whole import WholeTest

ESCAPED: Final = "\\u000"
"""How JSON text writes the first control characters."""

_BODIES: Final = SQL("SELECT id, body FROM results_document WHERE id = ANY({}::int[])")

_OF_BUILDS: Final = SQL("""
    SELECT b.kcidb_id AS id, d.body FROM results_build b JOIN results_document d ON d.id = b.document_id
    WHERE b.key = ANY({}::uuid[])
""")

_COMPATIBLES: Final = SQL("SELECT name, compatibles FROM results_platform WHERE compatibles <> '{}'")


_CALLED: Final = SQL("""
    SELECT CASE
        WHEN EXISTS (SELECT FROM results_platform WHERE name = {name}) THEN 'platform'
        WHEN EXISTS (SELECT FROM results_platform WHERE {name} = ANY(compatibles)) THEN 'compatible'
    END AS called
""")


def log_urls(tests: Sequence[WholeTest]) -> list[str | None]:
    """Return the log URL of each of these tests, None when it has none."""
    bodies = _bodies(test.document for test in tests)
    forms = {number: _form(body) for number, body in bodies.items()}
    return [_log_url_of(test, forms[test.document], bodies) for test in tests]


def build_fields(kcidb_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return all that was submitted of these builds but their log excerpts, by id."""
    query = _OF_BUILDS.format(Literal([key_of(kcidb_id) for kcidb_id in kcidb_ids]))
    return dict(fetch(query, lambda id, body: (id, restore(body, None))))


def platform_compatibles() -> dict[str | None, tuple[str, ...]]:
    """Return the compatibles of every platform that has some, the most specific first."""
    return dict(fetch(_COMPATIBLES, lambda name, compatibles: (name, tuple(compatibles))))


def what_is_called(name: str) -> OneOf["platform", "compatible"] | None:
    """Return what of hardware has this name; None when nothing has."""
    query = _CALLED.format(name=Literal(name))
    found: list[OneOf["platform", "compatible"] | None] = fetch(query, lambda called: called)
    return found[0]


def _bodies(documents: Iterable[int]) -> dict[int, str]:
    return dict(fetch(_BODIES.format(Literal(list(set(documents)))), lambda id, body: (id, text_of(body))))


def _form(body: str) -> str | None:
    """Return the log URL of all tests that share a document, with the marks of what differs between them.

    "" when the text has such characters of its own: then each test is read by itself.
    """
    if ESCAPED in body:
        return ""
    marked = body.replace(OWN_ID, f"{ESCAPED}1").replace(LEAF, f"{ESCAPED}2")
    return _log_url(loads(marked.encode()))


def _log_url_of(test: WholeTest, form: str | None, bodies: dict[int, str]) -> str | None:
    if form == "":
        return _log_url(unpack(bodies[test.document], test.id, test.path))
    if form and (OWN_ID in form or LEAF in form):
        local, leaf = test.id.partition(":")[2], test.path.rpartition(".")[2]
        return form.replace(LEAF, leaf).replace(OWN_ID, local)
    return form


def _log_url(fields: dict[str, Any]) -> str | None:
    url = fields.get("log_url")
    return url if isinstance(url, str) and url else None
