"""Every command of kci-dev that reads results works against us unmodified, for people and as JSON."""

from __future__ import annotations

import json

import pytest

from results.models import Build, Checkout, Incident, ResultCount, Test
from results.queries.checkouts import checkouts_numbered
from results.status import Status

pytestmark = pytest.mark.usefixtures("demo")


@pytest.fixture
def checkout():
    """The newest checkout of Maestro with many tests."""
    counted = ResultCount.objects.filter(is_boot=True, build__checkout__origin__name="maestro")
    found = Checkout.objects.filter(id__in=counted.values("build__checkout")).latest("start_time")
    return checkouts_numbered([found.pk])[found.pk]


@pytest.fixture
def tree(checkout):
    return ["--giturl", checkout.url, "--branch", checkout.branch]


@pytest.fixture
def revision(checkout, tree):
    return [*tree, "--commit", checkout.revision.commit]


def succeed(kci_dev, *command):
    status, output = kci_dev.command("results", *command)
    assert status == 0, output
    return output


def as_json(kci_dev, *command):
    return json.loads(succeed(kci_dev, *command, "--json"))


def results(checkout, **which):
    return Test.objects.filter(build__checkout__key=Checkout.objects.get(pk=checkout.number).key, **which)


def three(counts):
    """Return pass, fail and inconclusive as kci-dev sums them."""
    passed, failed = counts.filter(status=Status.PASS).count(), counts.filter(status=Status.FAIL).count()
    return {"pass": passed, "fail": failed, "inconclusive": counts.count() - passed - failed}


def test_trees(kci_dev, checkout):
    assert checkout.url in succeed(kci_dev, "trees")
    listed = as_json(kci_dev, "trees", "--days", "14")
    name = f"{checkout.tree_name}/{checkout.branch}"
    mine = [tree for tree in listed if (tree["tree"], tree["giturl"]) == (name, checkout.url)]
    assert len(mine) == 1
    assert mine[0]["latest_commit_start_time"] >= checkout.start_time.isoformat()[:19]


def test_summary_counts_what_is_stored(kci_dev, checkout, revision):
    assert "pass/fail/inconclusive" in succeed(kci_dev, "summary", *revision)
    found = as_json(kci_dev, "summary", *revision)
    assert found["boots"] == three(results(checkout, is_boot=True))
    assert found["tests"] == three(results(checkout, is_boot=False))
    assert found["builds"] == three(
        Build.objects.filter(checkout=checkout.number, known=True, is_dummy=False)
    )


def test_summary_of_the_newest(kci_dev, tree):
    assert as_json(kci_dev, "summary", *tree, "--latest")["builds"]


def test_summary_history(kci_dev, checkout, revision):
    assert checkout.revision.commit[:12] in succeed(kci_dev, "summary", *revision, "--history")
    assert as_json(kci_dev, "summary", *revision, "--history")


@pytest.mark.parametrize("part", ["builds", "boots", "tests"])
def test_lists(kci_dev, revision, part, checkout):
    assert "id:" in succeed(kci_dev, part, *revision)
    listed = as_json(kci_dev, part, *revision)
    counted = as_json(kci_dev, part, *revision, "--count")
    assert counted == {"count": len(listed)}
    if part != "builds":
        assert len(listed) == results(checkout, is_boot=part == "boots").count()


@pytest.mark.parametrize("status", ["pass", "fail", "inconclusive"])
def test_lists_by_status(kci_dev, checkout, revision, status):
    listed = as_json(kci_dev, "tests", *revision, "--status", status)
    assert len(listed) == three(results(checkout, is_boot=False))[status]


def test_lists_by_what_kci_dev_filters_itself(kci_dev, revision):
    everything = as_json(kci_dev, "boots", *revision)
    one = everything[0]["hardware"]
    named = one if isinstance(one, str) else one[0]
    assert 0 < len(as_json(kci_dev, "boots", *revision, "--hardware", named)) <= len(everything)
    assert as_json(kci_dev, "boots", *revision, "--git-branch", "no-such-branch") == []
    assert as_json(kci_dev, "tests", *revision, "--arch", "no-such-arch") == []


