"""Every failing build says why, in lists and on its own page; builds with new warnings say so."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from results.models import Build, Event
from results.queries.build_verdicts import NewCount, build_verdicts
from results.status import Status
from tests.factories import count, create_build, create_checkout, create_incident, create_issue
from tests.results.judging.conftest import Farm
from tests.results.judging.telling import submit

pytestmark = pytest.mark.django_db


class Unbuilt(Farm):
    """A commit breaks the build of three configs, and makes that of a fourth warn."""

    def objects(self, position):
        parts = super().objects(position)
        broken = position >= self.broken
        parts["builds"][0]["misc"] = {"warnings": 4 if broken else 1, "errors": 0}
        for config in ("allmodconfig", "tinyconfig", "allnoconfig"):
            build = {**parts["builds"][0], "id": f"o:{config}{position}", "config_name": config, "misc": {}}
            parts["builds"].append(build | {"status": "FAIL" if broken else "PASS"})
        return parts | {"tests": []}


def said_in(page):
    """Return the words of the verdicts of a page, and where they lead."""
    cells = re.findall(r'<td class="said">(.*?)</td>', page, re.S)
    return [(" ".join(re.sub(r"<[^>]+>", "", cell).split()), "/r/" in cell) for cell in cells]


def test_failing_builds_of_a_list_say_since_when(client):
    submit(Unbuilt(length=20, broken=14).documents())
    event = Event.objects.get()
    page = client.get("/builds?status=fail").content.decode()
    assert sorted(said_in(page)) == [("failing since v1-14", True)] * 15 + [("new here", True)] * 3
    assert f'href="/r/{event.id}"' in page
    passing = client.get("/builds?status=pass&config=tinyconfig").content.decode()
    assert {words for words, _ in said_in(passing)} == {""}


def test_a_revision_and_a_build_say_the_same(client):
    submit(Unbuilt(length=20, broken=14).documents())
    page = client.get(f"/c/farm/master/{14:040x}").content.decode()
    assert [words for words, _ in said_in(page)].count("new here") == 3
    page = client.get("/b/o:tinyconfig15").content.decode()
    head = page.partition('id="results"')[0]
    assert "failing since v1-14" in head
    assert ("new here", True) in said_in(page)


def test_new_warnings_of_a_build_that_passes_are_told(client):
    submit(Unbuilt(length=16, broken=14).documents())
    told = build_verdicts(["o:b13", "o:b14", "o:b15"])
    assert list(told) == ["o:b14"] and told["o:b14"].failure is None
    assert told["o:b14"].more == (NewCount("warnings", 1.0, 4.0, True),)
    page = client.get("/builds?config=defconfig&status=pass").content.decode()
    assert [words for words, _ in said_in(page) if words] == ["new here: 4 warnings, were 1"]


def test_the_newest_build_with_more_warnings_is_suspected(client):
    submit(Unbuilt(length=16, broken=15).documents())
    assert "4 warnings, were 1, suspected" in client.get("/b/o:b15").content.decode()


def test_known_issues_infrastructure_and_what_is_not_judged(client):
    checkout = create_checkout()
    failed = create_build("maestro:b1", checkout=checkout, status=Status.FAIL)
    create_build("maestro:b2", checkout=checkout, status=Status.ERROR)
    create_incident(create_issue(comment="ld runs out of memory"), build_id=failed.kcidb_id)
    count()
    told = build_verdicts(["maestro:b1", "maestro:b2", "maestro:none"])
    assert set(told) == {"maestro:b1", "maestro:b2"}
    assert told["maestro:b2"].failure.is_infrastructure
    assert told["maestro:b1"].failure.issue.comment == "ld runs out of memory"
    page = client.get("/builds").content.decode()
    assert {words for words, _ in said_in(page)} == {"not judged yet known issue", "infrastructure"}


def test_verdicts_of_a_list_are_one_question(client):
    asked = []
    for length in (6, 16):
        submit(Unbuilt(length=length, broken=4).documents())
        client.get("/builds")
        with CaptureQueriesContext(connection) as queries:
            client.get("/builds")
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 12
    assert Build.objects.filter(status=Status.FAIL).count() == 36
