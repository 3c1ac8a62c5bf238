"""The pages of events: what they list, what they say, and who may decide."""

from __future__ import annotations

import mailbox
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.first_error import first_error, from_first_error
from dashboard.parts import log_lines
from results.judging import judge_tree
from results.models import Event, EventChange, SeriesVerdict, Test, Tree
from results.status import Status
from tests.factories import (
    count,
    create_build,
    create_checkout,
    create_incident,
    create_issue,
    create_revision,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
EXCERPT = "boot\n[ 12.5] BUG: kernel NULL pointer dereference, address: 0000000000000010\n"
LABS = ("lab-one", "lab-two", "lab-three")
BOARDS = ("kevin", "rpi-4", "imx8", "am62", "jh7110", "juno")


@pytest.fixture(autouse=True)
def today(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def history(pattern, *, path="ltp.futex_wait05", boards=BOARDS, tree=None):
    """Make one revision per letter, P or F, and judge the tree; return the revisions."""
    tree = tree or create_tree()
    revisions = []
    for position, letter in enumerate(pattern):
        at = NOW - timedelta(hours=12 * (len(pattern) - position))
        revision = create_revision(tree=tree, started=at)
        checkout = create_checkout(revision=revision, start_time=at, git_commit_name=f"v1-{position}")
        build = create_build(checkout=checkout, start_time=at)
        for number, board in enumerate(boards):
            create_test(
                build=build,
                path=path,
                platform=board,
                lab=LABS[number % 3],
                status=Status.FAIL if letter == "F" else Status.PASS,
                start_time=at,
                excerpt=EXCERPT if letter == "F" else None,
            )
        revisions.append(revision)
    count()
    judge_tree(tree.id)
    return revisions


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def text(response):
    return " ".join(soup(response).select_one("#main").get_text(" ").split())


def rows(response):
    return soup(response).select("[data-rows] > tr")


def failing_tests():
    ids = Test.objects.filter(status=Status.FAIL).order_by("start_time")
    return [f"maestro:{test.key.hex[8:]}" for test in ids]


def test_every_failing_row_has_a_verdict(client):
    history("P" * 14 + "FF")
    said = [row.select_one(".said").get_text(" ", strip=True) for row in rows(client.get("/tests"))]
    assert said == ["failing since v1-14"] * 6 + ["new here"] * 6 + [""] * 84
    page = client.get(f"/t/{failing_tests()[0]}")
    assert "new here" in text(page)
    event = Event.objects.get()
    assert soup(page).select_one(f"a[href='/r/{event.id}']")
    assert client.get(f"/r/{event.id}").status_code == 200


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (SeriesVerdict.Verdict.FLAKY, "flaky 12 % [8.0–17 %]"),  # noqa: RUF001
        (SeriesVerdict.Verdict.PERSISTENT, "always failing"),
        (SeriesVerdict.Verdict.PASSING, "isolated failure"),
    ],
)
def test_what_no_event_explains_is_told_by_its_series(client, verdict, words):
    test = create_test(status=Status.FAIL)
    SeriesVerdict.objects.create(
        tree=test.series.tree, series=test.series, verdict=verdict, score=0.12, low=0.08, high=0.17,
        tries=100, failures=12, per_day=1.5,
    )  # fmt: skip
    count()
    assert rows(client.get("/tests"))[0].select_one(".said").get_text(strip=True) == words


def test_what_broke_off_is_infrastructure_and_known_issues_are_named(client):
    create_test("maestro:broke", status=Status.ERROR)
    create_test("maestro:known", status=Status.FAIL)
    create_incident(create_issue("maestro:i1"), test_id="maestro:known")
    count()
    said = {row.th.a["href"]: row.select_one(".said") for row in rows(client.get("/tests"))}
    assert said["/t/maestro:broke"].get_text(strip=True) == "infrastructure"
    assert "not judged yet" in said["/t/maestro:known"].get_text()
    assert said["/t/maestro:known"].select_one("a[href='/i/maestro:i1']")