def test_one_of_each(kci_dev, revision):
    for part in ("build", "boot", "test"):
        listed = as_json(kci_dev, f"{part}s", *revision)
        assert listed[0]["id"] in succeed(kci_dev, part, "--id", listed[0]["id"])
        assert listed[0]["id"] in succeed(kci_dev, part, "--id", listed[0]["id"], "--json")


def test_what_is_not_there_is_said(kci_dev, tree):
    status, output = kci_dev.command("results", "summary", *tree, "--commit", "0" * 40)
    assert status != 0
    assert "No results available for this tree/branch/commit" in output
    assert "has no checkout recorded" in output
    status, output = kci_dev.command("results", "test", "--id", "maestro:nothing")
    assert (status != 0, "Test not found" in output) == (True, True)


def test_hardware(kci_dev):
    listed = as_json(kci_dev, "hardware", "list")
    assert listed
    assert succeed(kci_dev, "hardware", "list")
    platform = ResultCount.objects.filter(
        origin__name="maestro", platform__isnull=False, is_boot=True
    ).latest("day")
    name = ["--name", platform.platform.name]
    summary = as_json(kci_dev, "hardware", "summary", *name)
    assert sum(summary["boots"].values()) > 0
    assert succeed(kci_dev, "hardware", "summary", *name)
    for part in ("builds", "boots", "tests"):
        succeed(kci_dev, "hardware", part, *name)
        found = as_json(kci_dev, "hardware", part, *name)
        assert len(found) == sum(summary[part].values())


def test_hardware_by_compatible(kci_dev):
    counted = ResultCount.objects.filter(origin__name="maestro", platform__compatibles__len__gt=0)
    platform = counted.latest("day").platform
    by_name = as_json(kci_dev, "hardware", "summary", "--name", platform.name)
    by_compatible = as_json(kci_dev, "hardware", "summary", "--name", platform.compatibles[0])
    assert sum(by_compatible["tests"].values()) >= sum(by_name["tests"].values())


def test_issues(kci_dev, revision):
    assert as_json(kci_dev, "issues", "--days", "30")
    assert "http" in succeed(kci_dev, "issues", "--days", "30")
    for which in ([], ["--new"], ["--missing"]):
        succeed(kci_dev, "issues", *which, *revision)
        succeed(kci_dev, "issues", *which, *revision, "--json")


def test_issues_of_all_trees(kci_dev):
    succeed(kci_dev, "issues", "--new")
    assert "No issues found" in succeed(
        kci_dev, "issues", "--start-date", "2001-01-01", "--end-date", "2001-01-02"
    )


def test_one_issue(kci_dev):
    incident = Incident.objects.filter(present=True, test_key__isnull=False).first()
    found = as_json(kci_dev, "issues", "--days", "30")
    ids = {issue["id"] for issue in found}
    for kcidb_id in list(ids)[:3]:
        assert kcidb_id in json.dumps(as_json(kci_dev, "issue", "--id", kcidb_id))
        assert "Issue information" in succeed(kci_dev, "issue", "--id", kcidb_id)
    assert incident is None or ids


def test_tree_report(kci_dev, checkout, tree):
    report = as_json(kci_dev, "tree-report", *tree, "--history-size", "5", "--max-age", "720")
    assert report["commit_hash"] == checkout.revision.commit
    assert "Summary" in succeed(kci_dev, "tree-report", *tree)
    assert sum(report["test_status_summary"].values()) == results(checkout, is_boot=False).count()


def test_compare_results(kci_dev, checkout):
    commits = kci_dev.client(
        "get_commits_history",
        origin="maestro",
        giturl=checkout.url,
        branch=checkout.branch,
        commit=checkout.revision.commit,
    )
    head, base = (commit["git_commit_hash"] for commit in commits[:2])
    report = kci_dev.client(
        "compare_results", base=base, head=head, giturl=checkout.url, branch=checkout.branch
    )
    assert (report["base"], report["head"], report["incomplete"]) == (base, head, False)
    assert sum(report["counts"].values()) > 0


def test_metrics(kci_dev):
    labs = kci_dev.client("get_metrics")["lab_maps"]
    assert any(lab["boots"] for lab in labs.values())
