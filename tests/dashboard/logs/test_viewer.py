"""The pages of the log viewer."""

from __future__ import annotations

import gzip
import time

import pytest
from bs4 import BeautifulSoup

from results.status import Status
from tests.dashboard.logs.conftest import CRASH
from tests.factories import create_build, create_test

pytestmark = pytest.mark.django_db

LONG = 25_000


def soup(response):
    return BeautifulSoup(response.content, "html.parser")


def numbers(page):
    return [int(line["id"][1:]) for line in page.select(".log pre > span")]


@pytest.fixture
def run(logs):
    """A test run whose log is on the server."""

    def make(path="/plain", excerpt=None):
        create_test("maestro:run", status=Status.FAIL, excerpt=excerpt, log_url=logs.url(path))
        return "/t/maestro:run/log"

    return make


@pytest.fixture
def long_log(logs, run):
    """The viewer of a log of 25,000 lines, more than 2 MB."""
    lines = [
        f"[{n:12.6f}] word{n % 7 * 'x'} and what else a kernel has to say about {n}" for n in range(LONG)
    ]
    lines[14_999] = "[ 1.0] \x1b[31mUnable to handle kernel NULL pointer dereference\x1b[0m"
    logs.logs["/long"] = gzip.compress("\n".join(lines).encode())
    return run("/long")


def test_a_whole_log(client, run):
    page = soup(client.get(run()))
    assert numbers(page) == list(range(1, 11))
    assert page.select_one("#L4")["class"] == ["is-hit"]
    assert page.select_one("#L9 .t-red").get_text() == "Kernel panic - not syncing: Fatal exception"
    cause = page.select_one(".first-error")
    assert cause.a["href"] == "/t/maestro:run/log#L4" and "tcp_mmap_receive" in cause.get_text()
    assert [item.a.get_text() for item in page.select(".findings li")] == ["L4", "L7", "L9"]
    assert "2 errors, no warnings, 10 lines" in page.title.get_text()


def test_a_build_has_one_too(client, logs):
    create_build("maestro:made", excerpt="a.c:1:2: error: no\n")
    page = soup(client.get("/b/maestro:made/log"))
    assert "nobody said where it is" in page.select_one(".verdict").get_text()
    assert page.select_one("#L1.is-hit")
    assert soup(client.get("/b/maestro:made")).select_one("[data-key=l]")["href"] == "/b/maestro:made/log"


def test_chunks_are_walked_by_links(client, long_log, logs):
    page = soup(client.get(long_log))
    assert numbers(page) == list(range(1, 2001))
    following = page.select_one("#more [rel=next]")
    assert following["href"] == following["hx-get"] == "/t/maestro:run/log?from=2001"
    page = soup(client.get(following["href"]))
    assert numbers(page) == list(range(2001, 4001))
    last = soup(client.get(page.select_one("#more a:last-child")["href"]))
    assert numbers(last)[-1] == LONG and not last.select("#more")
    assert page.select_one("[rel=prev]")["href"] == "/t/maestro:run/log"
    assert numbers(soup(client.get(f"{long_log}?from=14999")))[0] == 14_001
    assert logs.asked == ["/long"]


def test_findings_lead_into_their_chunk(client, long_log):
    page = soup(client.get(long_log))
    assert page.select_one(".first-error a")["href"] == "/t/maestro:run/log?from=14001#L15000"


def test_find_looks_through_the_whole_log(client, long_log):
    page = soup(client.get(long_log, {"find": "about 24"}))
    found = page.select(".findings")[-1].select("li a")
    assert found[0]["href"] == "/t/maestro:run/log?find=about+24#L25"
    assert found[2]["href"] == "/t/maestro:run/log?find=about+24#L242"
    assert "1,111 lines with" in page.get_text()


def test_a_long_log_is_quick(client, long_log):
    client.get(long_log)
    began = time.process_time()
    client.get(f"{long_log}?from=14001")
    assert time.process_time() - began < 0.3


def test_folded_lines_are_in_the_page(client, logs, run):
    logs.logs["/build"] = "".join(f"  CC      drivers/{n}.o\n" for n in range(60)).encode()
    page = soup(client.get(run("/build")))
    assert page.select_one(".log details summary").get_text() == "57 more lines of the same kind"
    assert numbers(page) == list(range(1, 61))


def test_hostile_bytes_stay_text(client, logs, run):
    logs.logs["/evil"] = b"<script>alert(1)</script>\x1b[31m<b onclick=x>\x00\xff\n</pre></div>"
    page = soup(client.get(run("/evil")))
    log = page.select_one(".log")
    assert {tag.name for tag in log.find_all()} == {"pre", "span", "a"}
    assert "<script>alert(1)</script>" in log.get_text() and "␀ÿ" in log.get_text()


@pytest.mark.parametrize("path", ["/missing", "/bomb", "/endless", "/listed-inside"])
def test_without_the_log_the_excerpt_is_shown_with_the_reason(client, logs, run, path):
    page = soup(client.get(run(path, excerpt=CRASH)))
    assert page.select_one(".verdict").get_text().startswith("The whole log is not here: ")
    assert len(numbers(page)) == 10 and page.select_one(".first-error a")["href"].endswith("/log#L4")
    assert page.find("a", string="where it was published")["href"] == logs.url(path)


def test_with_neither_that_is_said(client, run):
    page = soup(client.get(run("/missing")))
    assert "answers 404" in page.select_one(".verdict").get_text()
    assert "No excerpt" in page.select_one("#results").get_text()
    assert client.get("/t/maestro:run/log/raw").status_code == 404


def test_lines_of_an_excerpt_lead_into_the_whole_log(client, logs, run):
    excerpt = "".join(CRASH.splitlines(keepends=True)[3:])
    run(excerpt=excerpt)
    page = soup(client.get("/t/maestro:run"))
    link = page.select_one("#L1 a")["href"]
    assert link == "/t/maestro:run/log?excerpt=1#at"
    assert soup(client.get(link)).select_one("#at").parent["id"] == "L4"


def test_raw_is_plain_text(client, logs, run):
    url = f"{run('/latin-1')}/raw"
    answer = client.get(url)
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).decode() == "café €\nsecond\n"


@pytest.mark.parametrize("query", ["from=x", "from=-1", "excerpt=1e3", "page=2", "from=99999999999"])
def test_what_makes_no_sense_is_refused(client, run, query):
    assert client.get(f"{run()}?{query}").status_code == 400


@pytest.mark.parametrize("query", ["from=0", "from=999999", "excerpt=999", "find=", "find=%00", "wrap=1"])
def test_what_is_beyond_is_answered(client, run, query):
    assert client.get(f"{run()}?{query}").status_code == 200


def test_an_id_may_end_like_the_viewer(client, logs):
    create_test("o:some/log")
    assert client.get("/t/o:some/log").status_code == 200
    assert "log excerpt" in client.get("/t/o:some/log/log").content.decode()
    assert client.get("/t/no:such/log").status_code == 404
