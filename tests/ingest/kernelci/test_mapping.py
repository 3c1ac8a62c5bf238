"""The mapping gives what Maestro's own bridge gives, and what it loses besides."""

from __future__ import annotations

import random

import pytest

from ingest.kernelci.mapping import to_documents, why_not_a_test
from tests.ingest.kernelci.samples import Grove, expected, forest, needs_samples, sample_nodes, site

BEYOND_THE_BRIDGE = {
    # The physical board, on the job and on every case below it.
    ("tests", "68b6c0a1f3d2e4a5b6c70003"): {
        "environment.misc.device": "mt8195-cherry-tomato-r2-cbg-3",
        "misc.retry_counter": 3,
    },
    ("tests", "68b6c0a1f3d2e4a5b6c70004"): {"environment.misc.device": "alta-1", "misc.retry_counter": 3},
    ("tests", "68b6c0a1f3d2e4a5b6c70007"): {"environment.misc.device": "mt8195-cherry-tomato-r2-cbg-1"},
    ("tests", "68b6c0a1f3d2e4a5b6c70009"): {"environment.misc.device": "mt8195-cherry-tomato-r2-cbg-1"},
    ("tests", "68b6c0a1f3d2e4a5b6c7000b"): {"environment.misc.device": "mt8195-cherry-tomato-r2-cbg-1"},
    ("tests", "68b6c0a1f3d2e4a5b6c70010"): {"environment.misc.device": "mt8195-cherry-tomato-r2-cbg-1"},
    ("tests", "68b6c0a1f3d2e4a5b6c70011"): {"environment.misc.device": "mt8195-cherry-tomato-r2-cbg-1"},
    # Which try of its job a result is.
    ("tests", "68b6c0a1f3d2e4a5b6c70012"): {"misc.retry_counter": 3},
    ("builds", "68b6c0a1f3d2e4a5b6c70014"): {"misc.retry_counter": 3},
    # Coverage as a number with a unit, not only in misc.
    ("tests", "68b6c0a1f3d2e4a5b6c7000f"): {"number": {"value": 13.7, "unit": "%"}},
}


def documents(raw_nodes, **site_changes):
    trees = forest(raw_nodes)
    return list(to_documents(trees, trees, site(**site_changes)))


def objects(raw_nodes, kind, **site_changes):
    return {
        thing["id"]: thing for page in documents(raw_nodes, **site_changes) for thing in page.get(kind, ())
    }


def by_path(grove, **site_changes):
    return {test["path"]: test for test in objects(grove.nodes, "tests", **site_changes).values()}


def take(thing, dotted):
    """Remove and return a nested value."""
    *above, last = dotted.split(".")
    for key in above:
        thing = thing[key]
    return thing.pop(last)


@needs_samples
@pytest.mark.parametrize("kind", ["checkouts", "builds", "tests"])
def test_gives_what_the_bridge_gives_and_only_the_listed_more(kind):
    ours = objects(sample_nodes(), kind)
    for (listed_kind, node_id), extras in BEYOND_THE_BRIDGE.items():
        if listed_kind == kind:
            for dotted, value in extras.items():
                assert take(ours[f"maestro:{node_id}"], dotted) == value
    assert ours == {thing["id"]: thing for thing in expected()[kind]}


@needs_samples
def test_the_order_of_the_nodes_does_not_matter():
    nodes = sample_nodes()
    straight = objects(nodes, "tests")
    random.Random(3).shuffle(nodes)
    assert objects(nodes, "tests") == straight


@pytest.fixture
def grove():
    return Grove()


@pytest.fixture
def build(grove):
    return grove.kbuild(grove.checkout())


@pytest.mark.parametrize(
    ("result", "code", "status"),
    [
        ("pass", None, "PASS"),
        ("fail", None, "FAIL"),
        ("skip", None, "SKIP"),
        (None, None, None),
        ("incomplete", None, None),
        ("incomplete", "node_timeout", None),
        ("incomplete", "something new", None),
        ("incomplete", "Canceled", "ERROR"),
        ("incomplete", "Test", "ERROR"),
        ("incomplete", "submit_error", "MISS"),
        ("incomplete", "Unexisting permission codename.", "MISS"),
        ("fail", "Infrastructure", "ERROR"),
        ("pass", "Infrastructure", "ERROR"),
        ("fail", "Job", "FAIL"),
    ],
)
def test_status_of_a_test(grove, build, result, code, status):
    grove.node("job", "baseline-arm64", build, result=result, data={"error_code": code})
    assert by_path(grove)["boot"].get("status") == status


