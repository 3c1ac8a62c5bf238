"""What single pages promise, on small data made for it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from dashboard import paths
from results.errors import QueryTimeout
from results.status import Status
from tests.factories import (
    NOW,
    URL,
    count,
    create_build,
    create_checkout,
    create_history,
    create_incident,
    create_issue,
    create_rejection,
    create_revision,
    create_submission,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db

NASTY = "<script>alert('x')</script>\"'&\n../%2F?#é"


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """The day of the factories."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def text(response):
    return " ".join(soup(response).select_one("#main").get_text(" ").split())


# --- What cannot be answered -----------------------------------------------------------------------


def test_an_unknown_filter_is_named_with_the_known_ones(client):
    answer = client.get("/tests?labb=x")
    assert answer.status_code == 400
    assert "labb" in text(answer)
    assert "compatible" in [name.get_text() for name in soup(answer).select("#main code")]


@pytest.mark.parametrize(
    "url",
    [
        "/tests?status=bad",
        "/tests?sort=size",
        "/tests?after=x",
        "/trees?page=2",
        "/builds?path=x",
        "/device/x?lab=y",
        "/i/a:b?shown=some",
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(client, url):
    answer = client.get(url)
    assert answer.status_code in (400, 404)
    assert soup(answer).select_one("#main h1")


@pytest.mark.parametrize(
    "url",
    [
        "/t/no:such", "/b/no:such", "/i/no:such", "/s/1", "/s/999999999999", "/device/none", "/lab/none",
        "/submission/1", "/tree/no/such", "/tree/no", "/c/abcdef0", f"/c/mainline/master/{'a' * 40}",
        f"/c/mainline/{'a' * 40}", "/no/such/page", "/t/",
    ],
)  # fmt: skip
def test_what_is_not_there_is_a_page_of_its_own(client, url):
    answer = client.get(url)
    assert answer.status_code == 404
    page = soup(answer)
    assert page.select_one("nav[aria-label=Main]")
    assert page.title.get_text().startswith("404")


def test_a_slow_answer_and_a_lost_database_are_told(client, monkeypatch):
    def slow(*args, **kwargs):
        raise QueryTimeout

    def lost(*args, **kwargs):
        raise OperationalError("gone")

    for failing in (slow, lost):
        monkeypatch.setattr("dashboard.views.trees.tree_listing", failing)
        monkeypatch.setattr("dashboard.shell.freshness", failing)
        answer = client.get("/trees")
        assert answer.status_code == 503
        assert soup(answer).select_one("nav[aria-label=Main]")


def test_our_own_mistake_needs_nothing_to_be_told(client, monkeypatch):
    monkeypatch.setattr("dashboard.views.trees.tree_listing", lambda *args, **kwargs: 1 / 0)
    client.raise_request_exception = False
    answer = client.get("/trees")
    assert answer.status_code == 500
    assert "mistake of ours" in text(answer)


def test_a_part_that_takes_too_long_is_left_out(client, monkeypatch):
    def slow(*args, **kwargs):
        raise QueryTimeout

    test = create_test()
    count()
    for name in ("result_lists.facets", "result_lists.listed", "views.tests.facets"):
        monkeypatch.setattr(f"dashboard.{name}", slow)
    test.refresh_from_db()
    revision = test.build.checkout.revision
    for address in ("/tests", f"/c/mainline/master/{revision.commit}?tab=tests"):
        answer = client.get(address)
        assert answer.status_code == 200
        assert len(soup(answer).select("[data-rows] > tr")) == 1
    assert "counts took too long" in text(answer)
    assert "counts took too long" in text(client.get("/_/facets"))


def test_filters_of_everything_are_loaded_after_the_list(client):
    create_test(lab="lab-one")
    create_test(lab="lab-two", status=Status.FAIL)
    count()
    page = soup(client.get("/tests?status=fail"))
    assert page.select_one(".verdict").get_text() == "1 results"
    later = page.select_one(".facets a[hx-trigger=load]")["href"]
    assert later == "/_/facets?status=fail"
    links = {link["id"]: link["href"] for link in soup(client.get(later)).select(".facet a[id]")}
    assert links["status-pass"] == "/tests?status=pass"
    assert client.get(later)["X-Robots-Tag"] == "noindex"


def test_reading_is_for_reading(client):
    assert client.post("/tests").status_code == 405


# --- Names are hostile -----------------------------------------------------------------------------


def test_any_id_has_a_page_and_stays_text(client):
    test = create_test(
        f"maestro:{NASTY}",
        build=create_build(f"maestro:b{NASTY}"),
        path=f"a.{NASTY}",
        platform=f"board/{NASTY}",
        lab=f"lab/{NASTY}",
        comment=NASTY,
        log_url="javascript:alert(1)",
        output_files=[{"name": NASTY, "url": "file:///etc/passwd"}],
        excerpt=f"{NASTY}\x1b[31m",
        misc={"note": NASTY},
    )
    issue = create_issue(f"maestro:i{NASTY}", comment=NASTY)
    create_incident(issue, test_id=f"maestro:{NASTY}")
    count()
    for url in (
        *("/", "/tests", "/builds", "/devices", "/labs", "/issues"),
        paths.test_path(f"maestro:{NASTY}"),
        paths.build_path(f"maestro:b{NASTY}"),
        paths.issue_path(f"maestro:i{NASTY}"),
        paths.device_path(f"board/{NASTY}"),
        paths.lab_path(f"lab/{NASTY}"),
        paths.series_path(test.series_id),
    ):
        page = soup(client.get(url))
        assert "404" not in page.title.get_text(), url
        assert not [script for script in page.select("script") if not script.get("src")], url
        assert not page.select("[href^='javascript:'], [href^='file:']"), url
    page = soup(client.get(paths.test_path(f"maestro:{NASTY}")))
    assert page.h1.get_text().startswith(f"a.{NASTY}")
    assert "javascript:alert(1)" in page.get_text()
    assert "␛[31m" in page.select_one(".log").get_text()


def test_branches_have_slashes_and_trees_may_have_no_branch(client):
    for tree in (create_tree("arm64", branch="for-next/core"), create_tree("plain", branch="")):
        checkout = create_checkout(revision=create_revision(tree=tree))
        create_build(checkout=checkout)
    count()
    page = soup(client.get("/trees"))
    for row in page.select("[data-rows] > tr"):
        for link in row.select("a[href]"):
            assert client.get(link["href"]).status_code == 200, link["href"]
    assert client.get("/tree/arm64/for-next/core").status_code == 200
    assert client.get("/tree/plain").status_code == 200


# --- Trees and revisions ---------------------------------------------------------------------------


def test_repositories_of_one_name_are_told_apart(client):
    for url in (URL, "https://other.example/linux.git"):
        tree = create_tree(url=url)
        checkout = create_checkout(revision=create_revision("a" * 40, tree=tree))
        create_test(build=create_build(checkout=checkout), status=Status.FAIL)
    count()
    for address in ("/tree/mainline/master", f"/c/mainline/master/{'a' * 40}"):
        page = soup(client.get(address))
        choices = [link["href"] for link in page.select("#results a[href]") if "url=" in link["href"]]
        assert len({choice.split("&")[0] for choice in choices}) >= 2, address
        for choice in choices:
            assert client.get(choice).status_code == 200, choice
    within = soup(client.get(f"/tree/mainline/master?url={URL}"))
    assert all("url=" in link["href"] for link in within.select("[data-rows] a[href]"))


def test_a_commit_leads_to_its_revision(client):
    create_checkout(revision=create_revision("b" * 40))
    count()
    answer = client.get("/c/bbbbbbb")
    assert (answer.status_code, answer["Location"]) == (302, f"/c/mainline/master/{'b' * 40}")


def test_a_commit_of_two_trees_is_a_choice(client):
    for name in ("mainline", "next"):
        create_checkout(revision=create_revision("b" * 40, tree=create_tree(name)))
    count()
    page = soup(client.get(f"/c/{'b' * 40}"))
    trees = {row.th.get_text(strip=True) for row in page.select("[data-rows] > tr")}
    assert trees == {"mainline/master", "next/master"}


def test_a_revision_knows_its_neighbours(client):
    checkouts = create_history(3)
    count()
    page = soup(client.get(f"/c/mainline/master/{checkouts[1].revision.commit}?tab=tests"))
    older, newer = page.select_one("[rel=prev]"), page.select_one("[rel=next][data-key]")
    assert checkouts[0].revision.commit in older["href"]
    assert checkouts[2].revision.commit in newer["href"]
    assert "tab=tests" in older["href"]


def test_the_counts_of_a_restricted_branch_lead_to_restricted_lists(client):
    build = create_build()
    for number in range(5):
        create_test(build=build, lab=f"lab-{number % 2}", status=Status.FAIL)
    count()
    page = soup(client.get("/tree/mainline/master?lab=lab-0"))
    (cell,) = page.select("[data-rows] td.is-fail a")
    assert cell.get_text() == "3"
    assert len(soup(client.get(cell["href"])).select("[data-rows] > tr")) == 3


def test_patches_are_another_revision(client):
    for patchset in ("", "c" * 64):
        create_checkout(revision=create_revision("d" * 40, patchset=patchset))
    count()
    for row in soup(client.get("/tree/mainline/master")).select("[data-rows] > tr"):
        assert client.get(row.a["href"]).status_code == 200
    assert "with patches" in text(client.get(f"/c/mainline/master/{'d' * 40}?patchset={'c' * 64}"))


# --- Tests, builds, issues, submissions --------------------------------------------------------------


def test_a_run_tells_its_history(client):
    for age, status in enumerate((Status.FAIL, Status.FAIL, Status.PASS, Status.PASS)):
        started = NOW - timedelta(days=age)
        checkout = create_checkout(
            revision=create_revision(started=started), start_time=started, git_commit_name=f"v{9 - age}"
        )
        test = create_test(
            f"maestro:run{age}",
            build=create_build(checkout=checkout),
            status=status,
            start_time=started,
        )
    count()
    page = client.get("/t/maestro:run0")
    assert "Failed 2 times in a row, since v8; before that 2 of 2 runs passed." in text(page)
    assert soup(page).select_one(".strip").get_text() == "FF··"
    assert len(soup(page).select(".strip a")) == 2
    assert client.get(paths.series_path(test.series_id)).status_code == 200


def test_a_build_that_is_only_a_name(client):
    create_test("maestro:early", build=create_build("maestro:late", known=False))
    count()
    assert "Nobody has submitted this build yet" in text(client.get("/b/maestro:late"))
    assert "not submitted yet" in text(client.get("/t/maestro:early"))


def test_a_measurement_is_shown_with_its_unit(client):
    test = create_test("maestro:m1", value=912.5, unit="MB/s")
    count()
    assert "912.5 MB/s" in text(client.get("/t/maestro:m1"))
    assert "912.5 MB/s" in text(client.get(paths.series_path(test.series_id)))


def test_an_issue_lists_where_it_was_seen(client):
    create_test("maestro:t1", status=Status.FAIL)
    create_build("maestro:b1", status=Status.FAIL)
    issue = create_issue("maestro:i1", culprit_code=True)
    create_incident(issue, test_id="maestro:t1")
    create_incident(issue, build_id="maestro:b1")
    create_incident(issue, test_id="maestro:gone", present=False)
    count()
    page = soup(client.get("/i/maestro:i1"))
    tabs = {tab.get_text(" ", strip=True): tab["href"] for tab in page.select(".tabs a")}
    assert list(tabs) == ["All", "Tests 1", "Builds 1", "Absent 1"]
    for tab, rows in zip(tabs.values(), (3, 1, 1, 1), strict=True):
        assert len(soup(client.get(tab)).select("[data-rows] > tr")) == rows, tab
    assert "Blamed: code." in text(client.get("/i/maestro:i1"))


def test_a_refusal_names_field_and_reason(client):
    submission = create_submission("bad.json", state="partial", rejections=1, tests=3)
    create_rejection(submission, pointer="/tests/4/status", reason="no such status")
    create_rejection(submission, pointer="/tests/5", reason="too long", replayed_at=NOW)
    page = soup(client.get(paths.submission_path(submission.pk))).select_one("#main").get_text()
    assert "3 tests stored. 1 object refused." in page
    assert "/tests/4/status" in page and "no such status" in page
    assert len(soup(client.get("/rejections")).select("[data-rows] > tr")) == 1


# --- Forms, and the number of questions --------------------------------------------------------------


@pytest.mark.parametrize(
    "url", ["/trees", "/devices", "/labs", "/issues", "/submissions", "/tests", "/builds"]
)
def test_filters_are_a_form_that_needs_no_script(client, url):
    create_test()
    create_issue()
    create_submission()
    count()
    form = soup(client.get(url)).select_one("form.filter")
    assert form["method"] == "get"
    assert form.select_one("button")
    assert client.get(url, {field["name"]: "" for field in form.select("[name]")}).status_code == 200
    nothing = client.get(url, {"q": "no such thing"})
    assert nothing.status_code == 200
    assert soup(nothing).select_one(".empty")


def test_a_form_keeps_the_other_filters(client):
    create_test(status=Status.FAIL)
    count()
    form = soup(client.get("/tests?status=fail&lab=!x&sort=path")).select_one("form.filter")
    hidden = {(field["name"], field["value"]) for field in form.select("input[type=hidden]")}
    assert hidden == {("status", "fail"), ("lab", "!x"), ("sort", "path")}


def _rows(number):
    tree = create_tree(f"tree-{number}")
    revision = create_revision(tree=tree, started=NOW - timedelta(minutes=number))
    build = create_build(f"maestro:b{number}", checkout=create_checkout(revision=revision))
    create_test(
        f"maestro:t{number}", build=build, platform=f"board-{number}", lab=f"lab-{number}", status=Status.FAIL
    )
    create_test(build=build, path="boot", platform=f"board-{number}", lab=f"lab-{number}")
    create_incident(
        create_issue(f"maestro:i{number}"), test_id=f"maestro:t{number}", build_id=f"maestro:b{number}"
    )
    create_submission(f"{number}.json")


@pytest.mark.parametrize(
    "url", ["/", "/trees", "/devices", "/labs", "/issues", "/submissions", "/tests", "/builds"]
)
def test_more_rows_do_not_mean_more_questions(client, url):
    asked = []
    for numbers in (range(10), range(10, 20)):
        for number in numbers:
            _rows(number)
        count()
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = soup(client.get(url))
        asked.append(len(queries))
        assert len(page.select("[data-rows] > tr")) >= numbers.stop - (url == "/submissions")
    assert asked[0] == asked[1] <= 12


# --- A branch ----------------------------------------------------------------------------------------


def test_a_branch_shows_only_tags_when_asked_and_says_so(client):
    names = ("v6.18-rc1", "v6.18-rc1-41-g3f2a9c1d7b02", "v6.18-rc2", "")
    for hours, name in enumerate(names):
        started = NOW - timedelta(hours=10 - hours)
        revision = create_revision(started=started)
        checkout = create_checkout(revision=revision, start_time=started, git_commit_name=name)
        create_test(build=create_build(checkout=checkout))
        count()
        revision.describe = name
        revision.save()
    shown = [
        row.get_text()
        for row in soup(client.get("/tree/mainline/master?tags=only")).select("[data-rows] th a")
    ]
    assert shown == ["v6.18-rc2", "v6.18-rc1"]
    page = soup(client.get("/tree/mainline/master?tags=only&lab=x"))
    assert page.select_one("[name=tags]").has_attr("checked")
    assert page.select_one("[name=lab]")["value"] == "x"
    assert len(soup(client.get("/tree/mainline/master")).select("[data-rows] > tr")) == 4
    assert client.get("/tree/mainline/master?tags=some").status_code == 400
