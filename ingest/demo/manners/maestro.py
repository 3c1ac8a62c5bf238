"""KernelCI's Maestro: jobs in LAVA labs, one document each, with all five lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import orjson

from ingest.demo.hardware import JOB_URLS, Variant
from ingest.demo.kernels import SUBSYSTEMS
from ingest.demo.logs import boot_lines, build_lines, excerpt, oops_lines, runner_lines
from ingest.demo.manners.base import LISTS, Builder, BuildRun, Job, Json, Written, milliseconds
from ingest.demo.plan import Revision
from ingest.demo.suites import BOOT, Metric, path_of

FILES = "https://files.kernelci.org/"
VIEWER = "https://api.kernelci.org/viewer?node_id="
KERNEL_TYPES = {"arm": "zimage", "i386": "bzimage", "x86_64": "bzimage"}
ARTEFACTS = (
    "build_sh",
    "metadata",
    "fragments_0_config",
    "build_kimage_stderr_log",
    "build_kimage_log",
    "build_modules_stderr_log",
    "build_modules_log",
    "build_dtbs_stderr_log",
    "build_dtbs_log",
    "build_kselftest_stderr_log",
    "dtbs",
    "kernel",
    "modules",
    "kselftest_tar_gz",
    "vmlinux",
)
CLUSTERS = ("europe-west1-d_kci-eu-west1", "us-central1-c_kci-us-central1", "us-west1-a_kci-us-west1")


class Maestro(Builder):
    origin = "maestro"
    tests_per_document = 492

    def checkout(self, revision: Revision, when: datetime) -> Json:
        branch = revision.branch
        return {
            "id": f"maestro:{self.nodes.next(when)}",
            "origin": "maestro",
            "tree_name": branch.tree,
            "git_repository_url": branch.url,
            "git_commit_hash": revision.commit,
            "git_commit_name": revision.describe,
            "git_repository_branch": branch.name,
            "git_commit_tags": [revision.describe] if "-g" not in revision.describe else [],
            "git_commit_message": _message(revision),
            "git_repository_branch_tip": True,
            "start_time": milliseconds(when),
            "patchset_hash": "",
            "misc": {"submitted_by": "kernelci-pipeline"},
        }

    def build_id(self, checkout: Json, variant: Variant, when: datetime) -> str:
        return f"maestro:{self.nodes.next(when)}"

    def build(self, run: BuildRun) -> Json:
        node = run.id.partition(":")[2]
        variant = run.variant
        job = f"kbuild-{variant.compiler}-{variant.arch}"
        place = f"{FILES}{job}-{node}/"
        rng, message = Random(run.id), run.broken.message if run.broken else None
        found = {
            "checkout_id": run.checkout_id,
            "id": run.id,
            "origin": "maestro",
            "comment": run.revision.describe,
            "start_time": milliseconds(run.started),
            "architecture": variant.arch,
            "compiler": variant.compiler,
            "config_name": variant.config,
            "misc": {
                "platform": "kubernetes",
                "runtime": "k8s-all",
                "lab": "k8s-all",
                "job_id": f"kci-{node}-{job}-{rng.getrandbits(40):08x}",
                "job_context": f"gke_android-kernelci-external_{rng.choice(CLUSTERS)}",
                "kernel_type": KERNEL_TYPES.get(variant.arch, "image"),
                "maestro_viewer": VIEWER + node,
                "warnings": run.warnings,
                "errors": 1 if run.broken else 0,
            },
            "output_files": [
                {"name": name, "url": f"{place}{name.replace('_log', '.log.gz')}"} for name in ARTEFACTS
            ],
            "log_url": f"{place}build.log.gz",
            "log_excerpt": excerpt(build_lines(rng, variant, message, int(run.started.timestamp()))),
            "duration": round(run.seconds, 3),
        }
        if variant.config:
            found["config_url"] = f"{place}.config"
        if run.status:
            found["status"] = run.status
        return found

    def tests(self, job: Job) -> Written:
        lane, outcome = job.lane, job.outcome
        shared = _Shared(job)
        written = Written()
        alone = lane.cases == ("",)
        if not alone:
            written.tests.append(shared.test(job.id, "", outcome.root, job.started))
        if not outcome.results and alone:
            written.tests.append(shared.test(job.id, "", outcome.root, job.started))
        metrics = {metric.case: metric for metric in lane.suite.metrics}
        for index, (case, status) in enumerate(outcome.results):
            node = job.id if alone else self.nodes.next(job.ended)
            when = job.started if alone else job.ended + timedelta(milliseconds=3 * index)
            test = shared.test(node, case, status, when)
            if case in outcome.values:
                test["number"] = _number(metrics.get(case), outcome.values[case])
            written.tests.append(test)
            if index in outcome.causes:
                written.blamed.append((test["id"], outcome.causes[index]))
        return written

    def scheduled(self, job: Job) -> Json:
        """Return the job's own object as it is sent before there is any result."""
        test = _Shared(job).test(job.id, "", None, job.started)
        for name in ("log_url", "log_excerpt", "output_files"):
            test.pop(name, None)
        return test

    def document(self, **lists: Sequence[Json]) -> bytes:
        return super().document(**{name: lists.get(name, []) for name in LISTS})


