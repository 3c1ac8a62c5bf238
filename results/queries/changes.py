"""What became of a series, or of the builds of a variant, from one revision to another.

Statuses alone cannot tell: a failure may be the lab's, and a flaky test fails by chance. What the
analysis says decides which differences are regressions and fixes.
"""

from __future__ import annotations

from typing import Final

from django.db import models
from psycopg.sql import SQL, Composable, Literal

from results.models import Event, SeriesVerdict
from results.queries.revision_names import NamedRevision

Verdict = SeriesVerdict.Verdict


class Change(models.IntegerChoices):
    """What became of it from a to b.

    Only PASS and FAIL are verdicts: to end in anything else, or not to run, is neither a failure
    nor a fix; nor is a failure of a lab, a device or the harness. ``NEW_FAILURE``: fails in b,
    without a verdict in a. ``STILL_FAILING``: fails in both, or fails in b, had no verdict in a and
    by the analysis failed before. ``FLAKY``: failed on one side, by the analysis only by chance: it is
    flaky, or that failure stayed the only one. ``INFRASTRUCTURE``: failed on one side while its lab
    or device was ill. ``APPEARED``: ran in b alone, and does not fail. ``UNCLEAR``: had a verdict
    in a, ran in b without one.
    """

    REGRESSION = 1, "regression"
    FIXED = 2, "fixed"
    NEW_FAILURE = 3, "newfail"
    STILL_FAILING = 4, "still"
    FLAKY = 5, "flaky"
    INFRASTRUCTURE = 6, "infra"
    NEW_PASS = 7, "newpass"
    APPEARED = 8, "appeared"
    DISAPPEARED = 9, "disappeared"
    UNCLEAR = 10, "unclear"


# Statuses as they outweigh each other among several runs: FAIL 12, PASS 11, then ERROR 10, a FAIL
# that is not the kernel's 9, MISS 8 … Leans on incident_test and incident_build.
_WEIGHT: Final = SQL("""
    CASE {row}.status WHEN 3 THEN 11 WHEN 6 THEN CASE WHEN EXISTS (
        SELECT FROM results_incident c JOIN results_issue i ON i.key = c.issue_key AND i.is_newest
        WHERE c.{key} = {row}.key AND c.present AND i.culprit_harness AND i.culprit_code IS NOT TRUE
    ) THEN 9 ELSE 12 END ELSE 2 * {row}.status END
""")
WEIGHT_OF_TEST: Final = _WEIGHT.format(row=SQL("t"), key=SQL("test_key"))
WEIGHT_OF_BUILD: Final = _WEIGHT.format(row=SQL("b"), key=SQL("build_key"))
STATUS: Final = SQL("CASE {0} WHEN 11 THEN 3 WHEN 9 THEN 6 ELSE {0} / 2 END")

_CHANGE: Final = SQL("""
    CASE WHEN a = 12 AND b = 12 THEN {still}
         WHEN a = 12 AND b = 11 THEN CASE WHEN by_chance THEN {flaky} ELSE {fixed} END
         WHEN b = 12 THEN CASE WHEN by_chance THEN {flaky} WHEN a = 11 THEN {regression}
                               WHEN is_old THEN {still} ELSE {newfail} END
         WHEN b IS NULL THEN {disappeared}
         WHEN b = 9 OR a = 9 AND b = 11 THEN {infra}
         WHEN a IS NULL THEN {appeared}
         WHEN b = 11 AND a < 11 THEN {newpass} WHEN b < 11 AND a >= 11 THEN {unclear} ELSE 0 END
""").format(
    regression=Literal(Change.REGRESSION.value),
    fixed=Literal(Change.FIXED.value),
    newfail=Literal(Change.NEW_FAILURE.value),
    still=Literal(Change.STILL_FAILING.value),
    flaky=Literal(Change.FLAKY.value),
    infra=Literal(Change.INFRASTRUCTURE.value),
    newpass=Literal(Change.NEW_PASS.value),
    appeared=Literal(Change.APPEARED.value),
    disappeared=Literal(Change.DISAPPEARED.value),
    unclear=Literal(Change.UNCLEAR.value),
)

# A FAIL while the lab or the device was ill. A scalar, so that it is asked of the few that failed and
# ran in b, one by one.
_MASKED: Final = SQL("""
    CASE WHEN {side} = 12 AND kind > 1 AND b IS NOT NULL AND (
        SELECT true FROM results_series s JOIN {ill} o ON o.lab_id = s.lab_id
        WHERE s.id = {subject} AND (o.platform_id IS NULL OR o.platform_id = s.platform_id) LIMIT 1
    ) THEN 9 ELSE {side} END
""")

# Leans on outage_identity.
_ILL: Final = SQL("""
    SELECT o.lab_id, o.platform_id FROM results_outage o
    JOIN results_revision first ON first.id = o.first_id
    JOIN results_revision last ON last.id = o.last_id
    WHERE o.tree_id = {tree} AND NOT o.released AND {place} BETWEEN first.place AND last.place
""")

