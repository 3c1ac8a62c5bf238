"""What each dimension of a selection is in SQL: said once, for counts, for rows and for builds.

``results.sources`` names the expressions that dimensions are about, and the aliases; tr = results_tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Final

from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from results.keys import key_of
from results.selection import REVISION, Selection, Term
from results.sources import COLUMNS, Source
from results.status import WORST_FIRST, Status

Terms = tuple[Term, ...]

TABLES: Final = {
    "origin": Identifier("results_origin"),
    "lab": Identifier("results_lab"),
    "platform": Identifier("results_platform"),
    "suite": Identifier("results_suite"),
    "arch": Identifier("results_architecture"),
    "config": Identifier("results_config"),
    "compiler": Identifier("results_compiler"),
}
"""Dimensions that are the name of a row of a small table."""

OF_BUILD: Final = frozenset({*REVISION, "build", "arch", "config", "compiler"})
"""Dimensions of a result that are those of its build."""

UNCOUNTED: Final = frozenset({"path", "q", "issue"})
"""Dimensions of a result that the rollup does not know."""

TESTED: Final = frozenset({"lab", "platform", "compatible", "suite"})
"""Dimensions that select builds by what was tested with them."""


def where(selection: Selection, source: Source) -> Composable:
    """Return the condition that a row of a source is selected. KeyError for dimensions it lacks.

    The status of counts is a choice of columns instead (see ``statuses``).
    """
    terms = dict(selection.terms)
    conditions = _revision({name: terms.pop(name) for name in REVISION if name in terms}, source)
    if source == "counts":
        terms.pop("status", None)
    if source == "builds" and not TESTED.isdisjoint(terms):
        tested = Selection.of({name: terms.pop(name) for name in TESTED if name in terms})
        conditions.append(
            SQL("EXISTS (SELECT FROM results_resultcount rc WHERE rc.build_id = b.id AND {})").format(
                where(tested, "counts")
            )
        )
    conditions += [_CONDITIONS[name](name, values, source) for name, values in terms.items()]
    return all_of(conditions)


def of_tree(selection: Selection) -> Composable:
    """Return the condition that a tree (tr) is selected by its name, branch and URL.

    ``tree=mainline/master`` names a branch too: no tree has a slash in its name.
    """

    def one(name: str, term: Term) -> Composable:
        both = name == "tree" and "/" in (term.value or "")
        return _matches(_TREE_AND_BRANCH if both else _REVISION_COLUMNS[name], term)

    return all_of(
        _combine(values, lambda term, name=name: one(name, term))  # type: ignore[misc]
        for name, values in selection.only(("tree", "branch", "url")).terms
    )


def statuses(selection: Selection) -> tuple[Status, ...]:
    """Return the statuses that a selection lets through, worst first."""

    def said(status: Status, term: Term) -> bool:
        name = Status.NONE.label if term.value is None else term.value
        return str(status.label).startswith(name) if term.prefix else status.label == name

    terms = selection["status"]
    wanted = [term for term in terms if not term.negated]
    refused = [term for term in terms if term.negated]
    return tuple(
        status
        for status in WORST_FIRST
        if (not wanted or any(said(status, term) for term in wanted))
        and not any(said(status, term) for term in refused)
    )


def all_of(conditions: Iterable[Composable]) -> Composable:
    """Return the conjunction of conditions; true when there are none."""
    return SQL(" AND ").join(list(conditions) or [SQL("true")])


def escape_like(text: str) -> str:
    """Return a LIKE pattern that matches just this text."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _combine(terms: Terms, one: Callable[[Term], Composable]) -> Composed:
    """Return "one of the terms, none of the negated ones". What is absent passes a negation."""
    wanted = [one(term) for term in terms if not term.negated]
    refused = [one(term) for term in terms if term.negated]
    conditions = []
    if wanted:
        conditions.append(SQL("({})").format(SQL(" OR ").join(wanted)))
    if refused:
        conditions.append(SQL("({}) IS NOT TRUE").format(SQL(" OR ").join(refused)))
    return SQL(" AND ").join(conditions)


def _matches(column: SQL, term: Term) -> Composed:
    """Return the condition that a text column has the value of a term ("" when that is absent)."""
    if term.prefix:
        return SQL("{} LIKE {}").format(column, Literal(escape_like(term.value or "") + "%"))
    return SQL("{} = {}").format(column, Literal(term.value or ""))


_ALIASED: Final = frozenset({"origin", "lab", "platform"})


def _is_called(dimension: str, term: Term) -> Composed:
    """Return the condition that a row of a small table has this name, or that the name is an alias of it."""
    called = _matches(SQL("name"), term)
    if term.prefix or dimension not in _ALIASED:
        return called
    return SQL("{} OR name = ({})").format(called, alias_of(dimension, term.value or ""))


def alias_of(kind: str, name: str) -> Composed:
    """Return the query for what a name of a lab, a platform or an origin is an alias of."""
    return SQL("SELECT al.name FROM results_namealias al WHERE al.kind = {} AND al.alias = {}").format(
        Literal(kind), Literal(name)
    )


_REVISIONS: Final = SQL("SELECT r.id FROM results_revision r JOIN results_tree tr ON tr.id = r.tree_id")
_TREE_AND_BRANCH: Final = SQL("(tr.name || '/' || tr.branch)")
_REVISION_COLUMNS: Final = {
    "tree": SQL("tr.name"),
    "branch": SQL("tr.branch"),
    "url": SQL("tr.url"),
    "commit": SQL('r."commit"'),
    "patchset": SQL("r.patchset"),
}