class _Shared:
    """What all tests of a job have in common, serialised once."""

    def __init__(self, job: Job) -> None:
        lane = job.lane
        self._job = job
        self._where = f"on {lane.platform.name} in {lane.lab}"
        self._name = f"{lane.suite.job}-{lane.variant.arch}" if lane.suite is BOOT else lane.suite.job
        place = f"{FILES}{self._name}-{job.id}/"
        environment: Json = {"comment": f"Runtime: {lane.lab}"}
        if lane.platform.compatible:
            environment["compatible"] = list(lane.platform.compatible)
        environment["misc"] = {
            "platform": lane.platform.name,
            "job_url": f"{JOB_URLS[lane.lab]}{job.number}",
            "job_id": job.number,
        }
        misc = {
            "compiler": lane.variant.compiler,
            "kernel_type": KERNEL_TYPES.get(lane.variant.arch, "image"),
            "arch": lane.variant.arch,
            "runtime": lane.lab,
        }
        if job.outcome.error:
            misc["error_code"], misc["error_msg"] = job.outcome.error
        self._misc = f'{orjson.dumps(misc).decode()[:-1]},"maestro_viewer":"{VIEWER}'
        self._environment = orjson.Fragment(orjson.dumps(environment))
        self._logs: dict[str, Any] = {}
        if job.outcome.root and (job.outcome.root != "MISS" or job.outcome.symptom):
            self._logs = {
                "output_files": orjson.Fragment(
                    orjson.dumps([{"name": "callback_data", "url": f"{place}lava_callback.json.gz"}])
                ),
                "log_url": f"{place}log.txt.gz",
                "log_excerpt": orjson.Fragment(orjson.dumps(excerpt(_log(job)))),
            }

    def test(self, node: str, case: str, status: str | None, when: datetime) -> Json:
        """Return one test object."""
        test: Json = {
            "build_id": self._job.build_id,
            "id": f"maestro:{node}",
            "origin": "maestro",
            "comment": f"{case.rpartition('.')[2] or self._name} {self._where}",
            "start_time": milliseconds(when),
            "environment": self._environment,
            "path": path_of("maestro", self._job.lane.suite, case),
            "misc": orjson.Fragment(f'{self._misc}{node}"}}'),
        }
        if status:
            test["status"] = status
        if status != "SKIP":
            test.update(self._logs)
        return test


def _log(job: Job) -> list[str]:
    lane, outcome = job.lane, job.outcome
    rng = Random(job.seed)
    release = job.revision.describe
    lines = boot_lines(rng, lane.platform, lane.variant, release, job.number)
    if lane.suite is BOOT and outcome.results[0][1] == "FAIL":
        oops = oops_lines(rng, outcome.symptom or "hang", lane.platform, release)
        return [*lines[: rng.randint(200, 230)], *oops, "auto-login-action timed out after 120 seconds"]
    if outcome.symptom:
        lines += oops_lines(rng, outcome.symptom, lane.platform, release)
    if outcome.error:
        return [*lines, outcome.error[1], "Job finished incomplete"]
    return [*lines, *runner_lines(lane.suite, outcome.results, job.number)]


def _number(metric: Metric | None, value: float) -> Json:
    """Return a measured number; that of a boot is the seconds until login."""
    if metric is None:
        return {"value": value, "unit": "s"}
    number: Json = {"value": round(value, 3 if metric.unit == "us" else 10), "unit": metric.unit}
    if metric.prefix:
        number["prefix"] = metric.prefix
    return number


def _message(revision: Revision) -> str:
    subsystem = Random(revision.commit).choice(SUBSYSTEMS)
    return (
        f"{revision.subject}\n\nSeen while testing {subsystem}: the error path returned without undoing\n"
        f"what the probe had set up.\n\nSigned-off-by: A. Developer <developer@example.org>\n"
    )
