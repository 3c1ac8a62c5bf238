"""Linaro's TuxSuite: a checkout for every build, no status for builds, a line of log for each test."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from ingest.demo.hardware import Variant
from ingest.demo.ids import ksuid, uuid4
from ingest.demo.logs import oops_lines, testcase
from ingest.demo.manners.base import Builder, BuildRun, Job, Json, Written, seconds
from ingest.demo.plan import Revision
from ingest.demo.suites import path_of

STORAGE = "https://storage.tuxsuite.com/public/linaro/lkft/"


class Linaro(Builder):
    origin = "linaro"
    checkout_with_build = True
    boots_in_every_job = True

    def checkout(self, revision: Revision, when: datetime) -> Json:
        return {
            "id": f"linaro:{uuid4(self.rng)}",
            "origin": "linaro",
            "git_repository_url": revision.branch.mirror,
            "git_commit_hash": revision.commit,
            "git_commit_name": revision.describe,
            "start_time": seconds(when),
            "valid": True,
            "git_repository_branch": revision.branch.name,
            "git_repository_branch_tip": True,
        }

    def build_id(self, checkout: Json, variant: Variant, when: datetime) -> str:
        return f"linaro:{ksuid(self.rng, when)}"

    def build(self, run: BuildRun) -> Json:
        place = f"{STORAGE}builds/{run.id.partition(':')[2]}/"
        return {
            "id": run.id,
            "checkout_id": run.checkout_id,
            "origin": "linaro",
            "architecture": run.variant.arch,
            "compiler": run.variant.compiler,
            "config_name": run.variant.config,
            "config_url": f"{place}config",
            "log_url": f"{place}build.log",
            "start_time": seconds(run.started),
        }

    def job_id(self, when: datetime) -> str:
        return ksuid(self.rng, when)

    def tests(self, job: Job) -> Written:
        suite, outcome = job.lane.suite, job.outcome
        rng = Random(job.seed)
        started = f"{job.started:%Y-%m-%dT%H:%M:%S}.{rng.randrange(1_000_000):06d}+00:00"
        common: Json = {
            "build_id": job.build_id,
            "origin": "linaro",
            "start_time": started,
            "environment": {"misc": {"platform": job.lane.platform.name}},
            "log_url": f"{STORAGE}tests/{job.id}/logs.txt",
        }
        status = outcome.root if outcome.root in ("PASS", "FAIL") else "ERROR"
        boot = {**common, "id": f"linaro:{job.id}_boot", "status": status, "path": "boot"}
        written = Written([boot])
        clock = rng.uniform(12, 60)
        wall = job.started + timedelta(seconds=clock + 60)
        minute = f"{wall:%Y-%m-%dT%H:%M}"
        for index, (case, status) in enumerate(outcome.results):
            clock += 0.04 + rng.random() * 0.1
            stamp = f"{minute}:{(clock + 17) % 60:09.6f}"
            test = {
                **common,
                "id": f"linaro:{job.id}_{suite.job}_{case}",
                "status": status,
                "path": path_of("linaro", suite, case),
                "log_excerpt": f"[{stamp}] <8>[{clock:12.6f}] {testcase(case, status)}",
            }
            if status == "FAIL":
                test["log_excerpt"] = _failure(rng, job, index, test["log_excerpt"])
            written.tests.append(test)
            if index in outcome.causes:
                written.blamed.append((test["id"], outcome.causes[index]))
        return written


def _failure(rng: Random, job: Job, index: int, line: str) -> str:
    """Return more of the log of a test that failed, non-ASCII quotes of the compiler's included."""
    cause = job.outcome.causes.get(index)
    shown = oops_lines(rng, cause.symptom if cause else "assert", job.lane.platform, job.revision.describe)
    return "\n".join(
        (
            "exit=1timeout set to 45",
            "tst_test.c:1741: TINFO: Timeout per run is 0h 05m 00s · échec",
            *shown,
            line,
        )
    )
