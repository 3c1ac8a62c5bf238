"""From the place of a node in its tree to a KCIDB test path.

A job's name stands for a suite: ``baseline-arm64`` is ``boot``, ``kselftest-net`` is
``kselftest.net``. An operator's rules (``ingest.models.SuiteRule``) come first, then the names
that KernelCI is known to use; a job that neither knows is its own suite.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from fnmatch import translate
from typing import Final

_FOREIGN: Final = re.compile(r"[^.A-Za-z0-9_-]")
_DOTS: Final = re.compile(r"\.{2,}")

# The first pattern that matches a whole job name gives its suite.
_KNOWN: Final = tuple(
    (re.compile(pattern), suite)
    for pattern, suite in (
        (r".*-dtbscheck", "dtbs_check"),
        (r"baseline-nfs(-.*)?", "boot.nfs"),
        (r"baseline(-.*)?", "boot"),
        (r"job-gcc-(?=.*-cip).*(arm64|riscv).*", "boot"),
        (r"job-gcc-.*-cip.*", "boot.nfs"),
        (r"ltp(-.*)?", "ltp"),
        (r"rt-tests-pi-stress", "rt-tests.pi-params"),
        (r"rt-tests-(.+)", r"rt-tests.\1"),
        (r"kunit.*", "kunit"),
        (r"kvm-unit-tests.*", "kvm-unit-tests"),
        (r"coverage-report-.*", "coverage"),
        (r"sleep", "kernelci_sleep"),
        (r"watchdog-reset(-.*)?", "kernelci_watchdog_reset"),
        (r"wifi-basic.*", "kernelci_wifi_basic"),
        (r"nipa-update", "kernelci_nipa-update"),
        (r"cvehound", "security.cvehound"),
        (r"h26forge-debian", "h26forge.debian"),
        (r"blktests-ddp-x86", "blktests-ddp"),
    )
)
_FLUSTER: Final = re.compile(r"fluster-debian-(.+)")
_KSELFTEST: Final = re.compile(r"kselftest-(.+?)(?:-ramdisk|-main|-pull-labs|-2g|-8g)*")
_POWER_STATE: Final = re.compile(r"-(suspend|hibernate)\Z")
# Spelled as KernelCI spells them ("splce", too): a result must have one path through both doors.
_KSELFTEST_SPELLINGS: Final = {
    "device-error-logs": "device_error_logs",
    "perf-events": "perf_events",
    "user-events": "user_events",
    "kvm-pkvm": "pkvm",
    "splice": "splce",
}


def known_suite(job: str) -> str:
    """Return the suite of a job by the names KernelCI uses; the name itself when none fits."""
    for pattern, suite in _KNOWN:
        if match := pattern.fullmatch(job):
            return match.expand(suite)
    if match := _FLUSTER.fullmatch(job):
        codec = match[1].replace("-10bit", "").replace("-", "_")
        return f"fluster.debian.v4l2.gstreamer_{codec}"
    if match := _KSELFTEST.fullmatch(job):
        return f"kselftest.{_kselftest_target(job, match[1])}"
    return job


def _kselftest_target(job: str, target: str) -> str:
    if job == "kselftest-device-error-logs-ramdisk":
        return target
    return _KSELFTEST_SPELLINGS.get(target) or _POWER_STATE.sub(r".\1", target)


class Suites:
    """Which suite a job's results belong to.

    ``rules`` are pairs of a job name, or a shell pattern for one, and a suite; an empty suite
    means that the job's results are not kept. An exact name goes before a pattern, a longer
    pattern before a shorter one.
    """

    def __init__(self, rules: Iterable[tuple[str, str]] = ()) -> None:
        by_length = sorted(rules, key=lambda rule: (-len(rule[0]), rule[0]))
        self._exact = {job: suite for job, suite in by_length if not _is_pattern(job)}
        self._patterns = [(re.compile(translate(job)), suite) for job, suite in by_length if _is_pattern(job)]

    def of_job(self, job: str) -> str:
        """Return the suite of a job, "" when the operator keeps none of its results."""
        if job in self._exact:
            return self._exact[job]
        for pattern, suite in self._patterns:
            if pattern.match(job):
                return suite
        return known_suite(job)

    def is_named(self, name: str) -> bool:
        """Whether the operator has a rule for exactly this job."""
        return name in self._exact


def _is_pattern(job: str) -> bool:
    return any(sign in job for sign in "*?[")


def path_below(below: Sequence[str], jobs: Collection[str], suites: Suites) -> str:
    """Return the KCIDB path of a node; "" when its results are not kept.

    ``below`` are the names from under the build (or checkout) down to the node; ``jobs`` those of
    them that are jobs, as far as the tree says so. Names starting with ``kbuild-`` are builds, and
    no part of a test path.
    """
    parts: list[str] = []
    for name in filter(None, _undoubled(list(below))):
        if name in jobs or suites.is_named(name):
            name = suites.of_job(name)
            if not name:
                return ""
        elif name.startswith("kbuild-"):
            continue
        parts.append(name)
    joined = _FOREIGN.sub("_", ".".join(_undoubled(parts)))
    return _DOTS.sub(".", joined).strip(".")


def _undoubled(parts: list[str]) -> list[str]:
    """LAVA repeats the job's name as the name of its main suite: keep one of them."""
    return parts[1:] if len(parts) > 1 and parts[0] == parts[1] else parts
