"""How many commits lie between two, and which: the same as git says."""

from __future__ import annotations

import random

import pytest

from results.models import Commit, CommitRange
from results.queries.commit_graph import Span, nearest_tag, nodes, span
from tests.results.git.clones import reachable

pytestmark = pytest.mark.django_db


@pytest.fixture
def between(clone):
    def asked(old, new, **options):
        return span(*(bytes.fromhex(clone.hash[name]) for name in (old, new)), **options)

    return asked


def names_of(clone, found):
    names = {hash_: name for name, hash_ in clone.hash.items()}
    return [names[each.hex()] for each in found.newest]


@pytest.fixture
def merged(clone, tested, import_git):
    """a - b ------ m - c, where s1 and s2 were merged into m, and an octopus o on top."""
    clone.chain("a", "b")
    clone.chain("s1", "s2", after="a")
    clone.commit("m", "b", "s2")
    clone.commit("c", "m")
    clone.commit("t1", "a")
    clone.commit("t2", "b")
    clone.commit("o", "c", "t1", "t2")
    tested("o")
    import_git()
    return clone


def test_merges_are_counted_with_what_they_bring(merged, between):
    assert between("b", "c").commits == 4
    assert names_of(merged, between("b", "c", shown=10)) == ["c", "m", "s2", "s1"]
    assert names_of(merged, between("b", "c", shown=2)) == ["c", "m"]
    assert between("c", "o").commits == 3
    assert between("b", "b") == Span(0, (), True)
    assert between("c", "b").commits == 0
    assert between("s2", "b").commits == 1


def test_unknown_commits_have_no_range(merged):
    assert span(b"\1" * 20, bytes.fromhex(merged.hash["c"])) is None


@pytest.mark.parametrize("seed", range(3))
def test_any_graph(seed, clone, tested, import_git, between):
    rng = random.Random(seed)
    names = []
    for number in range(120):
        parents = rng.sample(names[-12:], min(len(names), rng.choice((1, 1, 1, 2, 2, 3, 5))))
        clone.commit(f"n{number}", *parents, day=number / 10 + rng.random() * 4)
        names.append(f"n{number}")
    tested(*names)
    import_git()
    for _ in range(60):
        old, new = rng.sample(names, 2)
        expected = reachable(clone, clone.hash[new]) - reachable(clone, clone.hash[old])
        found = between(old, new, shown=1000)
        assert {each.hex() for each in found.newest} == expected
        assert (found.commits, found.is_exact) == (len(expected), True)


def test_where_history_ends_the_count_is_a_least_one(clone, tested, import_git, between):
    clone.commit("a", day=-500)
    clone.commit("older", "a", day=-490)
    clone.chain("b", "c", after="a", day=0)
    clone.commit("late", "older", day=1)
    clone.commit("m", "c", "late", day=2)
    tested("b", "m")
    import_git("--days", "30")
    assert between("b", "m") == Span(3, (), False)
    import_git("--days", "1000")
    assert between("b", "m") == Span(4, (), True)


def test_reading_has_an_end(merged, between):
    assert between("a", "o", limit=3) == Span(3, (), False)


def test_the_nearest_tag(merged):
    def nearest(**tags):
        by_hash = {bytes.fromhex(merged.hash[commit]): tag for tag, commit in tags.items()}
        start = bytes.fromhex(merged.hash["o"])
        return by_hash.get(nearest_tag(nodes([start])[start], by_hash))

    assert nearest(v1="a", v2="b", v3="c") == "v3"
    assert nearest(v1="a", v2="t1") == "v2"
    assert nearest() is None
    assert nearest(v1="o", v2="c") == "v1"


def test_a_deeper_import_counts_again(clone, tested, import_git):
    CommitRange.objects.create(old="1" * 40, new="2" * 40, commits=3, is_exact=False)
    CommitRange.objects.create(old="1" * 40, new="3" * 40, commits=3, is_exact=True)
    clone.commit("a")
    tested("a")
    import_git()
    assert list(CommitRange.objects.values_list("new", flat=True)) == ["3" * 40]


def test_generations_are_larger_than_those_of_parents(merged):
    generation = {bytes(each.hash): each.generation for each in Commit.objects.all()}
    for each in Commit.objects.all():
        parents = bytes(each.parents)
        assert all(generation[parents[at : at + 20]] < each.generation for at in range(0, len(parents), 20))
