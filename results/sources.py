"""Where a question is put, and the expressions there that the dimensions of a selection are about.

A *source* is ``counts`` (the rollup of results, joined to its builds), ``rows`` (test runs),
``builds``, ``checkouts`` or ``subjects`` (of events). The conditions of ``results.vocabulary`` are
written on top of these, so that counts and rows cannot diverge.

Aliases: rc = results_resultcount, t = results_test, s = its results_series, b = results_build,
c = results_checkout, v = results_seriesverdict, m = results_eventseries.
"""

from __future__ import annotations

from typing import Final
from typing import Literal as OneOf

from psycopg.sql import SQL

Source = OneOf["counts", "rows", "builds", "checkouts", "subjects"]

_OF_BUILD: Final = {
    "arch": SQL("b.architecture_id"),
    "config": SQL("b.config_id"),
    "compiler": SQL("b.compiler_id"),
    "revision": SQL("b.revision_id"),
    "build": SQL("b.key"),
}

COLUMNS: Final[dict[Source, dict[str, SQL]]] = {
    "counts": {
        **_OF_BUILD,
        "origin": SQL("rc.origin_id"),
        "lab": SQL("rc.lab_id"),
        "platform": SQL("rc.platform_id"),
        # As an expression: in the middle of resultcount_identity the column misleads the planner.
        "suite": SQL("(rc.suite_id + 0)"),
        "kind": SQL("rc.is_boot"),
        "since": SQL("rc.day >= {}"),
        "until": SQL("rc.day <= {}"),
    },
    "rows": {
        **_OF_BUILD,
        "origin": SQL("s.origin_id"),
        "lab": SQL("s.lab_id"),
        "platform": SQL("s.platform_id"),
        "suite": SQL("s.suite_id"),
        "kind": SQL("t.is_boot"),
        "since": SQL("t.start_time >= {}::timestamp AT TIME ZONE 'UTC'"),
        "until": SQL("t.start_time < ({} + 1)::timestamp AT TIME ZONE 'UTC'"),
        "status": SQL("t.status"),
        "q": SQL("s.path_id IN (SELECT id FROM results_testpath WHERE name ILIKE {})"),
        "incident": SQL("t.key IN (SELECT test_key FROM results_incident WHERE present AND {})"),
        "incidents": SQL("SELECT FROM results_incident WHERE present AND test_key = t.key"),
    },
    "builds": {
        **_OF_BUILD,
        "origin": SQL("b.origin_id"),
        "since": SQL("b.start_time >= {}::timestamp AT TIME ZONE 'UTC'"),
        "until": SQL("b.start_time < ({} + 1)::timestamp AT TIME ZONE 'UTC'"),
        "status": SQL("b.status"),
        "q": SQL("b.config_id IN (SELECT id FROM results_config WHERE name ILIKE {})"),
        "incident": SQL("b.key IN (SELECT build_key FROM results_incident WHERE present AND {})"),
        "incidents": SQL("SELECT FROM results_incident WHERE present AND build_key = b.key"),
    },
    "subjects": {
        "revision": SQL("m.first_bad_id"),
        "origin": SQL("coalesce(s.origin_id, v.origin_id)"),
        "lab": SQL("s.lab_id"),
        "platform": SQL("s.platform_id"),
        "suite": SQL("s.suite_id"),
        "arch": SQL("coalesce(s.architecture_id, v.architecture_id)"),
        "config": SQL("coalesce(s.config_id, v.config_id)"),
        "compiler": SQL("coalesce(s.compiler_id, v.compiler_id)"),
    },
    "checkouts": {
        "revision": SQL("c.revision_id"),
        "origin": SQL("c.origin_id"),
        "since": SQL("c.start_time >= {}::timestamp AT TIME ZONE 'UTC'"),
        "until": SQL("c.start_time < ({} + 1)::timestamp AT TIME ZONE 'UTC'"),
    },
}