@pytest.mark.parametrize(
    ("result", "status"), [("pass", "PASS"), ("skip", "SKIP"), ("fail", "ERROR"), (None, "ERROR")]
)
def test_infrastructure_trouble_of_the_job_excuses_its_cases_that_did_not_pass(grove, build, result, status):
    job = grove.node(
        "job",
        "ltp-mm",
        build,
        result="incomplete",
        data={"error_code": "Infrastructure", "error_msg": "no power"},
    )
    grove.node("test", "mmap01", job, result=result)
    case = by_path(grove)["ltp.mmap01"]
    assert case["status"] == status
    assert case["misc"].get("error_msg") == ("no power" if status == "ERROR" else None)


@pytest.mark.parametrize(
    ("result", "code", "status"),
    [
        ("pass", None, "PASS"),
        ("fail", None, "FAIL"),
        ("incomplete", None, "ERROR"),
        ("incomplete", "node_timeout", "MISS"),
        ("fail", "kbuild_internal_error", "ERROR"),
        (None, None, None),
    ],
)
def test_status_of_a_build(grove, result, code, status):
    made = grove.kbuild(grove.checkout(), result=result, data={"error_code": code})
    assert objects(grove.nodes, "builds")[f"maestro:{made['id']}"].get("status") == status


def test_setup_cases_are_no_tests_but_os_release_is(grove, build):
    job = grove.node("job", "baseline-arm64", build)
    setup = grove.node("job", "setup", job)
    for name in ("login", "kernelmsg", "os-release"):
        grove.node("test", name, setup)
    assert set(by_path(grove)) == {"boot", "boot.setup.os-release"}


def test_only_the_job_and_its_leaves_are_tests(grove, build):
    job = grove.node("job", "kselftest-net", build)
    suite = grove.node("job", "kselftest-net", job)
    grove.node("test", "tcp", suite)
    nested = grove.node("job", "tls", suite)
    grove.node("test", "send", nested)
    empty = grove.node("job", "empty", suite)
    paths = [test["path"] for test in objects(grove.nodes, "tests").values()]
    assert sorted(paths) == [
        "kselftest.net",
        "kselftest.net.empty",
        "kselftest.net.tcp",
        "kselftest.net.tls.send",
    ]
    assert why_not_a_test(forest(grove.nodes).get(nested["id"]), forest(grove.nodes), site()) == "has cases"
    assert not why_not_a_test(forest(grove.nodes).get(empty["id"]), forest(grove.nodes), site())


def test_tests_wait_until_they_are_done_but_builds_show_early(grove):
    build = grove.kbuild(grove.checkout(state="available"), state="available")
    grove.node("job", "baseline-arm64", build, state="available", result=None)
    grove.kbuild(grove.nodes[0], name="kbuild-gcc-14-riscv", state="running", result=None)
    (page,) = documents(grove.nodes)
    assert [len(page.get(kind, ())) for kind in ("checkouts", "builds", "tests")] == [1, 1, 0]


def test_a_timed_out_checkout_is_not_one(grove):
    grove.checkout(result="incomplete", data={"error_code": "node_timeout"})
    assert documents(grove.nodes) == []


def test_every_try_of_a_job_is_kept_and_says_which_it_is(grove, build):
    first = grove.node("job", "baseline-arm64", build, result="fail", debug={"retry_by": "tester"})
    second = grove.node("job", "baseline-arm64", build, retry_counter=1)
    tries = objects(grove.nodes, "tests")
    assert {test["path"] for test in tries.values()} == {"boot"}
    assert tries[f"maestro:{first['id']}"]["misc"]["retry_by"] == "tester"
    assert tries[f"maestro:{second['id']}"]["misc"]["retry_counter"] == 1