def _revision(terms: dict[str, Terms], source: Source) -> list[Composable]:
    """Return the conditions on the revision; what can be said of it in one breath is.

    ``tree=none`` and ``commit=none`` are the results whose revision is not known; an absent branch,
    URL or patchset is one that is "".
    """
    column = COLUMNS[source]["revision"]

    def among(condition: Composable) -> Composed:
        return SQL("{} IN ({} WHERE {})").format(column, _REVISIONS, condition)

    def one(name: str, term: Term) -> Composed:
        if term.value is None and name in ("tree", "commit"):
            return SQL("{} IS NULL").format(column)
        return among(_matches(_REVISION_COLUMNS[name], term))

    plain = {name: values for name, values in terms.items() if _is_plain(name, values)}
    conditions: list[Composable] = [
        _combine(values, lambda term, name=name: one(name, term))  # type: ignore[misc]
        for name, values in terms.items()
        if name not in plain
    ]
    if plain:
        together = _together(plain)
        # A whole name is of one revision at most. Saying so tells the planner how few builds there are.
        is_one = len(plain) == len(REVISION) and not any(
            len(values) > 1 or values[0].prefix for values in plain.values()
        )
        conditions.append(
            SQL("{} = ({} WHERE {})").format(column, _REVISIONS, together) if is_one else among(together)
        )
        if source == "rows" and "tree" in plain:
            conditions.append(
                _series_of({name: plain[name] for name in ("tree", "branch", "url") if name in plain})
            )
    return conditions


def _is_plain(name: str, values: Terms) -> bool:
    return not any(term.negated or (term.value is None and name in ("tree", "commit")) for term in values)


def _together(terms: dict[str, Terms]) -> Composable:
    return all_of(
        SQL("({})").format(SQL(" OR ").join(_matches(_REVISION_COLUMNS[name], term) for term in values))
        for name, values in terms.items()
    )


def _series_of(terms: dict[str, Terms]) -> Composed:
    """Return what follows for series from being of a tree: a shorter way from a path to its runs."""
    return SQL("s.tree_id = ANY(ARRAY(SELECT tr.id FROM results_tree tr WHERE {}))").format(_together(terms))


def _named(name: str, terms: Terms, source: Source) -> Composable:
    column = COLUMNS[source][name]

    def one(term: Term) -> Composable:
        among = SQL("{} = ANY(ARRAY(SELECT id FROM {} WHERE {}))").format(
            column, TABLES[name], _is_called(name, term)
        )
        return SQL("({} IS NULL OR {})").format(column, among) if term.value is None else among

    return _combine(terms, one)


def _compatible(_name: str, terms: Terms, source: Source) -> Composable:
    column = COLUMNS[source]["platform"]

    def one(term: Term) -> Composable:
        among = SQL("{} = ANY(ARRAY(SELECT id FROM results_platform WHERE {}))")
        if term.value is None:
            none = among.format(column, SQL("cardinality(compatibles) = 0"))
            return SQL("({} IS NULL OR {})").format(column, none)
        said = SQL("EXISTS (SELECT FROM unnest(compatibles) c WHERE {})").format(_matches(SQL("c"), term))
        return among.format(column, said)

    return _combine(terms, one)


def _build(_name: str, terms: Terms, source: Source) -> Composable:
    column = COLUMNS[source]["build"]
    return _combine(terms, lambda term: SQL("{} = {}").format(column, Literal(key_of(term.value or ""))))


def _kind(_name: str, terms: Terms, source: Source) -> Composable:
    column = COLUMNS[source]["kind"]
    return _combine(terms, lambda term: SQL("{} = {}").format(column, Literal(term.value == "boot")))


def _day(name: str, terms: Terms, source: Source) -> Composable:
    form = COLUMNS[source][name]
    return _combine(terms, lambda term: form.format(Literal(date.fromisoformat(term.value or ""))))


def _status(_name: str, terms: Terms, source: Source) -> Composable:
    selected = [int(status) for status in statuses(Selection((("status", terms),)))]
    return SQL("{} = ANY({}::int[])").format(COLUMNS[source]["status"], Literal(selected))


def _path(_name: str, terms: Terms, source: Source) -> Composable:
    if source not in ("rows", "subjects"):
        raise KeyError("path")
    return _combine(
        terms,
        lambda term: SQL("s.path_id IN (SELECT id FROM results_testpath WHERE {})").format(
            _matches(SQL("name"), term)
        ),
    )


def _q(name: str, terms: Terms, source: Source) -> Composable:
    form = COLUMNS[source][name]
    return _combine(terms, lambda term: form.format(Literal(f"%{escape_like(term.value or '')}%")))


def _issue(_name: str, terms: Terms, source: Source) -> Composable:
    columns = COLUMNS[source]

    def one(term: Term) -> Composable:
        if term.value is None:
            return SQL("NOT EXISTS ({})").format(columns["incidents"])
        return columns["incident"].format(SQL("issue_key = {}").format(Literal(key_of(term.value))))

    return _combine(terms, one)


_CONDITIONS: Final[dict[str, Callable[[str, Terms, Source], Composable]]] = {
    **dict.fromkeys(TABLES, _named),
    "compatible": _compatible,
    "build": _build,
    "kind": _kind,
    "since": _day,
    "until": _day,
    "status": _status,
    "path": _path,
    "q": _q,
    "issue": _issue,
}