def test_the_home_page_begins_with_what_broke(client):
    history("P" * 14 + "FF")
    page = client.get("/")
    event = Event.objects.get()
    assert soup(page).select_one("#results h2").get_text().startswith("Regressions")
    assert rows(page)[0].th.a["href"] == f"/r/{event.id}"
    link = soup(page).select_one("#results h2 a")
    assert link.get_text() == "1 confirmed"
    assert len(rows(client.get(link["href"]))) == 1


def test_dismissed_events_are_not_on_the_home_page(client):
    history("P" * 14 + "FF")
    Event.objects.update(triage=Event.Triage.INVALID)
    assert f"/r/{Event.objects.get().id}" not in client.get("/").content.decode()


def test_the_counts_of_states_are_the_rows_they_lead_to(client):
    history("P" * 14 + "FF")
    history("P" * 10 + "FF" + "P" * 5, path="ltp.fixed", tree=create_tree("next"))
    history("P" * 14 + "F", boards=("kevin",), tree=create_tree("lone"))
    page = soup(client.get("/regressions"))
    tabs = {tab.get_text(" ", strip=True): tab["href"] for tab in page.select(".tabs a")}
    assert list(tabs) == [
        "Confirmed 1", "New flakes 0", "Suspected 1", "Fixed 1", "Infra 0", "Closed 0",
        "Dismissed suspicions 0",
    ]  # fmt: skip
    for tab, url in tabs.items():
        assert len(rows(client.get(url))) == int(tab.split()[-1]), tab


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=futex", 1), ("q=NULL", 1), ("q=nothing", 0), ("tree=mainline", 1), ("tree=mainline/master", 1),
        ("tree=next", 0), ("platform=kevin", 1), ("platform=x", 0), ("lab=lab-two", 1), ("subject=test", 1),
        ("subject=boot", 0), ("triage=new", 1), ("triage=invalid", 0), ("unclassified=yes", 1),
        ("order=newest", 1), ("order=confidence", 1),
    ],
)  # fmt: skip
def test_events_are_filtered(client, query, found):
    history("P" * 14 + "FF")
    assert len(rows(client.get(f"/regressions?{query}"))) == found


@pytest.mark.parametrize("query", ["state=x", "order=x", "unclassified=no", "bad=1", "after=x"])
def test_a_filter_that_makes_no_sense_is_refused(client, query):
    assert client.get(f"/regressions?{query}").status_code == 400


def test_events_are_paged_by_key(client, monkeypatch):
    for number in range(5):
        history("P" * 14 + "FF", tree=create_tree(f"tree-{number}"))
    monkeypatch.setattr(
        "results.queries.events.event_page.__kwdefaults__", {"sort": "impact", "after": None, "limit": 2}
    )
    for order in ("impact", "newest", "confidence"):
        seen, url = [], f"/regressions?order={order}"
        while url:
            page = client.get(url)
            seen += [row.th.a["href"] for row in rows(page)]
            following = soup(page).select_one("[rel=next]")
            url = following and following["href"]
        assert len(seen) == len(set(seen)) == 5


def test_an_event_says_where_since_when_and_how(client):
    revisions = history("P" * 14 + "FF")
    event = Event.objects.get()
    page = client.get(f"/r/{event.id}")
    words = text(page)
    assert "Fails on 6 devices in 3 labs, after v1-13, first in v1-14." in words
    assert "oops: kernel NULL pointer dereference" in words
    assert f"git log --oneline {revisions[13].commit[:12]}..{revisions[14].commit[:12]}" in words
    assert "0 of 14" in words and "2 of 2" in words
    assert "opened as confirmed" in words
    assert "BUG: kernel NULL pointer" in soup(page).select_one(".log").get_text()
    for link in soup(page).select("#main a[href^='/']"):
        assert client.get(link["href"].split("#")[0]).status_code == 200, link["href"]


def test_the_report_is_plain_short_lines(client):
    history("P" * 14 + "FF")
    answer = client.get(f"/r/{Event.objects.get().id}.txt")
    assert answer["Content-Type"].startswith("text/plain")
    lines = answer.content.decode().splitlines()
    assert lines[0].startswith("Subject: [regression] ltp.futex_wait05 fails since")
    assert all(len(line) <= 72 or "http" in line for line in lines)
    assert answer.content.isascii()
    assert any(line.startswith("#regzbot introduced: ") for line in lines)
    assert "Before: 84 of 84 runs passed. After: 0 of 12." in answer.content.decode().replace("\n", " ")