def test_a_patch_set_is_a_checkout_of_its_own(grove):
    base = grove.checkout()
    patched = grove.node(
        "checkout",
        "patchset",
        base,
        submitter="user:someone@example.org",
        artifacts={"patch10": "https://p/10", "patch2": "https://p/2", "tarball": "https://p/t"},
        data={"kernel_revision": grove.revision(patchset="ab" * 32)},
    )
    build = grove.kbuild(patched)
    job = grove.node("job", "baseline-arm64", build)
    checkout = objects(grove.nodes, "checkouts")[f"maestro:{patched['id']}"]
    assert checkout["patchset_hash"] == "ab" * 32
    assert [file["name"] for file in checkout["patchset_files"]] == ["patch2", "patch10"]
    assert checkout["misc"] == {"submitted_by": "kernelci-dev"}
    assert (
        objects(grove.nodes, "builds")[f"maestro:{build['id']}"]["checkout_id"] == f"maestro:{patched['id']}"
    )
    assert objects(grove.nodes, "tests")[f"maestro:{job['id']}"]["path"] == "boot"


def test_a_patch_set_hash_of_another_form_is_hashed(grove):
    grove.checkout(data={"kernel_revision": grove.revision(patchset="not a hash")})
    (checkout,) = objects(grove.nodes, "checkouts").values()
    assert len(checkout["patchset_hash"]) == 64


def test_custom_runs_can_be_left_out(grove, build):
    grove.node("job", "baseline-arm64", build, submitter="user:someone@example.org")
    assert len(objects(grove.nodes, "tests")) == 1
    assert objects(grove.nodes, "tests", keep_custom=False) == {}


def test_dummy_builds_stand_for_the_architecture(grove):
    checkout = grove.checkout()
    grove.node("job", "kunit-arm64", checkout)
    grove.node("job", "kunit-plain", checkout, data={"arch": None})
    builds = objects(grove.nodes, "builds")
    plain = f"maestro:dummy_{checkout['id']}"
    assert set(builds) == {plain, f"{plain}_arm64"}
    assert builds[f"{plain}_arm64"]["architecture"] == "arm64"


def test_a_test_whose_build_was_purged_is_left_out(grove, build):
    grove.node("job", "baseline-arm64", build)
    assert documents(grove.nodes[2:]) == []


@pytest.mark.parametrize(
    ("name", "measurement", "number"),
    [
        ("coverage.functions", 12.5, {"value": 12.5, "unit": "%"}),
        ("iops", 4, {"value": 4}),
        ("os-release", 12.0, None),
        ("text", "12.0", None),
        ("flag", True, None),
        ("nan", float("nan"), None),
    ],
)
def test_measurements_are_numbers_where_they_are(grove, build, name, measurement, number):
    job = grove.node("process", "coverage-report-arm64", build)
    case = grove.node("test", name, job, data={"misc": {"measurement": measurement}})
    assert objects(grove.nodes, "tests")[f"maestro:{case['id']}"].get("number") == number


def test_compatibles_of_the_node_go_before_the_operators(grove, build):
    grove.node("job", "baseline-arm64", build, data={"compatible": ["acme,board"]})
    grove.node("job", "ltp-mm", build)
    tests = by_path(grove)
    assert tests["boot"]["environment"]["compatible"] == ["acme,board"]
    assert tests["ltp"]["environment"]["compatible"] == ["raspberrypi,4-model-b", "brcm,bcm2711"]


def test_a_lab_without_a_known_address_gives_no_job_address(grove, build):
    grove.node("job", "baseline-arm64", build, data={"runtime": "lava-new", "job_id": "7"})
    test = by_path(grove)["boot"]
    assert test["misc"]["lab"] == "lava-new"
    assert test["environment"]["misc"]["job_id"] == "7"
    assert "job_url" not in test["environment"]["misc"]


def test_documents_are_cut_into_pages_that_repeat_the_parents(grove, build):
    for number in range(25):
        grove.node("job", f"ltp-{number}", build)
    trees = forest(grove.nodes)
    pages = list(to_documents(trees, trees, site(), size=10))
    assert [len(page["tests"]) for page in pages] == [10, 10, 5]
    assert all(page["builds"][0]["id"] == f"maestro:{build['id']}" for page in pages)


def test_documents_with_long_excerpts_are_cut_earlier(grove, build):
    for number in range(1200):
        grove.node("job", f"ltp-{number}", build, artifacts={"lava_log": "https://logs/1"})
    pages = documents(grove.nodes, excerpt=lambda url, status: "x" * 16_384)
    assert [len(page["tests"]) for page in pages] == [513, 513, 174]
