"""What was planted is what the documents say."""

from datetime import datetime, timedelta
from itertools import chain

import pytest


def _axes(test, builds):
    """Return where a test ran, in the words of the truth."""
    build = builds.get(test["build_id"], {})
    misc = test.get("misc", {})
    return {
        "origin": test["origin"],
        "platform": test["environment"].get("misc", {}).get("platform", ""),
        "lab": misc.get("runtime", ""),
        "architecture": build.get("architecture"),
        "config": build.get("config_name", ""),
        "compiler": build.get("compiler"),
    }


@pytest.fixture(scope="module")
def runs(world):
    """Return (test, axes, tree, branch and commit) of every test whose build and checkout are known."""
    checkouts = {item["id"]: item for item in world.checkouts}
    builds = {item["id"]: item for item in world.builds}
    found = []
    for test in world.tests:
        build = builds.get(test["build_id"])
        checkout = build and checkouts.get(build["checkout_id"])
        if checkout:
            place = checkout["git_commit_hash"], checkout["git_repository_branch"]
            found.append((test, _axes(test, builds), place))
    return found


def _positions(world, event):
    """Return commit -> position in the event's branch."""
    branch = next(
        each
        for each in world.truth["branches"]
        if (each["tree"], each["branch"]) == (event["tree"], event["branch"])
    )
    return {revision["commit"]: position for position, revision in enumerate(branch["revisions"])}


def _affected_runs(world, event, runs):
    """Yield (position, test) of the runs of what an event affects."""
    positions = _positions(world, event)
    places = [{name: lane[name] for name in lane} for lane in event["affected"]]
    for test, axes, (commit, _) in runs:
        if commit not in positions or event["paths"].get(test["origin"]) != test["path"]:
            continue
        if any(all(axes[name] == value for name, value in place.items()) for place in places):
            yield positions[commit], test


def _is_bad(event, positions, position):
    for span in event["spans"]:
        end = positions[span["fixed_by"]] if span["fixed_by"] else len(positions)
        if positions[span["first_bad"]] <= position < end:
            return True
    return False


def _hard_regressions(world):
    return [
        event
        for event in world.truth["regressions"]
        if event["rate"] == 1 and event["failures"] and not event["whole_suite"]
    ]


def test_after_a_hard_regression_what_it_affects_never_passes(world, runs):
    checked = 0
    for event in _hard_regressions(world):
        positions = _positions(world, event)
        for position, test in _affected_runs(world, event, runs):
            if _is_bad(event, positions, position):
                assert test.get("status") not in ("PASS", "DONE"), (event["id"], test["id"])
                checked += test.get("status") == "FAIL"
    assert checked > 10


def test_before_it_mostly_passes(world, runs):
    statuses = []
    for event in _hard_regressions(world):
        positions = _positions(world, event)
        for position, test in _affected_runs(world, event, runs):
            if not _is_bad(event, positions, position):
                statuses.append(test.get("status"))
    assert statuses.count("PASS") > 0.6 * len(statuses)


def test_some_regressions_are_new_and_open(world):
    open_ones = [event for event in world.truth["regressions"] if event["spans"][-1]["fixed_by"] is None]
    assert len(open_ones) > 2
    for event in world.truth["regressions"]:
        positions = _positions(world, event)
        assert all(span["first_bad"] in positions for span in event["spans"])


def test_broken_builds_fail_with_the_compilers_words(world):
    commits = {item["id"]: item["git_commit_hash"] for item in world.checkouts}
    for event in world.truth["broken_builds"]:
        hit = [
            build
            for build in world.builds
            if build["origin"] == event["origin"] == "maestro"
            and commits.get(build["checkout_id"]) == event["first_bad"]
            and (build["architecture"], build.get("config_name"), build["compiler"])
            == (event["architecture"], event["config"], event["compiler"])
        ]
        assert all(build["status"] == "FAIL" and event["error"] in build["log_excerpt"] for build in hit)


def test_builds_have_the_warnings_that_were_added(world):
    commits = {item["id"]: item["git_commit_hash"] for item in world.checkouts}
    assert world.truth["new_warnings"]
    for event in world.truth["new_warnings"]:
        positions = _positions(world, event)
        until = positions.get(event["fixed_by"], len(positions))
        counts = {True: set(), False: set()}
        for build in world.builds:
            variant = build.get("architecture"), build.get("config_name"), build.get("compiler")
            place = positions.get(commits.get(build["checkout_id"]))
            same = (event["architecture"], event["config"], event["compiler"]) == variant
            if place is not None and same and build["origin"] == event["origin"]:
                counts[positions[event["first_bad"]] <= place < until].add(build["misc"]["warnings"])
        others = [each for each in world.truth["new_warnings"] if each is not event]
        alone = all(_variant_of(each) != _variant_of(event) for each in others)
        if alone and counts[True] and counts[False]:
            assert counts[True] == {counts[False].pop() + event["warnings"]} and not counts[False]


def _variant_of(event):
    return tuple(event[name] for name in ("tree", "branch", "architecture", "config", "compiler"))


def test_a_lab_that_is_gone_says_no_more(world):
    (gone,) = world.truth["labs_gone"]
    begin = datetime.fromisoformat(gone["begin"])
    starts = [
        datetime.fromisoformat(test["start_time"])
        for test in world.tests
        if test["environment"].get("comment") == f"Runtime: {gone['lab']}"
    ]
    assert starts
    # What was submitted for an oddity, or had begun, may end a little later.
    assert max(starts) < begin + timedelta(hours=2)


def test_removed_tests_do_not_run_any_more(world):
    removed = {
        path: datetime.fromisoformat(event["when"])
        for event in world.truth["removed_tests"]
        for path in event["paths"]
    }
    seen = {}
    for test in world.tests:
        if test["path"] in removed:
            seen[test["path"]] = max(seen.get(test["path"], ""), test["start_time"])
    late = [
        path
        for path, last in seen.items()
        if datetime.fromisoformat(last) > removed[path] + timedelta(hours=3)
    ]
    assert seen
    assert late == []


def test_renamed_tests_have_one_name_at_a_time(world):
    paths = {test["path"] for test in world.tests}
    renamed = list(chain.from_iterable(event["renamed_to"] for event in world.truth["renamed_tests"]))
    assert paths & set(renamed)


def test_flaky_tests_both_pass_and_fail(world, runs):
    rates = {}
    for flake in world.truth["flaky"]:
        if flake["rate"] > 0.25 and not flake["bursty"]:
            rates[flake["path"], flake["origin"], flake["platform"]] = flake["rate"]
    outcomes = {}
    for test, axes, _ in runs:
        key = test["path"], test["origin"], axes["platform"]
        if key in rates:
            outcomes.setdefault(key, []).append(test.get("status"))
    often = [statuses for statuses in outcomes.values() if len(statuses) >= 8]
    assert often
    assert sum("PASS" in statuses and "FAIL" in statuses for statuses in often) > 0.8 * len(often)


def test_persistent_failures_fail(world):
    failing = {
        (each["origin"], each["platform"], path)
        for each in world.truth["persistent"]
        for path in each["paths"]
    }
    statuses = [
        test.get("status")
        for test in world.tests
        if (test["origin"], test["environment"].get("misc", {}).get("platform", ""), test["path"]) in failing
    ]
    assert statuses.count("PASS") < 0.1 * len(statuses)
