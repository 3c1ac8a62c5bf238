"""The text of products: what is written comes back, and what is wrong is told by its line."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from dashboard.views.product_edit import EXAMPLE
from ingest.demo.products import PRODUCTS
from results.products import definition
from results.products.definition import LONGEST_TEXT, MOST_PARTS, PICKED, BadDefinition, Definition, parse
from results.products.gates import FORMS, AtMost, Coverage, Measured, PassRate
from results.selection import Selection, Term

LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))
TEXTS = st.text(LETTERS, max_size=60).map(lambda text: " ".join(text.split()))
VALUES = st.text(LETTERS, min_size=1, max_size=20) | st.sampled_from(
    ["none", "!x", "x*", "a b", 'say "x"', "#1", "\\", "*", '"', "rockchip,rk3399", "kselftest.net.*"]
)
TERMS = VALUES.map(Term.parse).filter(str)
PERCENTS = st.decimals(0, 100, places=2)
KINDS = st.sampled_from(["boot", "tests"])
GATES = (
    st.builds(PassRate, KINDS, PERCENTS)
    | st.builds(AtMost, KINDS, st.sampled_from(["fail", "newfail", "newflaky"]), st.integers(0, 9_999_999))
    | st.builds(Coverage, PERCENTS)
    | st.builds(
        Measured,
        st.none() | TERMS.filter(lambda term: not term.negated and term.value is not None),
        st.integers(1, 99),
        st.decimals(-9999, 9999, places=3),
    )
)


@st.composite
def parts(draw, number):
    """A set of results that is told apart from others by its tree."""
    terms = draw(
        st.dictionaries(st.sampled_from(PICKED), st.lists(TERMS, min_size=1, max_size=3), max_size=4)
    )
    return Selection.of({**terms, "tree": [Term(f"tree-{number}")]})


@st.composite
def definitions(draw):
    """Any definition."""
    gates = draw(st.lists(GATES, max_size=5, unique=True))
    some = tuple(draw(parts(number)) for number in range(draw(st.integers(1, 3))))
    return Definition(draw(TEXTS.filter(bool)), draw(TEXTS), some, tuple(gates))


@given(definitions())
def test_what_is_written_is_read_again(definition):
    text = str(definition)
    assert parse(text) == definition
    assert str(parse(text)) == text


@given(st.text(max_size=200) | st.lists(st.sampled_from(
    ["name x", "about y", "select", "tree a", "branch !b c*", 'platform "a b"', "gate boot >= 99 %", "gate x",
     "suite", "# z", "", '"', "status fail", "gate boot p50 +5%", "tree none"]), max_size=12).map("\n".join)
)  # fmt: skip
def test_any_text_is_a_definition_or_says_why_not(text):
    try:
        definition = parse(text)
    except BadDefinition as error:
        lines = text.count("\n") + 1
        assert error.problems
        assert all(0 <= problem.line <= lines and problem.reason for problem in error.problems)
    else:
        assert parse(str(definition)) == definition


def test_a_definition_as_people_write_it():
    definition = parse(
        "# ours\r\nname  Acme   Tab 3\r\nabout it's #1\r\n\r\nselect\r\n\ttree stable-rc\tmainline # both\r\n"
        'branch linux-6.12.y\r\nbranch none\r\n platform "a b" rpi*\r\ngate boot >= 99.50%\r\n'
        "gate tests newfail <= 0\r\ngate boot time p90 -2.0 %\r\ngate rt.* p50 +5 %"
    )
    assert (definition.name, definition.about) == ("Acme Tab 3", "it's #1")
    assert definition.parts == (
        Selection.parse(
            {
                "tree": ["stable-rc", "mainline"],
                "branch": ["linux-6.12.y", "none"],
                "platform": ["a b", "rpi*"],
            }
        ),
    )
    assert definition.gates == (
        PassRate("boot", Decimal("99.5")),
        AtMost("tests", "newfail", 0),
        Measured(None, 90, Decimal("-2")),
        Measured(Term("rt.", prefix=True), 50, Decimal("5")),
    )


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 0, "says its name"),
        ("name x", 0, "needs a set"),
        ("name x\nname y", 2, "already"),
        ("name", 1, "says nothing"),
        (f"name {'x' * 101}", 1, "at most 100"),
        ("colour red", 1, "not understood"),
        ("name x\ntree a", 2, "below a line select"),
        ("select\nstatus fail", 2, "cannot be selected by"),
        ("select\nkind boot", 2, "cannot be selected by"),
        ("select\nbranch m", 1, "needs a tree"),
        ("select\ntree !a", 1, "needs a tree"),
        ("select\ntree none", 1, "needs a tree"),
        ("select\ntree mainline/master", 2, "no tree has a slash"),
        ("select now\ntree a", 1, "stands alone"),
        ("select\ntree", 2, "needs a value"),
        ('select\ntree "a', 2, "double quotes"),
        ('select\ntree ""', 2, "value"),
        ("select\ntree \\", 2, "empty"),
        (f"select\ntree {'x' * 513}", 2, "at most 512"),
        ("select\ntree a\x01", 2, "cannot be printed"),
        ("gate", 1, "no gate"),
        ("gate boot > 99 %", 1, "no gate"),
        ("gate boot >= 101 %", 1, "no gate"),
        ("gate builds >= 99 %", 1, "no gate"),
        ("gate tests newfail = 1", 1, "no gate"),
        ("gate x p0 +5 %", 1, "no gate"),
        ("gate x p50 5 %", 1, "no gate"),
        ("gate !x p50 +5 %", 1, "no gate"),
        ("gate coverage >= 9 %\ngate coverage >= 9.0 %", 2, "already"),
        ("select\ntree a\nselect\ntree a b", 3, "count twice"),
        ("select\ntree a\nsuite boot\nselect\ntree a\nsuite boo*", 4, "count twice"),
        ("x" * (LONGEST_TEXT + 1), 0, "at most"),
        ("select\ntree a\n" * 21, 41, "at most 20"),
        ("select\ntree a\n" + "".join(f"platform b{n}\n" for n in range(101)), 1, "more than 100"),
        ("\n".join(f"gate tests fail <= {number}" for number in range(1, 32)), 31, "at most 30"),
    ],
)
def test_what_is_wrong_is_told_by_its_line(text, line, said):
    with pytest.raises(BadDefinition) as caught:
        parse(text)
    assert any(problem.line == line and said in problem.reason for problem in caught.value.problems), str(
        caught.value
    )


def test_problems_say_what_would_be_understood():
    with pytest.raises(BadDefinition) as caught:
        parse("name x\nselect\ntree a\nkolour red\ngate boots")
    first, second = caught.value.problems
    assert set(PICKED) <= set(first.known)
    assert "gate boot >= 99 %" in second.known
    assert str(first).startswith("line 4: kolour is not understood (tree, ")


def test_examples_are_what_they_seem():
    docs = (settings.BASE_DIR / "docs" / "products.md").read_text()
    (example,) = re.findall(r"^```\n(name .*?)^```", docs, re.MULTILINE | re.DOTALL)
    for text in (example, EXAMPLE, *PRODUCTS.values()):
        assert parse(text).gates
    assert all(parse(f"name x\nselect\ntree a\n{form.replace('<path of a test>', 'a.b')}") for form in FORMS)


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(f"select\ntree {number}" for number in range(1900)),
        "\n".join("select\ntree " + " ".join(f"a{n}*" for n in range(2000)) for _ in range(2)),
    ],
)
def test_too_much_is_refused_without_comparing_it(text, monkeypatch):
    compared = []
    monkeypatch.setattr(definition, "overlap", lambda *pair: compared.append(pair))
    with pytest.raises(BadDefinition, match=r"at most 20 sets|more than 100 values"):
        parse(f"name n\n{text}")
    assert len(compared) < MOST_PARTS**2
    assert all(sum(len(terms) for _, terms in one.terms) <= 100 for one, _ in compared)
