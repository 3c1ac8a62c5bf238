from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest import normalise

MAINLINE = "https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git"
MIRROR = "https://kernel.googlesource.com/pub/scm/linux/kernel/git/torvalds/linux.git"


@pytest.mark.parametrize(
    ("submitted", "name"),
    [
        ("aarch64", "arm64"), ("arm64", "arm64"), ("amd64", "x86_64"), ("x86", "i386"), ("i686", "i386"),
        ("s390x", "s390"), ("ppc64le", "powerpc"), ("ppc64", "powerpc"), ("riscv64", "riscv"), ("arc", "arc"),
        ("noarch", "noarch"), ("", None), (None, None),
    ],
)  # fmt: skip
def test_architectures(submitted, name):
    assert normalise.architecture(submitted) == name


@pytest.mark.parametrize(
    ("submitted", "name"),
    [
        ("gcc-12", "gcc-12"),
        ("korg-clang-20", "korg-clang-20"),
        ("rustclang", "rustclang"),
        ("gcc (GCC) 15.1.1 20250521 (Red Hat 15.1.1-2)", "gcc-15"),
        ("aarch64-linux-gnu-gcc (Debian 12.2.0-14) 12.2.0", "gcc-12"),
        ("Debian clang version 17.0.6", "clang-17"),
        ("clang version 20.1.7 (https://x.org 1.2.3)", "clang-20"),
        ("gcc", "gcc"),
        (" ", None),
        (None, None),
    ],
)
def test_compilers(submitted, name):
    assert normalise.compiler(submitted) == name


@pytest.mark.parametrize(
    ("submitted", "name"),
    [
        ("defconfig", "defconfig"),
        ("defconfig+", "defconfig"),
        ("a+b+", "a+b"),
        ("", None),
        ("+", None),
        (None, None),
    ],
)
def test_configurations(submitted, name):
    assert normalise.config(submitted) == name


@pytest.mark.parametrize(
    ("misc", "name"),
    [
        ({"lab": "lava-a", "runtime": "x"}, "lava-a"),
        ({"lab": "", "runtime": "lava-b"}, "lava-b"),
        ({"lab": None, "runtime": ["x"]}, "origin"),
        ({"runtime": "  "}, "origin"),
        ({}, "origin"),
        (None, "origin"),
        ("text", "origin"),
    ],
)
def test_labs(misc, name):
    assert normalise.lab(misc, "origin") == name


@pytest.mark.parametrize(
    ("name", "is_physical"),
    [
        ("lava-collabora", True), ("linaro", True), ("shell", False), ("k8s-all", False), ("k8s", False),
        ("docker", False), ("docker-3", False), ("kubernetes", False), ("shellfish", True), ("k8sx", True),
    ],
)  # fmt: skip
def test_labs_that_are_no_hardware(name, is_physical):
    assert normalise.is_physical_lab(name) is is_physical


@pytest.mark.parametrize(
    ("environment", "name"),
    [
        ({"misc": {"platform": "board"}, "compatible": ["v,b"]}, "board"),
        ({"misc": {"platform": ""}, "compatible": ["v,b", "v,soc"]}, "v,b"),
        ({"misc": {"platform": {"not": "text"}}}, None),
        ({"misc": {"platform": "a\0b"}}, "ab"),
        ({"compatible": []}, None),
        ({}, None),
    ],
)
def test_platforms(environment, name):
    assert normalise.platform(environment) == name


@pytest.mark.parametrize(("compatibles", "name"), [(["ti,am62", "x,y"], "ti"), (["board"], ""), ([], "")])
def test_vendors(compatibles, name):
    assert normalise.vendor(compatibles) == name


@pytest.mark.parametrize(
    ("path", "suite"),
    [
        ("", ""), ("ltp", "ltp"), ("ltp.foo", "ltp"), ("kselftest.net.tcp", "kselftest.net"),
        ("fluster.a.b.c.d.e", "fluster.a"), ("boot", "boot"), ("boot.nfs", "boot"), ("boot.nfs.x", "boot"),
        ("boots.a.b", "boots.a"),
    ],
)  # fmt: skip
def test_suites(path, suite):
    assert normalise.suite(path) == suite


