"""What is rare but real: dummy builds, an 8 MB file, measurements as text, absurd values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ingest.demo.hardware import BOARDS, Variant
from ingest.demo.manners import Builder, BuildRun, Job, Json, Manner
from ingest.demo.manners.redhat import known_issues
from ingest.demo.outcomes import Outcome
from ingest.demo.plan import Lane, Spec
from ingest.demo.suites import COVERAGE, DTBS_CHECK, HYPHENS, PERFORMANCE, Suite, suites_of

HUGE = 492
"""Tests of one Maestro document that, with the same excerpt each, make 8 MB."""
FEW = 5_000
"""Below so many tests, a demo has the oddities of one branch only, without the huge document."""
NEGATIVE_LATENCY = -172.0
UNIT_SLIP = 1_480_000.0


class Oddities:
    """Makes each of them once for every branch, the huge document only once."""

    def __init__(self, spec: Spec, manners: dict[str, Manner]) -> None:
        self._spec = spec
        self._manners = manners
        self._huge = spec.tests >= FEW
        self._enough = False

    def of(self, build: BuildRun, checkout: Json) -> Iterator[tuple[Manner, dict[str, list[Json]]]]:
        """Yield who sends which lists of objects."""
        if self._enough:
            return
        self._enough = self._spec.tests < FEW
        maestro = self._manners["maestro"]
        assert isinstance(maestro, Builder)
        yield maestro, self._dummy(maestro, build, checkout)
        yield maestro, {"tests": self._absurd(maestro, build)}
        yield maestro, {"tests": maestro.tests(self._job(build, HYPHENS, len(HYPHENS.cases))).tests}
        if self._huge:
            self._huge = False
            alsa, arm64 = (
                suite for suite in suites_of("maestro") if suite.job in ("kselftest-alsa", "kselftest-arm64")
            )
            biggest = max(alsa, arm64, key=lambda suite: len(suite.cases))
            tests = maestro.tests(self._job(build, biggest, HUGE - 1)).tests
            yield maestro, {"tests": tests}
        yield self._manners["redhat"], {"issues": known_issues(build.started)}
        yield maestro, {"incidents": [self._stray_incident(build)]}

    def _job(self, build: BuildRun, suite: Suite, size: int) -> Job:
        maestro = self._manners["maestro"]
        platform = next(board for board in BOARDS if board.arch == build.variant.arch)
        cases = suite.cases[:size]
        lane = Lane(build.revision.branch, "maestro", build.variant, platform, platform.labs[0], suite, cases)
        outcome = Outcome("PASS", [(case, "PASS") for case in cases])
        started = build.ended + timedelta(minutes=9)
        seed = f"{self._spec.seed} {build.id} {suite.job}"
        return Job(
            maestro.job_id(started),
            maestro.job_number(lane.lab),
            lane,
            build.revision,
            build.id,
            started,
            600.0,
            outcome,
            seed,
        )

    def _dummy(self, maestro: Builder, build: BuildRun, checkout: Json) -> dict[str, list[Json]]:
        """Return tests of sources, hung on a build that never was; their numbers are text."""
        node = checkout["id"].partition(":")[2]
        variant = Variant("maestro", build.variant.arch, "", "gcc-12")
        dummy = BuildRun(
            f"maestro:dummy_{node}_{variant.arch}",
            checkout["id"],
            build.revision,
            variant,
            build.started,
            0.0,
            None,
        )
        tests = []
        for suite in (COVERAGE, DTBS_CHECK):
            job = self._job(dummy, suite, len(suite.cases))
            written = maestro.tests(job).tests
            place: Json = {"platform": "kubernetes", "job_id": job.number}
            for number, test in enumerate(written):
                measured = (
                    {"measurement": str(124 + 6 * number) if number else None} if suite is COVERAGE else {}
                )
                test["environment"] = {"comment": "Runtime: k8s-all", "misc": place | measured}
            tests += written
        kept = ("id", "checkout_id", "origin", "comment", "start_time", "architecture")
        return {"builds": [{name: maestro.build(dummy)[name] for name in kept}], "tests": tests}

    def _absurd(self, maestro: Manner, build: BuildRun) -> list[Json]:
        """Return measurements as real ones were: a negative latency, a unit slip; both passed."""
        found = []
        for suite, case, value in (
            (PERFORMANCE[0], "t0-max-latency", NEGATIVE_LATENCY),
            (next(suite for suite in PERFORMANCE if "hackbench" in suite.job), "hackbench-mean", UNIT_SLIP),
        ):
            job = self._job(build, suite, len(suite.cases))
            job.outcome.values[case] = value
            found += maestro.tests(job).tests
        return found

    def _stray_incident(self, build: BuildRun) -> Json:
        """Return an incident of an issue version that nobody submitted."""
        return {
            "id": f"maestro:{build.id.partition(':')[2]}stray",
            "origin": "maestro",
            "issue_id": "maestro:0000000000000000000000000000000000000000",
            "issue_version": 20240502101105,
            "build_id": build.id,
            "present": False,
        }
