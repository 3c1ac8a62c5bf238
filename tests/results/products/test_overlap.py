"""Parts of products have nothing in common, or are refused; counts of them may be put together."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from results.products.overlap import merged, overlap
from results.selection import Selection, Term

VALUES = ("", "a", "ab", "b", "ba")
TERMS = st.builds(Term, st.sampled_from((None, *VALUES)), st.booleans(), st.booleans()).filter(
    lambda term: not (term.value is None and term.prefix)
)
SELECTIONS = st.dictionaries(
    st.sampled_from(["tree", "platform", "suite"]), st.lists(TERMS, min_size=1, max_size=3)
).map(Selection.of)


def selects(selection, result):
    """Return whether a result (dimension -> value) is selected, an absent value being like ""."""

    def one(term, value):
        return value.startswith(term.value or "") if term.prefix else value == (term.value or "")

    def passes(terms, value):
        wanted = [term for term in terms if not term.negated]
        refused = [term for term in terms if term.negated]
        return (not wanted or any(one(term, value) for term in wanted)) and not any(
            one(term, value) for term in refused
        )

    return all(passes(terms, result[name]) for name, terms in selection.terms)


RESULTS = [
    dict(zip(("tree", "platform", "suite"), values, strict=True)) for values in product(VALUES, repeat=3)
]


@given(SELECTIONS, SELECTIONS)
def test_what_does_not_overlap_has_nothing_in_common(one, other):
    shared = [result for result in RESULTS if selects(one, result) and selects(other, result)]
    assert overlap(one, other) == overlap(other, one)
    assert overlap(one, other) or not shared


def test_what_is_told_apart():
    def of(**texts):
        return Selection.parse({name: value.split() for name, value in texts.items()})

    apart = [
        (of(tree="a"), of(tree="b")),
        (of(tree="a", suite="boot"), of(tree="a", suite="!boot")),
        (of(tree="a", suite="ltp*"), of(tree="a", suite="kselftest*")),
        (of(tree="a", branch="none"), of(tree="a", branch="main")),
        (of(tree="a* !ab"), of(tree="ab")),
    ]
    together = [
        (of(tree="a"), of(tree="a")),
        (of(tree="a", suite="boot"), of(tree="a", platform="b")),
        (of(tree="a", suite="ltp*"), of(tree="a", suite="ltp.x")),
        (of(tree="a", compatible="x"), of(tree="a", compatible="y")),  # a device has several
    ]
    assert not any(overlap(*pair) for pair in apart)
    assert all(overlap(*pair) for pair in together)


@given(st.lists(SELECTIONS, max_size=4))
def test_counts_stay_what_they_are_when_put_together(selections):
    disjoint = []
    for selection in selections:
        if not any(overlap(selection, other) for other in disjoint):
            disjoint.append(selection)
    counted = [(one, sum(selects(one, result) for result in RESULTS)) for one in disjoint]
    found = merged(counted)
    assert len(found) <= len(counted)
    assert all(count == sum(selects(one, result) for result in RESULTS) for one, count in found)


def test_two_that_differ_in_one_dimension_are_one():
    base = Selection().where(tree="a", platform="b")
    assert merged([(base.where(suite="boot"), 1), (base.where(suite="ltp"), 2)]) == (
        (Selection.parse({"tree": ["a"], "platform": ["b"], "suite": ["boot", "ltp"]}), 3),
    )
    assert len(merged([(base, 1), (base.where(tree="c", platform="d"), 2)])) == 2
