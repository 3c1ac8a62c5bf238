"""Pages as text: tables that fit, absolute times, addresses at the end, nothing that steers a browser."""

from __future__ import annotations

import pytest

from dashboard.plaintext.pages import page_text
from dashboard.plaintext.tables import JOINT, Cell, plain, table, wrapped

AT = "https://treewatch.example/trees?q=a"


def text_of(inside, address=AT):
    return page_text(f"<!doctype html><body><header>no</header><main>{inside}</main></body>", address)


def head(*names):
    return [Cell(name, is_head=True) for name in names]


def test_a_table_is_as_wide_as_its_cells():
    rows = [
        head("Test", "Fails"),
        [Cell("ltp"), Cell("2", is_right=True)],
        [Cell("boot"), Cell("1,204", is_right=True)],
    ]
    assert table(rows, 100) == "Test  Fails\n----  -----\nltp       2\nboot  1,204"


def test_a_wide_table_is_narrowed_and_words_stay_whole():
    rows = [head("Name", "Said"), [Cell("a" * 10), Cell("many words " * 20)]]
    lines = table(rows, 40).splitlines()
    assert max(len(line) for line in lines) <= 40
    assert all(word in ("many", "words") for line in lines[2:] for word in line[10:].split())


def test_columns_that_say_nothing_are_left_out():
    rows = [
        head("Test", "Issue", ""),
        [Cell("ltp"), Cell(""), Cell("runs grid", is_way=True)],
        [Cell("boot"), Cell(""), Cell("runs", is_way=True)],
    ]
    assert table(rows, 100) == "Test\n----\nltp\nboot"


def test_heads_span_columns():
    rows = [
        [Cell("", is_head=True), Cell("Tests", span=2, is_head=True)],
        head("Tree", "fail", "pass"),
        [Cell("a"), Cell("-", span=2)],
        [Cell("b"), Cell("1"), Cell("2")],
    ]
    assert table(rows, 100).splitlines() == ["      Tests", "Tree  fail  pass", "----  ----  ----", "a     -",
                                             "b     1     2"]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("v7.4-rc3-220-g64f1071c1634", 14, ["v7.4-rc3-220-", "g64f1071c1634"]),
        (f"kselftest.{JOINT}net", 11, ["kselftest.", "net"]),
        ("since 2026-11-24 01:54", 16, ["since", "2026-11-24 01:54"]),
        ("x" * 25, 10, ["x" * 10, "x" * 10, "x" * 5]),
        ("one\ntwo", 10, ["one", "two"]),
    ],
)
def test_lines_are_broken_where_it_hurts_least(text, width, lines):
    assert wrapped(text, width) == lines
    assert "".join(lines).replace(" ", "") == plain(text).replace(" ", "").replace("\n", "")


def test_times_are_absolute():
    said = text_of('<p>last <time datetime="2026-11-24T02:00:00Z">10h</time> ago</p>')
    assert said == "last 2026-11-24 02:00\n"


def test_addresses_stand_at_the_end_once():
    said = text_of('<p><a href="/r/1">one</a>, <a href="/r/1">again</a> and <a href="?after=x">next</a></p>')
    assert said == (
        "one [1], again [1] and next [2]\n\n"
        "[1] https://treewatch.example/r/1\n"
        "[2] https://treewatch.example/trees?after=x\n"
    )


def test_what_only_browsers_use_is_silent():
    said = text_of(
        '<h1>Trees</h1><form><button>Filter</button></form><svg><title>x</title></svg><p class="sr">y</p>'
        '<p><i aria-hidden="true">F</i> FAIL</p><script>z</script><details class="facets">w</details>'
    )
    assert said == "Trees\n=====\n\nFAIL\n"


def test_pictures_and_logs():
    said = text_of('<svg role="img" aria-label="3 now, between 0 and 9"></svg><pre>  1 a\n    2 b\n</pre>')
    assert said == "3 now, between 0 and 9\n\n  1 a\n    2 b\n"


def test_facts_and_lists():
    said = text_of("<dl><div><dt>Tree</dt><dd>mainline</dd></div><div><dt>Lab</dt><dd>a<br>b</dd></div></dl>"
                   "<ul><li>one</li><li>two</li></ul>")  # fmt: skip
    assert said == "Tree  mainline\nLab   a\n      b\n\n- one\n- two\n"


def test_markup_in_data_is_text():
    assert text_of("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>") == "<script>alert(1)</script>\n"


def test_nothing_steers_a_terminal():
    said = text_of("<p>a\x1b[2Jb\x07 \x9b31m \u202ec</p><pre>x\x1b]0;y\x07\tz</pre>")
    assert not {"\x1b", "\x07", "\x9b", "\u202e"}.intersection(said)
    assert "\tz" in said
