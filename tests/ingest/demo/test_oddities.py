"""Each of the weird things that real data has is in the demo as well."""

from collections import Counter

from ingest.demo.hardware import VARIANTS


def _measurement(test):
    return test["environment"].get("misc", {}).get("measurement")


def test_statuses_are_left_out_as_in_reality(world):
    assert not any("status" in build for build in world.builds if build["origin"] == "linaro")
    assert any("status" not in test for test in world.tests)
    assert {test.get("status") for test in world.tests} >= {
        "PASS",
        "FAIL",
        "SKIP",
        "MISS",
        "ERROR",
        "DONE",
        None,
    }


def test_v4_builds_say_valid_instead_of_status(world):
    redhat = [build for build in world.builds if build["origin"] == "redhat"]
    assert any("valid" in build for build in redhat)
    assert not any("status" in build for build in redhat)


def test_versions_are_mixed(world):
    versions = {(content["version"]["major"], content["version"]["minor"]) for content in world.contents}
    assert versions >= {(5, 3), (5, 1), (5, 0), (4, 2)}


def test_configurations_and_architectures_are_spelled_in_many_ways(world):
    configs = {build.get("config_name") for build in world.builds}
    assert {"defconfig+", "defconfig"} <= configs
    assert max(len(variant.config) for variant in VARIANTS) >= 140
    assert {build.get("architecture") for build in world.builds} >= {"arm64", "x86_64", "aarch64"}


def test_texts_may_be_empty_instead_of_absent(world):
    assert any(checkout.get("patchset_hash") == "" for checkout in world.checkouts)
    assert any(test.get("log_excerpt") == "" and test.get("comment") == "" for test in world.tests)


def test_measurements_come_as_numbers_as_text_and_absurd(world):
    assert any(isinstance(_measurement(test), str) for test in world.tests)
    numbers = [test["number"]["value"] for test in world.tests if "number" in test]
    assert len(numbers) > 100
    assert -172 in numbers
    assert 1_480_000 in numbers
    units = {test["number"].get("unit") for test in world.tests if "number" in test}
    assert {"s", "us"} <= units


def test_an_issue_is_listed_twice_and_has_a_time_for_a_version(world):
    listed = [
        Counter((item["id"], item["version"]) for item in content.get("issues", []))
        for content in world.contents
    ]
    assert any(count == 2 for issues in listed for count in issues.values())
    assert any(version > 1_700_000_000 for issues in listed for _, version in issues)


def test_names_may_be_long_with_hyphens_or_capitals(world):
    assert max(len(test["id"]) for test in world.tests) >= 120
    roots = {test["path"].split(".")[0] for test in world.tests}
    assert "kselftest-arm64-qualcomm" in roots
    assert any(root[:1].isupper() for root in roots)
    assert max(test["path"].count(".") for test in world.tests) >= 2


def test_one_document_repeats_an_excerpt_for_8_megabytes(world):
    biggest = max(range(len(world.documents)), key=lambda index: len(world.documents[index].raw))
    assert len(world.documents[biggest].raw) > 7_000_000
    excerpts = {test["log_excerpt"] for test in world.contents[biggest]["tests"] if "log_excerpt" in test}
    assert [len(excerpt) for excerpt in excerpts] == [16_384]


def test_children_come_before_parents_or_never_have_any(world):
    seen, before, mentioned = set(), set(), set()
    for content in world.contents:
        seen |= {build["id"] for build in content.get("builds", [])}
        parents = {test["build_id"] for test in content.get("tests", [])}
        before |= parents - seen
        mentioned |= parents
    assert before & seen
    assert 0 < len(mentioned - seen) < 0.1 * len(mentioned)


def test_parents_may_be_of_another_origin_or_made_up(world):
    assert any(test["build_id"].startswith("maestro:") for test in world.tests if test["origin"] == "ti")
    assert any(build["id"].startswith("maestro:dummy_") for build in world.builds)


def test_linaro_sends_a_checkout_for_every_build_without_a_tree_name(world):
    linaro = [checkout for checkout in world.checkouts if checkout["origin"] == "linaro"]
    assert not any("tree_name" in checkout for checkout in linaro)
    assert max(Counter(checkout["git_commit_hash"] for checkout in linaro).values()) > 1
    assert any("googlesource" in checkout["git_repository_url"] for checkout in linaro)


def test_secrets_and_internal_names_are_among_the_data(world):
    assert any("&sig=" in test.get("log_url", "") for test in world.tests)
    assert any(".lab.redhat.example" in test["environment"].get("comment", "") for test in world.tests)
    assert any(value is None for test in world.tests for value in test.get("misc", {}).values())


def test_infrastructure_fails_as_results(world):
    messages = " ".join(test.get("misc", {}).get("error_msg") or "" for test in world.tests)
    assert "timed out" in messages or "timed-out" in messages
    assert {outage["style"] for outage in world.truth["lab_outages"]} >= {"silent"}


def test_tests_are_submitted_again_mostly_unchanged(world):
    again = Counter(test["id"] for test in world.tests)
    assert 0 < sum(count > 1 for count in again.values()) < 0.1 * len(again)


def test_excerpts_are_a_job_s_or_a_line(world):
    maestro = [
        test["log_excerpt"] for test in world.tests if test["origin"] == "maestro" and test.get("log_excerpt")
    ]
    linaro = [
        test["log_excerpt"] for test in world.tests if test["origin"] == "linaro" and test.get("log_excerpt")
    ]
    assert len(set(maestro)) < 0.6 * len(maestro)
    assert max(map(len, maestro)) == 16_384
    assert sorted(map(len, linaro))[len(linaro) // 2] < 200
    assert any(not excerpt.isascii() for excerpt in linaro)
