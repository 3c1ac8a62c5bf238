"""One test run, whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from results.queries.issues import IssueRef
from results.queries.tests import TestRow


@dataclass(frozen=True, slots=True)
class TestDetail:
    """A test run, everything that was submitted of it, and what is near it.

    ``fields``: the KCIDB object. ``siblings``: other runs of the same path in the same build (retries, other
    platforms), newest first. ``sources``: field name -> submission id, for every field.
    """

    __test__ = False

    run: TestRow
    fields: dict[str, Any]
    excerpt: str
    compatibles: tuple[str, ...]
    siblings: tuple[TestRow, ...]
    issues: tuple[IssueRef, ...]
    submission: int
    sources: dict[str, int]


def test_detail(kcidb_id: str) -> TestDetail:
    """Return a test run; NotFound when it is not known."""
    raise NotImplementedError