@pytest.mark.parametrize(
    ("path", "is_boot"), [("boot", True), ("boot.nfs", True), ("bootrr", False), ("a.boot", False)]
)
def test_boots(path, is_boot):
    assert normalise.is_boot(path) is is_boot


@pytest.mark.parametrize(
    ("kcidb_id", "is_dummy"), [("maestro:dummy_1_arm64", True), ("dummy_:x", False), ("maestro:1", False)]
)
def test_dummy_builds(kcidb_id, is_dummy):
    assert normalise.is_dummy_build(kcidb_id) is is_dummy


@pytest.mark.parametrize(
    ("checkout", "tree"),
    [
        ({"git_repository_url": MIRROR, "tree_name": "x"}, ("mainline", MAINLINE, "")),
        (
            {"git_repository_url": MIRROR + "/", "git_repository_branch": "master"},
            ("mainline", MAINLINE, "master"),
        ),
        (
            {"git_repository_url": "https://x.org/a.git", "tree_name": "a/b"},
            ("a-b", "https://x.org/a.git", ""),
        ),
        (
            {"git_repository_url": "https://x.org/git/next/linux-next.git"},
            ("next-linux-next", "https://x.org/git/next/linux-next.git", ""),
        ),
        ({"git_repository_url": "https://x.org/"}, ("unknown", "https://x.org", "")),
        ({"tree_name": " "}, ("unknown", "", "")),
        ({}, ("unknown", "", "")),
    ],
)
def test_trees(checkout, tree):
    assert normalise.tree(checkout, {MIRROR: ("mainline", MAINLINE)}) == tree


def test_long_names_keep_their_head_and_stay_different():
    long = "a" * 600
    name = normalise.clip(long)
    assert len(name) == normalise.NAME_LENGTH and name.startswith("a" * 400)
    assert normalise.clip(long) == name != normalise.clip(long + "b")
    assert normalise.clip("a" * 512) == "a" * 512


@pytest.mark.parametrize(
    ("text", "moment", "is_exact"),
    [
        ("2025-07-17T08:12:01.123000+00:00", datetime(2025, 7, 17, 8, 12, 1, 123000, UTC), True),
        ("2025-07-17t08:12:01z", datetime(2025, 7, 17, 8, 12, 1, 0, UTC), True),
        ("2025-07-17T08:12:01+02:00", datetime(2025, 7, 17, 6, 12, 1, 0, UTC), True),
        ("2025-07-17T08:12:01.1234567Z", datetime(2025, 7, 17, 8, 12, 1, 123456, UTC), True),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC), False),
        ("2016-12-31T23:59:60.5Z", datetime(2017, 1, 1, 0, 0, 0, 500000, UTC), False),
        ("9999-12-31T23:59:59-01:00", None, False),
        ("9999-12-31T23:59:60Z", None, False),
        ("0000-01-01T00:00:00Z", None, False),
        ("0001-01-01T00:00:00+01:00", None, False),
    ],
)
def test_instants(text, moment, is_exact):
    assert normalise.instant(text) == (moment, is_exact)


@pytest.mark.parametrize(
    ("value", "stored", "is_exact"),
    [
        (5, 5.0, True),
        (1.5, 1.5, True),
        (None, None, True),
        (2**60 + 1, 2.0**60, False),
        (10**400, None, False),
    ],
)
def test_numbers(value, stored, is_exact):
    assert normalise.number(value) == (stored, is_exact)


@pytest.mark.parametrize(
    ("text", "line"), [("a: b\n\nc", "a: b"), ("\n\n a \n", "a"), ("", ""), ("a\0b", "ab")]
)
def test_first_lines(text, line):
    assert normalise.first_line(text) == line