def test_hostile_names_stay_text(client):
    history(
        "P" * 14 + "FF",
        path="<script>alert(1)</script>\n#regzbot x",
        boards=tuple(f"<b>{n}" for n in range(6)),
    )
    event = Event.objects.get()
    for url in ("/", "/regressions", f"/r/{event.id}", "/flaky"):
        page = soup(client.get(url))
        assert not [script for script in page.select("script") if not script.get("src")], url
        assert not page.select("#main b b"), url
    report = client.get(f"/r/{event.id}.txt").content.decode().splitlines()
    assert sum(line.startswith("#regzbot") for line in report) == 1


@pytest.mark.parametrize("url", ["/r/1", "/r/999999999999", "/r/1.txt"])
def test_what_is_not_there_is_told(client, url):
    assert client.get(url).status_code == 404


def test_only_who_is_signed_in_decides(client):
    history("P" * 14 + "FF")
    event = Event.objects.get()
    assert "Sign in" in text(client.get(f"/r/{event.id}"))
    answer = client.post(f"/r/{event.id}", {"triage": "invalid"})
    assert answer.status_code == 302 and answer["Location"].startswith("/accounts/login")
    event.refresh_from_db()
    assert event.triage == Event.Triage.NEW and EventChange.objects.count() == 1


def test_a_decision_is_kept_with_who_and_why(client):
    history("P" * 14 + "FF")
    event = Event.objects.get()
    client.force_login(User.objects.create_user("ada"))
    page = soup(client.get(f"/r/{event.id}"))
    assert page.select_one("form select[name=triage]")
    answer = client.post(f"/r/{event.id}", {"triage": "reported", "why": "mailed to netdev"})
    assert (answer.status_code, answer["Location"]) == (303, f"/r/{event.id}")
    words = text(client.get(f"/r/{event.id}"))
    assert "new → reported mailed to netdev ada" in words
    judge_tree(Tree.objects.get().id)
    event.refresh_from_db()
    assert event.triage == Event.Triage.REPORTED
    assert client.post(f"/r/{event.id}", {"triage": "nonsense"}).status_code == 400
    assert client.post("/r/999", {"triage": "new"}).status_code == 404


def test_a_forged_form_decides_nothing():
    history("P" * 14 + "FF")
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.create_user("ada"))
    assert strict.post(f"/r/{Event.objects.get().id}", {"triage": "invalid"}).status_code == 403


def test_signing_in_leads_back(client):
    history("P" * 14 + "FF")
    User.objects.create_user("ada", password="engine")
    url = f"/r/{Event.objects.get().id}"
    page = client.get(f"/accounts/login?next={url}")
    assert soup(page).select_one("input[name=next]")["value"] == url
    wrong = client.post("/accounts/login", {"username": "ada", "password": "x", "next": url})
    assert wrong.status_code == 200 and soup(wrong).select_one("[role=alert]")
    answer = client.post("/accounts/login", {"username": "ada", "password": "engine", "next": url})
    assert (answer.status_code, answer["Location"]) == (302, url)
    assert client.post("/accounts/logout").status_code == 302


def test_flaky_tests_are_ranked_by_failures_a_day(client):
    for number in range(3):
        test = create_test(path=f"ltp.t{number}")
        SeriesVerdict.objects.create(
            tree=test.series.tree, series=test.series, verdict=SeriesVerdict.Verdict.FLAKY, score=0.1,
            low=0.05, high=0.2, tries=100, failures=10, per_day=float(number),
        )  # fmt: skip
    count()
    page = client.get("/flaky")
    assert [row.th.get_text() for row in rows(page)] == ["ltp.t2", "ltp.t1", "ltp.t0"]
    assert [tab.get_text(" ", strip=True) for tab in soup(page).select(".tabs a")] == [
        "Flaky 3", "New flake 0", "Perhaps flaky 0",
    ]  # fmt: skip
    assert len(rows(client.get("/flaky?q=t1"))) == 1


