"""What clients of the KernelCI dashboard's API rely on, to the letter."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from results.judging import judge_tree
from results.status import WORST_FIRST, Status
from tests.factories import (
    count,
    create_build,
    create_checkout,
    create_incident,
    create_issue,
    create_revision,
    create_submission,
    create_test,
    create_tree,
)

pytestmark = pytest.mark.django_db

URL = "https://git.example.org/linux.git"
MIRROR = "https://mirror.example.org/linux"
ALL = {"PASS": 1, "FAIL": 1, "ERROR": 1, "SKIP": 1, "MISS": 1, "DONE": 1, "NULL": 1}


@pytest.fixture
def world():
    """One checkout of yesterday, a build, a dummy, a boot and a test of each status, an issue."""
    start = timezone.now() - timedelta(days=1)
    create_submission(id=1, submitted_at=start)  # the one that all objects name
    revision = create_revision("a" * 40, started=start)
    checkout = create_checkout(
        "maestro:checkout",
        revision=revision,
        start_time=start,
        tree_name="linus",
        git_repository_url=MIRROR,
        git_repository_branch="main",
        git_commit_name="v7.0",
    )
    build = create_build("maestro:build", checkout=checkout, start_time=start)
    dummy = create_build("maestro:dummy_build", checkout=checkout, start_time=start)
    create_test("maestro:boot", build=dummy, path="boot", start_time=start, compatibles=("a,b", "a,c d"))
    for status in WORST_FIRST:
        create_test(f"maestro:{status.label}", build=build, status=status, start_time=start,
                    log_url=f"https://logs.example.org/{status.label}")  # fmt: skip
    issue = create_issue("maestro:issue", version=2, culprit_code=True)
    create_incident(issue, test_id="maestro:fail")
    create_incident(issue, build_id="maestro:build")
    count()


def get(client, endpoint, **params):
    response = client.get(f"/api/{endpoint}", params)
    assert response.status_code == 200, response
    assert response["Content-Type"] == "application/json"
    return json.loads(b"".join(response) if response.streaming else response.content)


def post(client, endpoint, **body):
    response = client.post(f"/api/{endpoint}", body, content_type="application/json")
    assert response.status_code == 200, response
    return json.loads(b"".join(response) if response.streaming else response.content)


def test_the_listing_says_what_was_submitted(client, world):
    (row,) = get(client, "tree")
    assert (row["tree_name"], row["git_repository_url"], row["git_repository_branch"]) == (
        "linus",
        MIRROR,
        "main",
    )
    assert (row["git_commit_hash"], row["git_commit_name"]) == ("a" * 40, "v7.0")
    assert row["test_status"] == {"PASS": 1, "FAIL": 1, "INCONCLUSIVE": 5}
    assert get(client, "tree/", origin="nobody") == {"error": "No trees found"}


@pytest.mark.parametrize("url", [URL, MIRROR])
@pytest.mark.parametrize("slash", ["", "/"])
def test_a_summary(client, world, url, slash):
    found = get(client, f"tree/{'a' * 40}/summary{slash}", origin="maestro", git_url=url)
    summary = found["summary"]
    assert summary["tests"]["status"] == ALL
    assert summary["boots"]["status"] == {**dict.fromkeys(ALL, 0), "PASS": 1}
    assert summary["builds"]["status"] == {**dict.fromkeys(ALL, 0), "PASS": 1}
    assert summary["tests"]["labs"] == {"lab-one": ALL}
    assert summary["tests"]["failed_platforms"] == ["rk3399-gru-kevin"]
    assert summary["tests"]["environment_compatible"] == {"a,b": ALL, "a,c d": ALL}
    assert [(issue["id"], issue["version"]) for issue in summary["tests"]["issues"]] == [("maestro:issue", 2)]
    assert [(issue["id"], issue["version"]) for issue in summary["builds"]["issues"]] == [
        ("maestro:issue", 2)
    ]
    assert summary["tests"]["unknown_issues"] == 0
    assert found["common"]["hardware"] == ["rk3399-gru-kevin"]
    assert "error" not in found


def test_other_forms_of_the_same(client, world):
    short = get(client, f"tree/{'a' * 40}/tests")
    assert get(client, "tree/v7.0/tests") == short
    assert get(client, f"tree/linus/main/{'a' * 40}/tests") == short
    assert get(client, f"tree/mainline/master/{'a' * 40}/tests/") == short
    assert get(client, "tree/linus/main")["git_commit_hash"] == "a" * 40


def test_lists(client, world):
    (build,) = get(client, f"tree/{'a' * 40}/builds")["builds"]
    assert (build["id"], build["status"], build["misc"]["lab"]) == ("maestro:build", "PASS", "k8s-all")
    assert {"config_name", "config_url", "architecture", "compiler", "log_url"} <= build.keys()
    (boot,) = get(client, f"tree/{'a' * 40}/boots")["boots"]
    assert (boot["path"], boot["environment_misc"]) == ("boot", {"platform": "rk3399-gru-kevin"})
    assert boot["environment_compatible"] == ["a,b", "a,c d"]
    tests = get(client, f"tree/{'a' * 40}/tests")["tests"]
    assert {test["status"] for test in tests} == set(ALL)
    assert {test["log_url"].rpartition("/")[2] for test in tests} == {
        str(status.label) for status in WORST_FIRST
    }


@pytest.mark.parametrize(
    ("filters", "number"),
    [
        ({"filter_architecture": "arm64"}, 7),
        ({"filter_architecture": "riscv"}, 0),
        ({"filter_test.status": ["PASS", "NULL"]}, 2),
        ({"filter_boot.status": "FAIL"}, 7),
        ({"filter_test.platform": "rk3399-gru-kevin"}, 7),
        ({"filter_test.hardware": "a,c d"}, 7),
        ({"filter_test.path": "tcp"}, 7),
        ({"filter_test.origin": "linaro"}, 0),
        ({"filter_tree_name": "linus"}, 7),
        ({"filter_start_date": "2001-01-01", "filter_end_date": "2001-01-02T00:00:00"}, 0),
        ({"filter_test.issue": "maestro:issue,2"}, 1),
        ({"filter_test.issue": "Uncategorized", "filter_test.status": "FAIL"}, 0),
    ],
)
def test_filters(client, world, filters, number):
    assert len(get(client, f"tree/{'a' * 40}/tests", **filters)["tests"]) == number


def test_a_filter_that_is_not_understood_is_not_ignored(client, world):
    found = get(client, f"tree/{'a' * 40}/tests", **{"filter_test.colour": "red"})
    assert found == {"error": "There is no filter filter_test.colour"}
    assert "error" in get(client, f"tree/{'a' * 40}/tests", **{"filter_test.status": "GREEN"})
    assert "error" in get(client, f"tree/{'a' * 40}/tests", filter_start_date="yesterday")
    assert "error" in get(client, "tree", interval_in_days="many")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tree/{0}/summary", "No results available for this tree/branch/commit"),
        ("tree/{0}/tests", "No results available for this tree/branch/commit"),
        ("tree/{0}/builds", "No builds available"),
        ("tree/{0}/boots", "No boots available"),
        ("tree/{0}/commits", "Tree checkout not found"),
        ("test/maestro:none", "Test not found"),
        ("build/maestro:none", "Build not found"),
        ("test/maestro:none/issues", "No issues were found for this test"),
        ("build/maestro:none/issues", "No issues were found for this build"),
        ("issue/maestro:none", "Issue not found"),
        ("issue/maestro:none/builds", "No builds found for this issue"),
        ("issue/maestro:none/tests/", "No tests found for this issue"),
        ("issue/?startTimestampInSeconds=1.5&endTimestampInSeconds=2.5", "No issues found"),
        ("tree-report?git_url=x&git_branch=y", "Tree checkout not found"),
    ],
)
def test_what_is_not_there_is_an_error_with_status_200(client, path, text):
    found = get(client, path.format("b" * 40))
    assert text in found["error"]


def test_history(client, world):
    older = create_revision("b" * 40, tree=create_tree(), started=timezone.now() - timedelta(days=3))
    create_build(checkout=create_checkout(revision=older, start_time=older.started), status=Status.FAIL)
    count()
    rows = get(client, f"tree/{'a' * 40}/commits", git_url=URL, git_branch="master")
    assert [row["git_commit_hash"][0] for row in rows] == ["a", "b"]
    assert (rows[0]["builds"]["PASS"], rows[0]["tests"]["fail"], rows[1]["builds"]["FAIL"]) == (1, 1, 1)


def test_one_of_each(client, world):
    test = get(client, "test/maestro:fail")
    assert (test["status"], test["path"], test["config_name"]) == (
        "FAIL",
        "kselftest.net.tcp_mmap",
        "defconfig",
    )
    assert test["log_url"] == "https://logs.example.org/fail"
    assert test["misc"] == {}
    assert get(client, "build/maestro:build")["git_commit_hash"] == "a" * 40
    assert [issue["id"] for issue in get(client, "test/maestro:fail/issues")] == ["maestro:issue"]
    assert [issue["id"] for issue in get(client, "build/maestro:build/issues/")] == ["maestro:issue"]


def test_issues(client, world):
    found = get(client, "issue/", filter_origin="maestro")
    assert [issue["id"] for issue in found["issues"]] == ["maestro:issue"]
    assert found["extras"]["maestro:issue"]["tree_name"] == "linus"
    one = get(client, "issue/maestro:issue")
    assert (one["id"], one["version"]) == ("maestro:issue", 2)
    assert one["extra"]["maestro:issue"]["first_incident"]["git_repository_branch"] == "main"
    assert [build["id"] for build in get(client, "issue/maestro:issue/builds")] == ["maestro:build"]
    assert [test["id"] for test in get(client, "issue/maestro:issue/tests", version="2")] == ["maestro:fail"]
    assert "error" in get(client, "issue/maestro:issue/tests", version="1")


@pytest.mark.parametrize("slash", ["", "/"])
def test_extras(client, world, slash):
    found = post(client, f"issue/extras{slash}", issues=[["maestro:issue", 2], ["maestro:none", 1]])["issues"]
    assert found.keys() == {"maestro:issue"}
    first = found["maestro:issue"]["first_incident"]
    assert (first["issue_version"], first["git_commit_hash"], first["tree_name"]) == (2, "a" * 40, "linus")
    assert len(found["maestro:issue"]["versions"]["2"]["trees"]) == 1
    nothing = "No extra details found. Issue id has no incident or doesn't exist."
    assert post(client, "issue/extras/", issues=[["maestro:none", 1]]) == {"error": nothing}
    assert "error" in post(client, "issue/extras/", issues="maestro:issue")


@pytest.mark.parametrize("name", ["rk3399-gru-kevin", "a%2Cb", "a%2Cc+d"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_hardware_by_any_of_its_names(client, world, name, slash):
    summary = post(client, f"hardware/{name}/summary{slash}", origin="maestro")["summary"]
    assert summary["tests"]["status"] == ALL
    for part, number in (("builds", 1), ("boots", 1), ("tests", 7)):
        assert len(post(client, f"hardware/{name}/{part}{slash}", origin="maestro")[part]) == number
    narrowed = post(
        client, f"hardware/{name}/tests", origin="maestro", filter={"filter_test.status": ["FAIL"]}
    )
    assert len(narrowed["tests"]) == 1


def test_hardware_listing(client, world):
    (row,) = get(client, "hardware/", origin="maestro")["hardware"]
    assert (row["platform"], row["hardware"]) == ("rk3399-gru-kevin", ["a,b", "a,c d"])
    assert post(client, "hardware/no/such/thing/summary") == {"error": "Hardware not found"}


def test_a_report_of_a_tree_tells_regressions_from_fixes_and_flakes(client):
    statuses = {
        "broke": (3, 3, 6),
        "fixed": (6, 6, 3),
        "flaky": (3, 6, 3),
        "error": (3, 3, 5),
        "fine": (3, 3, 3),
    }
    for days in range(3):
        start = timezone.now() - timedelta(hours=10 * (3 - days))
        checkout = create_checkout(revision=create_revision(started=start), start_time=start,
                                   git_repository_url=URL, git_repository_branch="master")  # fmt: skip
        build = create_build(checkout=checkout, start_time=start)
        for name, found in statuses.items():
            create_test(build=build, path=f"suite.{name}", status=Status(found[days]), start_time=start)
    count()
    report = get(client, "tree-report", git_url=URL, git_branch="master")

    def paths(name):
        return list(report[name].get("rk3399-gru-kevin", {}).get("defconfig", {}).get("arm64/gcc-14", {}))

    assert paths("possible_regressions") == ["suite.broke"]
    assert paths("fixed_regressions") == ["suite.fixed"]
    assert paths("unstable_tests") == ["suite.error", "suite.flaky"]
    runs = report["possible_regressions"]["rk3399-gru-kevin"]["defconfig"]["arm64/gcc-14"]["suite.broke"]
    assert [run["status"] for run in runs] == ["FAIL", "PASS", "PASS"]
    assert report["test_status_summary"]["pass_count"] == 3
    only = get(client, "tree-report", git_url=URL, git_branch="master", path=["%broke", "nothing%"])
    assert only["unstable_tests"] == {}
    quiet = get(client, "tree-report", git_url=URL, git_branch="master", max_age_in_hours="2")
    assert (quiet["possible_regressions"], quiet["commit_hash"]) == ({}, report["commit_hash"])


def test_a_report_says_what_the_analysis_says(client):
    history = {
        "regressed": "P" * 14 + "F" * 6,
        "flaky": "PF" * 9 + "PF",
        "once": "P" * 9 + "F" + "P" * 9 + "F",
    }
    tree = create_tree()
    for place in range(20):
        start = timezone.now() - timedelta(hours=6 * (20 - place))
        checkout = create_checkout(revision=create_revision(tree=tree, started=start), start_time=start,
                                   git_repository_url=URL, git_repository_branch="master")  # fmt: skip
        build = create_build(checkout=checkout, start_time=start)
        for name, letters in history.items():
            status = Status.FAIL if letters[place] == "F" else Status.PASS
            create_test(build=build, path=f"suite.{name}", status=status, start_time=start)
    count()
    judge_tree(tree.id)
    report = get(client, "tree-report", git_url=URL, git_branch="master", group_size=3)

    def paths(name):
        return list(report[name].get("rk3399-gru-kevin", {}).get("defconfig", {}).get("arm64/gcc-14", {}))

    # All of its last three runs fail: that it regressed before them is known all the same.
    assert paths("possible_regressions") == ["suite.regressed"]
    # Its last runs alone would look like a regression.
    assert "suite.flaky" in paths("unstable_tests")
    assert paths("fixed_regressions") == []


def test_metrics(client, world):
    assert get(client, "metrics/")["lab_maps"]["lab-one"] == {"builds": 0, "boots": 1, "tests": 7}


def test_methods_and_origins(client):
    assert client.post("/api/tree").status_code == 405
    assert client.get("/api/hardware/x/summary")["Allow"] == "POST"
    assert client.options("/api/hardware/x/summary")["Access-Control-Allow-Methods"] == "POST"
    assert client.get("/api/tree")["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/test/maestro:fail", "/t/maestro:fail"),
        ("/build/maestro:build", "/b/maestro:build"),
        ("/build/maestro:fail", "/t/maestro:fail"),
        ("/issue/maestro:issue?iv=2", "/i/maestro:issue"),
        ("/hardware/rk3399-gru-kevin?st=1&et=2", "/device/rk3399-gru-kevin"),
        ("/hardware/a,b", "/devices?compatible=a,b"),
        ("/hardware?o=maestro", "/devices?origin=maestro"),
        ("/tree?o=linaro&i=14", "/trees?origin=linaro"),
        ("/tree/" + "a" * 40, "/c/" + "a" * 40),
        ("/tree/mainline/master/" + "a" * 40, "/c/mainline/master/" + "a" * 40),
        (
            "/tree/mainline/a/b/" + "a" * 40 + "?df|bs|FAIL=true",
            "/c/mainline/a/b/" + "a" * 40 + "?tab=builds&status=fail",
        ),
        ("/c/mainline/master", "/tree/mainline/master"),
        ("/checkout/mainline/for-next/core", "/tree/mainline/for-next/core"),
    ],
)  # fmt: skip
def test_links_in_mails_lead_to_our_pages(client, world, old, new):
    response = client.get(old)
    assert (response.status_code, response["Location"]) == (302, new)


def test_our_own_addresses_stay(client, world):
    assert client.get("/c/mainline/master/" + "a" * 40).status_code == 200
    assert client.get("/tree/mainline/master").status_code == 200
