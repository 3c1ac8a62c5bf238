"""manage.py import_git: what it takes over, and what it says when something is missing."""

from __future__ import annotations

import pytest

from results.models import Commit, Revision, Tag, TreeDue
from tests.factories import create_tree

pytestmark = pytest.mark.django_db


def subjects():
    return set(Commit.objects.values_list("subject", flat=True))


def test_commits_are_taken_over_with_their_people(clone, tested, import_git):
    clone.commit("a", author="Jürgen Groß <j@example.org>")
    clone.commit("b", "a", message=b"Merge\nof two lines\n\nBody.\n")
    tested("b")
    assert import_git()[0] == 0
    a, b = (Commit.objects.get(hash=bytes.fromhex(clone.hash[name])) for name in "ab")
    assert (a.author_name, a.author_email, a.subject) == ("Jürgen Groß", "j@example.org", "subject of a")
    assert (b.subject, b.parents.hex()) == ("Merge of two lines", clone.hash["a"])
    assert a.parents == b""
    assert Revision.objects.get().subject == "Merge of two lines"


def test_odd_bytes_are_no_trouble(clone, tested, import_git):
    clone.commit("a", message=b"caf\xe9 \x00\xff\n", author="<>")
    tested("a")
    assert import_git()[0] == 0
    assert Commit.objects.get().subject.startswith("caf")


def test_only_what_tested_revisions_and_their_branches_reach(clone, tested, import_git):
    clone.chain("a", "b", "c")
    clone.commit("tip", "c")
    clone.commit("other", "a")
    clone.branch("master", "tip")
    clone.branch("elsewhere", "other")
    tested("b")
    import_git()
    assert subjects() == {f"subject of {name}" for name in ("a", "b", "c", "tip")}


def test_a_branch_of_a_remote_counts_too(clone, tested, import_git):
    clone.chain("a", "b")
    clone.branch("master", "b", remote="origin")
    tested("a")
    import_git()
    assert "subject of b" in subjects()


def test_history_ends_some_time_before_the_oldest_tested_commit(clone, tested, import_git):
    clone.chain("a", "b", "c", "d", day=None)
    tested("c", "d", day=10)
    assert import_git("--days", "1")[0] == 0
    assert subjects() == {f"subject of {name}" for name in "bcd"}
    import_git("--days", "30")
    assert subjects() == {f"subject of {name}" for name in "abcd"}


def test_again_only_what_is_new(clone, tested, import_git):
    clone.chain("a", "b")
    tested("b")
    assert "2 commits and 0 tags are new" in import_git()[1]
    TreeDue.objects.all().delete()
    assert "0 commits and 0 tags are new" in import_git()[1]
    assert not TreeDue.objects.exists()
    clone.commit("c", "b")
    clone.tag("v1", "c")
    tested("c", day=5)
    assert "1 commits and 1 tags are new" in import_git()[1]


def test_summary_of_what_was_found(clone, tested, import_git):
    clone.chain("a", "b")
    tested("a", "b", "c0ffee" + "0" * 34)
    tested("d" * 40, tree=create_tree("next"))
    code, said = import_git()
    assert code == 0
    assert "mainline/master: 2 of 3 revisions found; not found: c0ffee000000\n" in said
    assert "Nothing found of next/master." in said


def test_trees_are_chosen(clone, tested, import_git):
    clone.chain("a", "b")
    tested("a")
    tested("b", tree=create_tree("next"))
    assert "next" not in import_git("--tree", "mainline")[1]
    assert subjects() == {"subject of a"}
    assert import_git("--tree", "nope") == (1, "There is no tree nope.")
    assert import_git("--branch", "nope") == (1, "There is no tree nope.")


def test_no_repository_there(tmp_path, tested, import_git):
    tested("a" * 40)
    code, said = import_git(path=tmp_path / "none")
    assert code == 1
    assert said.startswith("There is no git repository in ")


def test_nothing_found(clone, tested, import_git):
    clone.commit("a")
    tested("b" * 40)
    code, said = import_git()
    assert code == 1
    assert "None of the tested revisions is in " in said


def test_no_trees_yet(clone, import_git):
    assert import_git() == (1, "There are no trees yet.")


def test_a_shallow_clone_says_what_is_missing(clone, tested, import_git):
    clone.chain("b", "c")
    clone.hash["gone"] = "9" * 40
    clone.commit("a", "gone", "b")
    clone.cut("a")
    tested("c", "a")
    for _ in range(2):
        code, said = import_git()
        assert code == 3
        assert "The clone is shallow: 1 parents are missing" in said
    assert "subject of a" in subjects()


def test_tags_of_known_commits(clone, tested, import_git):
    clone.chain("a", "b", "c")
    clone.commit("aside", "a")
    clone.tag("v1", "b")
    clone.tag("light", "c", annotated=False)
    clone.tag("unused", "aside")
    tested("c")
    import_git()
    assert dict(Tag.objects.values_list("name", "is_annotated")) == {"v1": True, "light": False}
    clone.tag("v1", "c")
    assert "1 tags are new" in import_git()[1]
    assert Tag.objects.get(name="v1").commit.hex() == clone.hash["c"]


def test_commits_without_a_name_are_described(clone, tested, import_git):
    clone.chain("a", "b")
    clone.commit("s1", "a")
    clone.commit("s2", "s1")
    clone.commit("m", "b", "s2")
    clone.tag("v1", "a")
    clone.tag("v2", "b")
    clone.tag("v3-light", "m", annotated=False)
    tested("m")
    tested("b", git_commit_name="named-already")
    import_git()
    described = dict(Revision.objects.values_list("commit", "describe"))
    assert described[clone.hash["m"]] == f"v2-3-g{clone.hash['m'][:12]}"
    assert described[clone.hash["b"]] == "named-already"


@pytest.mark.parametrize("encoding", [b"no\0ne", b"idna", b"utf-7", b"unicode_escape", b"zlib"])
def test_no_encoding_stops_an_import(clone, tested, import_git, encoding):
    clone.commit("a", message=rb"+2AA- \ud800 xn--\xff." + b"a" * 70, encoding=encoding)
    tested("a")
    assert import_git()[0] == 0
    assert Commit.objects.get().subject