# ``subject`` fails on one side, in ``tree`` and at ``failed``. The event that explains it tells
# whether it lies between the two; without one, the verdict on the series tells.
# Leans on seriesverdict's index on its series, seriesverdict_variant and eventseries' index on its subject.
_CHANGES: Final = SQL("""
    WITH ill_a AS MATERIALIZED ({ill_a}), ill_b AS MATERIALIZED ({ill_b}),
    masked AS MATERIALIZED (SELECT kind, {masked_a} AS a, {masked_b} AS b, x, y FROM sides),
    told AS MATERIALIZED (
        SELECT sides.*,
               coalesce(NOT e.is_real, v.verdict = ANY({chance}::int[]), false) AS by_chance,
               coalesce(e.is_older, v.verdict = {persistent}, false) AS is_old
        FROM (
            SELECT *, CASE WHEN b = 12 THEN y ELSE x END AS subject,
                   CASE WHEN b = 12 THEN {tree_b} ELSE {tree_a} END AS tree,
                   CASE WHEN b = 12 THEN {place_b} ELSE {place_a} END AS failed
            FROM masked WHERE {is_told}
        ) sides
        LEFT JOIN LATERAL (
            SELECT v.id, v.verdict FROM results_seriesverdict v WHERE kind > 1 AND v.series_id = subject
            UNION ALL
            SELECT v.id, v.verdict
            FROM results_build d
            JOIN results_seriesverdict v ON v.series_id IS NULL AND v.tree_id = tree
                AND v.origin_id = d.origin_id AND v.architecture_id IS NOT DISTINCT FROM d.architecture_id
                AND v.config_id IS NOT DISTINCT FROM d.config_id
                AND v.compiler_id IS NOT DISTINCT FROM d.compiler_id
            WHERE kind = 1 AND d.id = subject
        ) v ON true
        LEFT JOIN LATERAL (
            SELECT e.kind = {kind_regression} AND {is_between} AS is_real,
                   {is_one_tree} AND began.place <= {place_a} AS is_older
            FROM results_eventseries m
            JOIN results_event e ON e.id = m.event_id AND e.state <> ALL({gone}::smallint[])
            JOIN results_revision began ON began.id = m.first_bad_id
            JOIN results_revision last_bad ON last_bad.id = m.last_bad_id
            LEFT JOIN results_revision mended ON mended.id = m.fixed_id
            WHERE m.subject_id = v.id AND began.place <= failed
                  AND (mended.id IS NULL OR failed < mended.place)
            ORDER BY e.state = {state_suspected}, began.place DESC, e.id LIMIT 1
        ) e ON true
    )
    SELECT kind, {change} AS change, a, b, x, y FROM told
    UNION ALL
    SELECT kind, {change}, a, b, x, y FROM masked, (SELECT false AS by_chance, false AS is_old) unasked
    WHERE ({is_told}) IS NOT TRUE
""")

_IS_TOLD: Final = SQL("(a = 12 AND b = 11 OR b = 12 AND a IS DISTINCT FROM 12)")

# Of one tree: what began after a, or has not failed again since b.
_BETWEEN: Final = SQL("""
    CASE WHEN b = 12 THEN a IS DISTINCT FROM 11 OR began.place > {place_a}
         ELSE last_bad.place < {place_b} END
""")

_CHANCE: Final = (
    Verdict.FLAKY,
    Verdict.FLAKY_SUSPECTED,
    Verdict.NEW_FLAKE,
    # Without an event that explains it, a failure of these was the only one of its kind.
    Verdict.PASSING,
    Verdict.FIXED,
    Verdict.REGRESSION,
    Verdict.INFRASTRUCTURE,
)


def changes_of_sides(a: NamedRevision, b: NamedRevision) -> Composable:
    """Return the query of what became of each row of ``sides``: kind, change, a, b, x, y.

    ``sides`` has kind (1 builds, 2 boots, 3 tests), the weights a and b (NULL: did not run), and what
    ran: x and y, a series, or of kind 1 a build. In the answer, a and b are 9 for a FAIL in an outage.
    ``change`` is 0 for what is the same.
    """
    places = {
        "tree_a": Literal(a.tree),
        "tree_b": Literal(b.tree),
        "place_a": Literal(a.place),
        "place_b": Literal(b.place),
    }
    return _CHANGES.format(
        change=_CHANGE,
        is_told=_IS_TOLD,
        ill_a=_ILL.format(tree=places["tree_a"], place=places["place_a"]),
        ill_b=_ILL.format(tree=places["tree_b"], place=places["place_b"]),
        masked_a=_MASKED.format(side=SQL("a"), subject=SQL("x"), ill=SQL("ill_a")),
        masked_b=_MASKED.format(side=SQL("b"), subject=SQL("y"), ill=SQL("ill_b")),
        is_one_tree=Literal(a.tree == b.tree),
        is_between=_BETWEEN.format(**places) if a.tree == b.tree else SQL("true"),
        kind_regression=Literal(Event.Kind.REGRESSION.value),
        gone=Literal([state.value for state in Event.TAKEN_BACK]),
        state_suspected=Literal(Event.State.SUSPECTED.value),
        persistent=Literal(Verdict.PERSISTENT.value),
        chance=Literal([verdict.value for verdict in _CHANCE]),
        **places,
    )
