"""What products say of results: the counts are the rows, and gates tell what was planted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from results.errors import NotFound, TooMany
from results.judging import judge_tree
from results.models import Event, NameAlias, Product, ProductChange, Test
from results.products.definition import BadDefinition, parse
from results.products.report import product_report
from results.products.state import Verdict, product_states
from results.products.store import (
    BadSlug,
    NotAllowed,
    change_product,
    create_product,
    delete_product,
    may_change,
    slug_of,
)
from results.queries.changes import Change
from results.queries.comparison import compare
from results.queries.products import product_changes, product_page, product_row
from results.queries.revision_names import TreeName, named_revisions
from results.selection import Selection, Term
from results.status import Status
from tests.factories import (
    NOW,
    count,
    create_build,
    create_checkout,
    create_revision,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db

TEXT = """
name x
select
  tree mainline
  platform kevin rpi-4
  suite boot
select
  tree mainline
  platform kevin
  suite !boot
"""
LETTERS = {"P": Status.PASS, "F": Status.FAIL, "E": Status.ERROR}
FINE = {"boot": "P" * 30, "ltp.fine": "P" * 30}


def define(*gates, text=TEXT):
    """Return the definition of a product with these gates."""
    return parse(text + "".join(f"gate {gate}\n" for gate in gates))


def commit(number):
    return f"{number:04x}".ljust(40, "0")


def run(history, *, boards=("kevin", "rpi-4", "imx8", "am62"), values=None, branch="master"):
    """Make a revision per letter with a run of each test on each board (- for none), and judge the tree."""
    tree = create_tree(branch=branch)
    for number in range(30):
        at = NOW - timedelta(hours=12 * (29 - number))
        revision = create_revision(
            f"{number:04x}".ljust(40, "0"), tree=tree, started=at, describe=f"v{number}"
        )
        build = create_build(checkout=create_checkout(revision=revision, start_time=at), start_time=at)
        for path, letters in history.items():
            for board in boards if letters[number] != "-" else ():
                create_test(
                    build=build,
                    path=path,
                    platform=board,
                    status=LETTERS[letters[number]],
                    start_time=at,
                    value=values[number] if values and path == "boot" else None,
                    unit="s" if values and path == "boot" else None,
                )
    count()
    judge_tree(tree.id)
    return tree


def at(number):
    """Return the revision of a number."""
    return named_revisions(commit(number), TreeName("mainline"))[0]


def verdicts(definition, number=None):
    """Return what the gates say, of the newest revision or of one."""
    (state,) = product_states([(definition, None if number is None else at(number))])
    (branch,) = state.branches
    assert state.verdict == branch.verdict
    return [(result.verdict.value, result.value) for result in branch.gates]


def test_the_newest_revision_on_which_anything_ran_is_looked_at():
    run({"boot": "P" * 29 + "-", "ltp.fine": "P" * 28 + "--"})
    (state,) = product_states([(define("coverage >= 100 %"), None)])
    (branch,) = state.branches
    assert branch.head.revision.commit == commit(28)
    assert branch.newer.revision.commit == commit(29)
    assert [(pair.platform, pair.suite) for pair in branch.silent] == [("kevin", "ltp")]
    assert branch.silent[0].day == (NOW - timedelta(hours=24)).date()
    (pinned,) = product_states([(define("coverage >= 100 %"), at(29))])
    assert pinned.branches[0].head.revision.commit == commit(29)
    assert [result.value for result in pinned.branches[0].gates] == [0]


def test_gates_on_what_passes():
    run(FINE)
    gates = ("boot >= 100 %", "tests >= 99 %", "tests fail = 0", "boot newfail = 0", "tests newflaky = 0",
             "coverage >= 100 %")  # fmt: skip
    assert verdicts(define(*gates)) == [
        ("pass", 100), ("pass", 100), ("pass", 0), ("pass", 0), ("pass", 0), ("pass", 100),
    ]  # fmt: skip


def test_gates_on_a_planted_regression():
    run(FINE | {"ltp.broke": "P" * 20 + "F" * 10, "ltp.mended": "P" * 8 + "F" * 8 + "P" * 14})
    definition = define("tests newfail = 0", "tests newfail <= 1", "boot newfail = 0", "tests fail = 0")
    assert Event.objects.filter(kind=Event.Kind.REGRESSION).count() == 2
    assert verdicts(definition) == [("fail", 1), ("pass", 1), ("pass", 0), ("fail", 1)]
    assert verdicts(definition, 19) == [("pass", 0), ("pass", 0), ("pass", 0), ("pass", 0)]
    assert verdicts(definition, 12)[0] == ("fail", 1)
    Event.objects.filter(title="ltp.broke").update(triage=Event.Triage.INVALID)
    assert verdicts(definition)[0] == ("pass", 0)


def test_only_what_is_selected_counts():
    run(FINE | {"ltp.broke": "P" * 20 + "F" * 10})
    only_boots = define("tests newfail = 0", "boot newfail = 0",
                        text="name x\nselect\ntree mainline\nsuite boot\n")  # fmt: skip
    assert verdicts(only_boots) == [("none", None), ("pass", 0)]
    elsewhere = define("tests newfail = 0", text="name x\nselect\ntree mainline\nplatform nobody\n")
    (state,) = product_states([(elsewhere, None)])
    assert (state.verdict, state.branches[0].head) == (Verdict.UNKNOWN, None)
    assert state.branches[0].pairs == ()


def test_what_broke_or_was_missing_is_neither_failure_nor_pass():
    run({"boot": "P" * 29 + "E", "ltp.fine": "P" * 29 + "E"})
    definition = define("boot >= 99 %", "boot fail = 0", "tests newfail = 0", "coverage >= 1 %")
    assert verdicts(definition) == [("unknown", None), ("unknown", None), ("unknown", None), ("fail", 0)]


def test_a_share_is_compared_exactly():
    run({"boot": "P" * 30} | {f"boot.{n}": "P" * 29 + ("F" if n == 0 else "P") for n in range(2)})
    assert verdicts(define("boot >= 66.666 %", "boot >= 66.667 %")) == [
        ("pass", pytest.approx(200 / 3)),
        ("fail", pytest.approx(200 / 3)),
    ]


def test_gates_on_measurements():
    run({"boot": "P" * 30}, values=[10.0] * 29 + [10.6])
    gates = ("boot p50 +5 %", "boot p50 +6 %", "boot p50 -5 %", "nothing p50 +5 %")
    assert verdicts(define(*gates)) == [
        ("fail", pytest.approx(6)), ("pass", pytest.approx(6)), ("pass", pytest.approx(6)), ("unknown", None),
    ]  # fmt: skip
    Test.objects.filter(series__path__name="boot").update(duration=3.0)
    assert verdicts(define("boot time p90 +0 %")) == [("pass", 0)]


def test_named_pairs_are_expected_even_if_they_never_ran():
    run(FINE, boards=("kevin",))
    (state,) = product_states([(define("coverage >= 60 %"), None)])
    assert state.platforms == ("kevin", "rpi-4")
    assert [(pair.platform, pair.suite, pair.day) for pair in state.branches[0].silent] == [
        ("rpi-4", "boot", None)
    ]


def test_a_name_that_is_an_alias_means_what_it_stands_for():
    run(FINE)
    NameAlias.objects.create(kind="platform", alias="my-board", name="kevin")
    text = "name x\nselect\ntree mainline\nplatform my-board\nsuite boot\n"
    (state,) = product_states([(parse(text), None)])
    assert state.platforms == ("kevin",)
    assert state.branches[0].counts("boot")[Status.PASS] == 1
    twice = text + "select\ntree mainline\nplatform kevin\nsuite boot\ngate boot >= 1 %\n"
    (state,) = product_states([(parse(twice), None)])
    assert state.is_ambiguous and state.verdict == Verdict.UNKNOWN


def test_statements_do_not_grow():
    run(FINE, branch="master")
    run(FINE, branch="next")
    one = define("tests newfail = 0", "boot p50 +5 %")
    for products in ([one], [one] * 7):
        with CaptureQueriesContext(connection) as asked:
            product_states([(product, None) for product in products])
        assert len(asked) <= 5


def test_a_report_counts_what_comparisons_of_its_parts_list():
    run(FINE | {"ltp.broke": "P" * 20 + "F" * 10, "ltp.mended": "P" * 8 + "F" * 8 + "P" * 14,
                "ltp.gone": "P" * 25 + "-----"})  # fmt: skip
    definition = define("tests newfail = 0")
    a, b = at(10), at(29)
    report = product_report(definition, a, b)
    found = {}
    for part, selection in enumerate(report.parts):
        compared = compare(a, b, selection=selection.without("tree", "branch", "url"))
        found |= {(part, *key): n for key, n in compared.counts.items() if key[0] != "build"}
    assert report.changes.counts == found
    said = {test.path: test.change for test in report.changes.tests}
    assert said == {"ltp.broke": Change.REGRESSION, "ltp.mended": Change.FIXED}
    assert report.changes.of(Change.REGRESSION)[0].platforms == ("kevin",)
    assert report.changes.of(Change.REGRESSION)[0].event == Event.objects.get(title="ltp.broke").id
    assert (report.before.gates[0].value, report.after.gates[0].value) == (1, 1)
    assert not report.lost and not report.gained


def test_a_report_tells_what_went_silent():
    run({"boot": "P" * 30, "ltp.fine": "P" * 20 + "E" * 10})
    report = product_report(define(), at(15), at(29))
    assert [(pair.platform, pair.suite) for pair in report.lost] == [("kevin", "ltp")]
    assert report.changes.total(Change.REGRESSION, Change.NEW_FAILURE, Change.FIXED) == 0


def test_definitions_are_never_lost():
    ann, bob = (User.objects.create_user(name) for name in ("ann", "bob"))
    product = create_product("acme", TEXT, who=ann, why="first")
    with pytest.raises(NotAllowed):
        change_product("acme", TEXT + "# more", who=bob)
    change_product("acme", TEXT.replace("name x", "name y"), who=ann, why="a better  name")
    change_product("acme", TEXT.replace("name x", "name y"), who=ann)  # nothing new
    assert product_row("acme").name == "y"
    with pytest.raises(BadDefinition):
        change_product("acme", "name", who=ann)
    with pytest.raises(NotAllowed):
        delete_product("acme", who=bob)
    delete_product("acme", who=ann)
    with pytest.raises(NotFound):
        product_row("acme")
    assert product_page().rows == ()
    with pytest.raises(BadSlug):
        create_product("acme", TEXT, who=bob)
    create_product("acme", TEXT, who=ann)
    history = product_changes(product.pk)
    assert [(row.what.label, row.who, row.why) for row in history] == [
        ("restored", "ann", ""), ("deleted", "ann", ""), ("changed", "ann", "a better name"),
        ("created", "ann", "first"),
    ]  # fmt: skip
    assert history[2].before == TEXT and history[2].text != TEXT
    ann.delete()
    assert ProductChange.objects.count() == 4
    assert Product.objects.get().owner is None


def test_who_may_change_a_product():
    owner, other, staff = (User(pk=pk, username=str(pk), is_staff=pk == 3) for pk in (1, 2, 3))
    product = Product(owner_id=1)
    assert [may_change(product, who) for who in (owner, other, staff, None)] == [True, False, True, False]
    assert not may_change(product, User(pk=1, is_active=False))


@pytest.mark.parametrize("slug", ["", "new", "A", "a b", "-a", "a-", "ä", "a" * 65, "a_b", "a.b"])
def test_short_names_fit_into_addresses(slug):
    with pytest.raises(BadSlug):
        create_product(slug, TEXT, who=None)


def test_short_names_are_made_of_names():
    assert slug_of("Acme Tab 3 (LTE)") == "acme-tab-3-lte"
    assert slug_of("ÄÖ") == ""
    assert len(slug_of("x " * 100)) <= 64
    assert Selection.of({"tree": [Term("x")]})


def test_nobody_makes_products_without_end(monkeypatch):
    monkeypatch.setattr("results.products.store.MOST", 1)
    ann = User.objects.create_user("spammer")
    create_product("mine", TEXT, who=ann)
    with pytest.raises(TooMany):
        create_product("more", TEXT, who=ann)
    delete_product("mine", who=ann)
    create_product("mine", TEXT, who=ann)
    create_product("theirs", TEXT, who=User.objects.create_user("root", is_staff=True))