@pytest.mark.parametrize("url", ["/", "/regressions", "/flaky", "/tests", "/r/{event}"])
def test_more_events_do_not_mean_more_questions(client, url, monkeypatch):
    monkeypatch.setattr("dashboard.shell.monotonic", lambda: 0.0)  # how fresh the data are is asked once
    asked = []
    for trees in (range(2), range(2, 5)):
        for number in trees:
            history("P" * 14 + "FF", tree=create_tree(f"tree-{number}"))
        address = url.format(event=Event.objects.latest("id").id)
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 12


def test_every_failing_run_of_a_series_has_a_verdict(client):
    history("P" * 14 + "FF")
    test = Test.objects.filter(status=Status.FAIL).first()
    page = soup(client.get(f"/s/{test.series_id}"))
    runs = page.select("[aria-label=Runs] [data-rows] > tr")
    said = [row.select_one(".said").get_text(strip=True) for row in runs]
    assert said == ["failing since v1-14", "new here"] + [""] * 14


def test_a_device_and_a_tree_lead_to_their_regressions(client):
    history("P" * 14 + "FF")
    event = Event.objects.get()
    assert soup(client.get("/device/kevin")).select_one(f"a[href='/r/{event.id}']")
    link = soup(client.get("/tree/mainline/master")).select_one("#main a[href^='/regressions']")
    assert [row.th.a["href"] for row in rows(client.get(link["href"]))] == [f"/r/{event.id}"]


def test_events_are_a_feed_and_mails(client, tmp_path):
    history("P" * 14 + "FF")
    event = Event.objects.get()
    feed = client.get("/regressions.atom").content.decode()
    assert f"<id>tag:testserver,2026:/r/{event.id}</id>" in feed
    assert "<title>confirmed: ltp.futex_wait05" in feed
    file = tmp_path / "events.mbox"
    file.write_bytes(b"".join(client.get("/regressions.mbox")))
    with closing(mailbox.mbox(file)) as mails:
        (mail,) = mails
    assert mail["Message-ID"] == f"<r-{event.id}.1@testserver>"
    assert client.get(f"/r/{event.id}.mbox").content == file.read_bytes()
    report = client.get(f"/r/{event.id}.txt").content.decode()
    assert report.endswith(mail.get_payload(decode=True).decode().rstrip("\n") + "\n")


def test_the_log_of_an_event_begins_at_its_first_error(client):
    history("P" * 12 + "FFF")
    event = Event.objects.get()
    page = soup(client.get(f"/r/{event.id}"))
    lines = page.select(".log pre span")
    assert "BUG: kernel NULL pointer dereference" in lines[0].get_text()
    assert lines[0]["id"] == "L2" and "line 2 of the excerpt" in text(client.get(f"/r/{event.id}"))


@pytest.mark.parametrize(
    ("signature", "texts", "first"),
    [
        ("BUG: x", ["ok", "WARNING: a at b.c:1", "BUG: sleeping function called from invalid context"], 2),
        ("", ["ok", "fine"], None),
        ("oops: x", ["ok", "fine"], None),
    ],
)
def test_the_first_error_is_that_of_the_signature(signature, texts, first):
    assert first_error(texts, signature) == first
    shown = from_first_error(log_lines("\n".join(texts)), signature)
    assert shown[0].number == (first or 0) + 1


def test_suspicions_that_came_to_nothing_are_listed_apart(client):
    history("P" * 12 + "F", boards=BOARDS[:1])
    suspicion = Event.objects.get()
    assert suspicion.state == Event.State.SUSPECTED
    Test.objects.filter(status=Status.FAIL).update(status=Status.PASS)
    judge_tree(suspicion.tree_id)
    assert Event.objects.get().state == Event.State.DISMISSED
    page = text(client.get("/regressions?state=closed"))
    assert "Closed 0" in page and "Dismissed suspicions 1" in page
    assert len(rows(client.get("/regressions?state=dismissed"))) == 1
