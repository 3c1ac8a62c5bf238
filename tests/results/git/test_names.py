"""What people call a commit is understood through git, and what was not tested has tested neighbours."""

from __future__ import annotations

import pytest

from results.errors import NotFound
from results.queries.commits import commit_of, commits_between, find_commits, nearest_tested
from results.queries.revision_names import TreeName, named_revisions
from results.queries.revisions import find_revisions
from tests.factories import create_tree

pytestmark = pytest.mark.django_db
MAINLINE = TreeName("mainline", "master")


@pytest.fixture
def known(clone, tested, import_git):
    """a - b - c - d - e in mainline, b and d tested; next has n on top of c."""
    clone.chain("a", "b", "c", "d", "e")
    clone.commit("n", "c")
    clone.branch("master", "e")
    clone.tag("v1", "a")
    clone.tag("v2", "c")
    clone.tag("v3", "d")
    tested("b", day=1)
    tested("d", day=3)
    tested("n", day=4, tree=create_tree("next"))
    import_git()
    return clone


def commits_named(text, within=MAINLINE):
    return [found.revision.commit for found in named_revisions(text, within)]


def test_tags_and_describes_name_tested_revisions(known):
    assert commits_named("v3") == [known.hash["d"]]
    assert commits_named(f"v1-1-g{known.hash['b'][:7]}") == [known.hash["b"]]
    assert commits_named(f"next/master@next-20261124-7-g{known.hash['n'][:9]}") == [known.hash["n"]]
    assert [row.revision.commit for row in find_revisions("v3")] == [known.hash["d"]]


def test_what_was_not_tested_has_neighbours(known):
    with pytest.raises(NotFound) as failed:
        named_revisions("v2", MAINLINE)
    hash_ = known.hash["c"]
    assert str(failed.value) == (
        f"v2 ({hash_[:12]}) was not tested; the nearest tested ones in mainline/master are "
        f"v1-1-g{known.hash['b'][:12]} before and v3 after it"
    )
    with pytest.raises(NotFound, match=f"^{hash_[:10]} was not tested; the nearest"):
        named_revisions(hash_[:10], TreeName())
    with pytest.raises(NotFound, match=r"^no revision 9999999 is known$"):
        named_revisions("9999999", TreeName())


def test_neighbours_of_every_tree(known):
    near = {each.tree.name: each for each in nearest_tested(known.hash["c"])}
    assert near["mainline"].before.commit == known.hash["b"]
    assert near["mainline"].after.commit == known.hash["d"]
    assert (near["next"].before, near["next"].after.commit) == (None, known.hash["n"])
    newest = {each.tree.name: each for each in nearest_tested(known.hash["e"])}
    assert (newest["mainline"].before.commit, newest["mainline"].after) == (known.hash["d"], None)
    assert nearest_tested("9" * 40) == ()


def test_commits_are_found(known):
    (found,) = find_commits("v2")
    assert (found.hash, found.subject, found.author_name) == (known.hash["c"], "subject of c", "A Person")
    assert find_commits(known.hash["c"][:8]) == find_commits(f"x-1-g{known.hash['c'][:8]}") == (found,)
    assert commit_of(known.hash["c"]) == found
    assert commit_of("9" * 40) is commit_of("odd") is None
    assert find_commits("nothing") == ()


def test_commits_between(known):
    found = commits_between(known.hash["b"], known.hash["d"])
    assert (found.count.commits, [row.subject[-1] for row in found.rows]) == (2, ["d", "c"])
    assert len(commits_between(known.hash["a"], known.hash["e"], shown=3).rows) == 3
    assert commits_between("9" * 40, known.hash["d"]) is None
    assert commits_between("odd", known.hash["d"]) is None
