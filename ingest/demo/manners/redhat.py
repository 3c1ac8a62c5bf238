"""Red Hat's CKI: schema v4.2, tasks of Beaker recipes, no platform, sub-results in misc."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import ClassVar

from ingest.demo.hardware import Variant
from ingest.demo.manners.base import LISTS, Builder, BuildRun, Job, Json, Written, zulu
from ingest.demo.plan import Revision
from ingest.demo.suites import path_of

ARTEFACTS = "https://s3.amazonaws.com/cki-artifacts.example/trusted-artifacts/"
PIPELINES = "https://gitlab.com/redhat/red-hat-ci-tools/kernel/cki-internal-pipelines/"
HOSTS = (
    "hpe-dl385gen8-{n:02d}.hw.lab.redhat.example",
    "kvm-{n:02d}-guest18.lab.redhat.example",
    "ampere-mtsnow-altra-{n:02d}.lab.redhat.example",
    "dell-per740-{n:02d}.lab.redhat.example",
)
ISSUES = (
    (2978, "kvm-unit test can get stuck on AMD", {"code": False, "harness": False, "tool": True}),
    (3104, "Networking_ipsec_basic_netns: timeout on s390x", {"code": True, "harness": False, "tool": False}),
)


class RedHat(Builder):
    origin = "redhat"
    version: ClassVar = {"major": 4, "minor": 2}

    def checkout(self, revision: Revision, when: datetime) -> Json:
        pipeline = self.rng.randrange(1_900_000_000, 1_999_999_999)
        return {
            "comment": revision.subject,
            "git_commit_hash": revision.commit,
            "git_commit_name": revision.describe,
            "git_repository_branch": revision.branch.name,
            "git_repository_url": revision.branch.url,
            "id": f"redhat:{pipeline}",
            "log_excerpt": "",
            "misc": {
                **_bookkeeping(self.rng),
                "kernel_version": revision.describe.removeprefix("v"),
                "provenance": [_provenance(pipeline)],
            },
            "origin": "redhat",
            "patchset_hash": "",
            "start_time": zulu(when),
            "tree_name": f"upstream-{revision.branch.tree}",
            "valid": True,
        }

    def build_id(self, checkout: Json, variant: Variant, when: datetime) -> str:
        return f"{checkout['id']}_{variant.arch}_kernel"

    def build(self, run: BuildRun) -> Json:
        found: Json = {
            "architecture": run.variant.arch,
            "checkout_id": run.checkout_id,
            "command": "rpmbuild --rebuild --target " + run.variant.arch,
            "comment": f"CKI build of {run.revision.branch.label}",
            "compiler": run.variant.compiler,
            "duration": int(run.seconds),
            "id": run.id,
            "log_url": f"{ARTEFACTS}{run.checkout_id.partition(':')[2]}/build_{run.variant.arch}/build.log",
            "misc": {**_bookkeeping(self.rng), "debug": False, "package_name": "kernel"},
            "origin": "redhat",
            "start_time": zulu(run.started, ".601232"),
        }
        if run.status in ("PASS", "FAIL"):
            found["valid"] = run.status == "PASS"
        return found

    def job_id(self, when: datetime) -> str:
        return str(self.rng.randrange(19_000_000, 19_999_999))

    def tests(self, job: Job) -> Written:
        rng = Random(job.seed)
        host = rng.choice(HOSTS).format(n=rng.randint(1, 40))
        pipeline = job.build_id.partition(":")[2].partition("_")[0]
        when = job.started
        written = Written()
        for number, (case, status) in enumerate(job.outcome.results, 1):
            name = f"{job.build_id}_kcidb_tool_{job.id}_{number}"
            lasted = rng.choice((0, rng.randint(1, 900), round(rng.uniform(1, 90), 2)))
            logs = [
                {"name": log, "url": f"{ARTEFACTS}{pipeline}/recipes/{job.id}/{number}/{log}"}
                for log in ("console.log", "taskout.log", "harness.log")
            ]
            written.tests.append(
                {
                    "build_id": job.build_id,
                    "comment": case.replace("_", " "),
                    "duration": lasted,
                    "environment": {"comment": host},
                    "id": name,
                    "log_url": logs[1]["url"],
                    "misc": {
                        **_bookkeeping(rng),
                        "maintainers": [{"email": "cki-project@redhat.example", "name": "CKI Team"}],
                        "provenance": [_provenance(int(pipeline))],
                        "results": [
                            {"id": f"{name}.1", "name": "Test", "status": status, "output_files": logs[:1]}
                        ],
                    },
                    "origin": "redhat",
                    "output_files": logs,
                    "path": path_of("redhat", job.lane.suite, case),
                    "start_time": zulu(when),
                    "status": status,
                }
            )
            if number - 1 in job.outcome.causes:
                written.blamed.append((name, job.outcome.causes[number - 1]))
            when += timedelta(seconds=lasted)
        return written

    def document(self, **lists: list[Json]) -> bytes:  # type: ignore[override]
        return super().document(**{name: lists.get(name, []) for name in LISTS})


def known_issues(when: datetime) -> list[Json]:
    """Return hand-written issues; their version is a Unix time, and each is listed twice."""
    issues = [
        {
            "comment": comment,
            "culprit": culprit,
            "id": f"redhat:issue_{number}",
            "misc": {"ticket_url": f"https://issues.redhat.example/browse/RHEL-{number * 17}"},
            "origin": "redhat",
            "report_url": f"https://datawarehouse.cki-project.org/issue/{number:05d}",
            "version": int(when.timestamp()) // 86_400 * 86_400,
        }
        for number, comment, culprit in ISSUES
    ]
    return [issue for issue in issues for _ in range(2)]


def _bookkeeping(rng: Random) -> Json:
    return {
        "actions": {"last_triaged_at": None},
        "iid": rng.randrange(10_000_000, 20_000_000),
        "is_missing_triage": False,
        "retrigger": False,
        "scratch": False,
    }


def _provenance(pipeline: int) -> Json:
    return {"function": "coordinator", "service_name": "gitlab", "url": f"{PIPELINES}-/pipelines/{pipeline}"}
